import { checkKnownOptions } from "./known-options.ts";
import { PkiError } from "./pki-error.ts";

/**
 * Who a certificate is about (RFC 5280 4.1.2.6). Every attribute is text within the length that
 * RFC 5280 appendix A.1 allows; `country` is two capital letters (ISO 3166).
 */
export interface Subject {
  readonly commonName?: string;
  readonly organization?: string;
  readonly organizationalUnit?: string;
  readonly locality?: string;
  readonly state?: string;
  readonly country?: string;
  /** A device's or person's number, not the certificate's. */
  readonly serialNumber?: string;
}

// From the general to the particular, as X.500 directories order names; bounds are RFC 5280 A.1's.
const attributes = [
  { name: "country", oid: "2.5.4.6", maxLength: 2 },
  { name: "state", oid: "2.5.4.8", maxLength: 128 },
  { name: "locality", oid: "2.5.4.7", maxLength: 128 },
  { name: "organization", oid: "2.5.4.10", maxLength: 64 },
  { name: "organizationalUnit", oid: "2.5.4.11", maxLength: 64 },
  { name: "commonName", oid: "2.5.4.3", maxLength: 64 },
  { name: "serialNumber", oid: "2.5.4.5", maxLength: 64 },
] as const;

export const maxCommonNameLength = 64;

/** One relative distinguished name, as `@peculiar/x509` takes it. */
export type NameElement = Record<string, ({ printableString: string } | { utf8String: string })[]>;

/** Checks a subject and puts it in order; no attributes make the empty name. */
export function encodeSubject(subject: Subject): NameElement[] {
  if (typeof subject !== "object") {
    throw new PkiError("subject", `"subject" is not an object. Give { commonName: "..." }.`);
  }
  checkKnownOptions(
    subject,
    attributes.map(({ name }) => name),
    "subject.",
  );
  return attributes.flatMap(({ name, oid, maxLength }) => {
    const value = subject[name];
    if (value === undefined) return [];
    checkAttribute(name, value, maxLength);
    // RFC 5280 A.1 has these two in PrintableString only.
    const printable = name === "country" || name === "serialNumber";
    return [{ [oid]: [printable ? { printableString: value } : { utf8String: value }] }];
  });
}

function checkAttribute(name: keyof Subject, value: unknown, maxLength: number): void {
  const option = `subject.${name}`;
  if (typeof value !== "string" || value === "" || /\p{Cc}/u.test(value)) {
    throw new PkiError(option, `"${option}" is not a line of text. Leave it out or fill it in.`);
  }
  if (name === "country" && !/^[A-Z]{2}$/.test(value)) {
    throw new PkiError(option, `"${option}" is not two capital letters. Give a code such as "DE".`);
  }
  if (name === "serialNumber" && !/^[A-Za-z0-9 '()+,./:=?-]*$/.test(value)) {
    throw new PkiError(option, `"${option}" is not a PrintableString. Keep to letters and digits.`);
  }
  if (Array.from(value).length > maxLength) {
    throw new PkiError(option, `"${option}" is too long. Keep it within ${maxLength} characters.`);
  }
}
