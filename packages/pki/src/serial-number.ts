import { PkiError } from "./pki-error.ts";

/**
 * The one spelling of a serial number that this package compares: lower-case hexadecimal digits in
 * pairs, no zeros before the first that counts.
 */
export function checkSerialNumber(value: unknown): string {
  const digits = typeof value === "string" ? value : "";
  // RFC 5280 4.1.2.2: at most 20 octets.
  if (!/^[0-9a-f]{1,40}$/i.test(digits)) {
    throw new PkiError(
      "serialNumber",
      `"serialNumber" is not hexadecimal of at most 40 digits. Give it like "4a0f".`,
    );
  }
  return canonical(digits.toLowerCase());
}

/** The same spelling for the content of an INTEGER; a negative number keeps its sign. */
export function serialNumberOfInteger(content: Uint8Array): string {
  const digits = Buffer.from(content).toString("hex");
  return /^[89a-f]/.test(digits) ? `-${digits}` : canonical(digits);
}

function canonical(digits: string): string {
  const significant = digits.replace(/^0+(?=.)/, "");
  return significant.length % 2 === 0 ? significant : `0${significant}`;
}
