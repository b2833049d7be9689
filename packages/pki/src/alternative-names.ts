import { isIP } from "node:net";

import { PkiError } from "./pki-error.ts";
import { checkSpiffeId } from "./spiffe-id.ts";

/** The names of a client or a server (RFC 5280 4.2.1.6). */
export interface AlternativeNames {
  /** Host names in ASCII; a server's may begin with `*.`. */
  readonly dnsNames?: readonly string[];
  /** IPv4 or IPv6 addresses in text. */
  readonly ipAddresses?: readonly string[];
  /** Addresses like `alice@corp.example`. */
  readonly emails?: readonly string[];
  /** Absolute URIs in ASCII; a SPIFFE ID goes into `spiffeId`. */
  readonly uris?: readonly string[];
  /** A SPIFFE ID. It is the only URI, as the X.509-SVID standard, section 2, demands. */
  readonly spiffeId?: string;
}

/** One name, as `@peculiar/x509` takes it. */
export interface NameEntry {
  readonly type: "dns" | "email" | "ip" | "url";
  readonly value: string;
}

export const alternativeNameOptions = [
  "dnsNames",
  "ipAddresses",
  "emails",
  "uris",
  "spiffeId",
] as const satisfies readonly (keyof AlternativeNames)[];

/** Checks every name and lists them: e-mail addresses, DNS names, URIs, IP addresses. */
export function encodeAlternativeNames(
  names: AlternativeNames,
  options: { readonly wildcards: "allowed" | "refused" },
): NameEntry[] {
  const uris = listOf("uris", names.uris, checkUri);
  if (names.spiffeId !== undefined) {
    checkSpiffeId(names.spiffeId);
    if (uris.length > 0) {
      throw new PkiError("uris", `"uris" must be empty beside "spiffeId". Use one of the two.`);
    }
    uris.push(names.spiffeId);
  }
  const dnsNames = listOf("dnsNames", names.dnsNames, (name) => {
    checkDnsName("dnsNames", name, options.wildcards);
  });
  return [
    ...entries("email", listOf("emails", names.emails, checkEmail)),
    ...entries("dns", dnsNames),
    ...entries("url", uris),
    ...entries("ip", listOf("ipAddresses", names.ipAddresses, checkIpAddress)),
  ];
}

function entries(type: NameEntry["type"], values: readonly string[]): NameEntry[] {
  return values.map((value) => ({ type, value }));
}

function listOf(
  option: keyof AlternativeNames,
  values: unknown,
  check: (value: string) => void,
): string[] {
  if (values === undefined) return [];
  if (!Array.isArray(values)) {
    throw new PkiError(option, `"${option}" is not a list. Put the name in brackets: ["..."].`);
  }
  return values.map((value: unknown) => {
    if (typeof value !== "string") {
      throw new PkiError(option, `"${option}" holds something else than text. Give strings.`);
    }
    check(value);
    return value;
  });
}

function checkDnsName(
  option: keyof AlternativeNames,
  name: string,
  wildcards: "allowed" | "refused",
): void {
  const quoted = `"${option}" holds ${JSON.stringify(name)}, which`;
  if (/[^\p{ASCII}]/u.test(name)) {
    throw new PkiError(option, `${quoted} is not ASCII. Write it in its xn-- form (RFC 5890).`);
  }
  if (isIP(name) !== 0) {
    throw new PkiError(option, `${quoted} is an IP address. Put it into "ipAddresses".`);
  }
  const isWildcard = name.startsWith("*.");
  if (isWildcard && wildcards === "refused") {
    throw new PkiError(option, `${quoted} is a wildcard. Name one client in full.`);
  }
  const labels = (isWildcard ? name.slice(2) : name).split(".");
  const soundLabel = /^(?!-)[A-Za-z0-9_-]{1,63}(?<!-)$/;
  if (name.length > 253 || !labels.every((label) => soundLabel.test(label))) {
    throw new PkiError(option, `${quoted} is not a DNS name. Write it like host.corp.example.`);
  }
}

function checkEmail(address: string): void {
  const [, local = "", domain = ""] = /^([^@]*)@([^@]*)$/.exec(address) ?? [];
  // RFC 5280 4.2.1.6 has an ASCII Mailbox without quotes around odd local parts in mind.
  if (!/^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}$/.test(local)) {
    throw new PkiError(
      "emails",
      `"emails" holds ${JSON.stringify(address)}, which is not an address like alice@corp.example.`,
    );
  }
  checkDnsName("emails", domain, "refused");
}

function checkUri(uri: string): void {
  const quoted = `"uris" holds ${JSON.stringify(uri)}, which`;
  if (/^spiffe:/i.test(uri)) {
    throw new PkiError("uris", `${quoted} is a SPIFFE ID. Put it into "spiffeId".`);
  }
  // RFC 5280 4.2.1.6: an absolute URI in IA5String.
  if (!/^[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]+$/.test(uri) || !URL.canParse(uri)) {
    throw new PkiError("uris", `${quoted} is not absolute. Write it like https://corp.example/a.`);
  }
}

function checkIpAddress(address: string): void {
  if (isIP(address) === 0 || address.includes("%")) {
    throw new PkiError(
      "ipAddresses",
      `"ipAddresses" holds ${JSON.stringify(address)}, which is not an IPv4 or IPv6 address. ` +
        "Give one address without a prefix length or a zone.",
    );
  }
}
