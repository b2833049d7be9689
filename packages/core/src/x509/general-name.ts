import { DerError } from "../asn1/der-error.ts";
import type { DerReader } from "../asn1/der-reader.ts";
import { contextConstructed, contextPrimitive, tags } from "../asn1/tags.ts";
import { DistinguishedName } from "./distinguished-name.ts";

/** One entry of a subject alternative name (RFC 5280 4.2.1.6). Names of one type are never compared with another's. */
export type GeneralName =
  | { readonly type: "dns" | "email" | "uri"; readonly value: string }
  | { readonly type: "ip"; readonly value: Buffer }
  | { readonly type: "directory"; readonly value: DistinguishedName }
  | { readonly type: "other"; readonly value: Buffer };

const email = contextPrimitive(1);
const dns = contextPrimitive(2);
const directory = contextConstructed(4);
const uri = contextPrimitive(6);
const ip = contextPrimitive(7);
/** otherName, x400Address, ediPartyName and registeredID: kept as they are, never matched. */
const others: readonly number[] = [
  contextConstructed(0),
  contextConstructed(3),
  contextConstructed(5),
  contextPrimitive(8),
];

export function readGeneralName(reader: DerReader): GeneralName {
  const tag = reader.nextTag;
  switch (tag) {
    case dns:
      return { type: "dns", value: readIa5(reader, tag) };
    case email:
      return { type: "email", value: readIa5(reader, tag) };
    case uri:
      return { type: "uri", value: readIa5(reader, tag) };
    case ip: {
      const value = reader.readContent(tag);
      if (value.length !== 4 && value.length !== 16)
        throw new DerError("an IP address has a wrong length");
      return { type: "ip", value };
    }
    case directory: {
      const inner = reader.read(tag);
      const value = DistinguishedName.read(inner);
      inner.finish();
      return { type: "directory", value };
    }
    default:
      if (!others.includes(tag)) throw new DerError("a general name is of no known type");
      return { type: "other", value: reader.readWhole(tag) };
  }
}

/** GeneralNames: one at least (RFC 5280 4.2.1.6). */
export function readGeneralNames(reader: DerReader): readonly GeneralName[] {
  const sequence = reader.read(tags.sequence);
  const names: GeneralName[] = [];
  do names.push(readGeneralName(sequence));
  while (!sequence.atEnd);
  return names;
}

/** Visible ASCII only: a NUL, a line break or a space inside a name has fooled matchers before. */
function readIa5(reader: DerReader, tag: number): string {
  const content = reader.readContent(tag);
  if (content.length === 0 || content.some((octet) => octet <= 0x20 || octet >= 0x7f)) {
    throw new DerError("a name is empty or holds characters that it may not");
  }
  return content.toString("latin1");
}
