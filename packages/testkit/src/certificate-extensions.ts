import { isIPv4 } from "node:net";

import * as der from "./der-writer.ts";

/** Encodes certificate extensions (RFC 5280 4.2), each function one whole Extension. */

export const extensionOids = {
  authorityKeyIdentifier: "2.5.29.35",
  basicConstraints: "2.5.29.19",
  certificatePolicies: "2.5.29.32",
  extendedKeyUsage: "2.5.29.37",
  inhibitAnyPolicy: "2.5.29.54",
  keyUsage: "2.5.29.15",
  nameConstraints: "2.5.29.30",
  policyConstraints: "2.5.29.36",
  policyMappings: "2.5.29.33",
  subjectAltName: "2.5.29.17",
  subjectKeyIdentifier: "2.5.29.14",
} as const;

const keyUsageBits = {
  digitalSignature: 0,
  nonRepudiation: 1,
  keyEncipherment: 2,
  dataEncipherment: 3,
  keyAgreement: 4,
  keyCertSign: 5,
  cRLSign: 6,
  encipherOnly: 7,
  decipherOnly: 8,
} as const;

const purposeOids = {
  anyExtendedKeyUsage: "2.5.29.37.0",
  serverAuth: "1.3.6.1.5.5.7.3.1",
  clientAuth: "1.3.6.1.5.5.7.3.2",
  codeSigning: "1.3.6.1.5.5.7.3.3",
  emailProtection: "1.3.6.1.5.5.7.3.4",
  timeStamping: "1.3.6.1.5.5.7.3.8",
  ocspSigning: "1.3.6.1.5.5.7.3.9",
} as const;

export type KeyUsageName = keyof typeof keyUsageBits;
export type PurposeName = keyof typeof purposeOids;

/** What a subject alternative name may hold. */
export interface AlternativeNames {
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
  readonly emails?: readonly string[];
  readonly uris?: readonly string[];
  /** One more URI. */
  readonly spiffeId?: string;
}

/** One Extension. `critical` is left out when it is not wanted, as DER demands of a default. */
export function extension(
  oid: string,
  value: Uint8Array,
  options: { readonly critical?: boolean } = {},
): Uint8Array {
  const critical = options.critical === true ? der.boolean(true) : der.bytes();
  return der.sequence(der.oid(oid), critical, der.octetString(value));
}

export function basicConstraints(options: {
  readonly ca: boolean;
  readonly pathLength?: number;
}): Uint8Array {
  const ca = options.ca ? der.boolean(true) : der.bytes();
  const pathLength =
    options.pathLength === undefined ? der.bytes() : der.integer(options.pathLength);
  return extension(extensionOids.basicConstraints, der.sequence(ca, pathLength), {
    critical: true,
  });
}

export function keyUsage(...names: readonly KeyUsageName[]): Uint8Array {
  return extension(
    extensionOids.keyUsage,
    der.namedBits(...names.map((name) => keyUsageBits[name])),
    { critical: true },
  );
}

export function extendedKeyUsage(...purposes: readonly PurposeName[]): Uint8Array {
  return extension(
    extensionOids.extendedKeyUsage,
    der.sequence(...purposes.map((purpose) => der.oid(purposeOids[purpose]))),
  );
}

export function subjectKeyIdentifier(keyId: Uint8Array): Uint8Array {
  return extension(extensionOids.subjectKeyIdentifier, der.octetString(keyId));
}

export function authorityKeyIdentifier(keyId: Uint8Array): Uint8Array {
  return extension(extensionOids.authorityKeyIdentifier, der.sequence(der.primitive(0, keyId)));
}

/** `undefined` when there is no name to write. */
export function subjectAltName(
  names: AlternativeNames,
  options: { readonly critical?: boolean } = {},
): Uint8Array | undefined {
  const text = new TextEncoder();
  const uris = [...(names.uris ?? []), ...(names.spiffeId === undefined ? [] : [names.spiffeId])];
  const entries = [
    ...(names.emails ?? []).map((email) => der.primitive(1, text.encode(email))),
    ...(names.dnsNames ?? []).map((name) => der.primitive(2, text.encode(name))),
    ...uris.map((uri) => der.primitive(6, text.encode(uri))),
    ...(names.ipAddresses ?? []).map((address) => der.primitive(7, ipAddress(address))),
  ];
  if (entries.length === 0) return undefined;
  return extension(extensionOids.subjectAltName, der.sequence(...entries), options);
}

/** Critical name constraints over DNS names. */
export function nameConstraints(options: {
  readonly permittedDnsNames?: readonly string[];
  readonly excludedDnsNames?: readonly string[];
}): Uint8Array {
  const subtrees = (number: number, names: readonly string[] = []): Uint8Array =>
    names.length === 0
      ? der.bytes()
      : der.constructed(
          number,
          ...names.map((name) => der.sequence(der.primitive(2, new TextEncoder().encode(name)))),
        );
  return extension(
    extensionOids.nameConstraints,
    der.sequence(subtrees(0, options.permittedDnsNames), subtrees(1, options.excludedDnsNames)),
    { critical: true },
  );
}

export function certificatePolicies(...policies: readonly string[]): Uint8Array {
  return extension(
    extensionOids.certificatePolicies,
    der.sequence(...policies.map((policy) => der.sequence(der.oid(policy)))),
  );
}

export function policyConstraints(options: {
  readonly requireExplicitPolicy?: number;
  readonly inhibitPolicyMapping?: number;
}): Uint8Array {
  const field = (number: number, value: number | undefined): Uint8Array =>
    value === undefined ? der.bytes() : der.primitive(number, der.integerContent(value));
  return extension(
    extensionOids.policyConstraints,
    der.sequence(field(0, options.requireExplicitPolicy), field(1, options.inhibitPolicyMapping)),
    { critical: true },
  );
}

export function inhibitAnyPolicy(skipCertificates: number): Uint8Array {
  return extension(extensionOids.inhibitAnyPolicy, der.integer(skipCertificates), {
    critical: true,
  });
}

export function policyMappings(
  ...mappings: readonly (readonly [issuerDomain: string, subjectDomain: string])[]
): Uint8Array {
  return extension(
    extensionOids.policyMappings,
    der.sequence(...mappings.map(([from, to]) => der.sequence(der.oid(from), der.oid(to)))),
    { critical: true },
  );
}

/** The octets of an IPv4 or IPv6 address. */
function ipAddress(address: string): Uint8Array {
  if (isIPv4(address)) return Uint8Array.from(address.split(".").map(Number));
  const groups = (side: string): string[] => (side === "" ? [] : side.split(":"));
  const [head = "", tail] = address.split("::");
  const after = groups(tail ?? "");
  const before = groups(head);
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  const all = [...before, ...new Array<string>(zeros).fill("0"), ...after];
  return der.hex(all.map((group) => group.padStart(4, "0")).join(""));
}
