import * as der from "./der-writer.ts";

const attributeOids = {
  commonName: "2.5.4.3",
  country: "2.5.4.6",
  organization: "2.5.4.10",
  organizationalUnit: "2.5.4.11",
} as const;

export type AttributeName = keyof typeof attributeOids;

/** A Name with one attribute per RDN, in the order given; no attributes make the empty name. */
export function distinguishedName(
  attributes: Readonly<Partial<Record<AttributeName, string>>>,
): Uint8Array {
  const entries = Object.entries(attributes) as [AttributeName, string][];
  return der.sequence(
    ...entries.map(([name, value]) => {
      const text = name === "country" ? der.printableString(value) : der.utf8String(value);
      return der.set(der.sequence(der.oid(attributeOids[name]), text));
    }),
  );
}
