import { der, extensions } from "@mtls-shield/testkit";

const { extension, extensionOids } = extensions;

/** GeneralNames that name constraints hold. */
export const generalName = {
  directory: (name: Uint8Array) => der.constructed(4, name),
  email: (text: string) => der.primitive(1, new TextEncoder().encode(text)),
  dns: (text: string) => der.primitive(2, new TextEncoder().encode(text)),
  uri: (text: string) => der.primitive(6, new TextEncoder().encode(text)),
} as const;

/** Critical name constraints of any form of name. */
export function nameConstraints(subtrees: {
  readonly permitted?: readonly Uint8Array[];
  readonly excluded?: readonly Uint8Array[];
}): Uint8Array {
  const field = (number: number, names: readonly Uint8Array[] = []): Uint8Array =>
    names.length === 0
      ? der.bytes()
      : der.constructed(number, ...names.map((name) => der.sequence(name)));
  return extension(
    extensionOids.nameConstraints,
    der.sequence(field(0, subtrees.permitted), field(1, subtrees.excluded)),
    { critical: true },
  );
}

/** Policies, each with the text of a user notice. */
export function policiesWithNotices(notices: Readonly<Record<string, string>>): Uint8Array {
  return policiesWithQualifiers(
    Object.entries(notices).map(([oid, text]) => [
      oid,
      "1.3.6.1.5.5.7.2.2",
      der.sequence(der.tlv(0x1a, new TextEncoder().encode(text))),
    ]),
  );
}

/** One policy with a pointer to its practice statement. */
export function policyWithStatement(oid: string, uri: string): Uint8Array {
  return policiesWithQualifiers([[oid, "1.3.6.1.5.5.7.2.1", der.ia5String(uri)]]);
}

function policiesWithQualifiers(
  policies: readonly (readonly [oid: string, qualifier: string, value: Uint8Array])[],
): Uint8Array {
  return extension(
    extensionOids.certificatePolicies,
    der.sequence(
      ...policies.map(([oid, qualifier, value]) =>
        der.sequence(der.oid(oid), der.sequence(der.sequence(der.oid(qualifier), value))),
      ),
    ),
  );
}

/** An extension that nobody knows. */
export function privateExtension(options: { readonly critical: boolean }): Uint8Array {
  return extension("2.16.840.1.101.2.1.12.2", der.octetString(der.bytes(1)), options);
}
