import { DerError } from "../asn1/der-error.ts";
import type { DerReader } from "../asn1/der-reader.ts";
import { contextConstructed, contextPrimitive, tags } from "../asn1/tags.ts";
import type { DistinguishedName } from "./distinguished-name.ts";
import {
  generalNameTags,
  readDirectoryName,
  readOtherName,
  type OtherName,
} from "./general-name.ts";

/** The name constraints of an authority (RFC 5280 4.2.1.10). */
export interface NameConstraints {
  readonly permitted: readonly GeneralSubtree[];
  readonly excluded: readonly GeneralSubtree[];
}

/** What names of one form are compared with. */
export type GeneralSubtree = SubtreeBase & {
  /** A minimum other than 0 or a maximum: fields that RFC 5280 gives no meaning, so that nothing can be located in it. */
  readonly hasDistance: boolean;
};

export type SubtreeBase =
  /** Text as it is written: a host, a domain or a mailbox; it may be empty. */
  | { readonly type: "dns" | "email" | "uri"; readonly value: string }
  /** An address and a mask, of 4 or of 16 octets each. */
  | { readonly type: "ip"; readonly address: Buffer; readonly mask: Buffer }
  | { readonly type: "directory"; readonly value: DistinguishedName }
  | OtherName;

/** NameConstraints ::= SEQUENCE { permittedSubtrees [0] OPTIONAL, excludedSubtrees [1] OPTIONAL }, one of them at least. */
export function readNameConstraints(value: DerReader): NameConstraints {
  const sequence = value.read(tags.sequence);
  const permitted = readSubtrees(sequence.readOptional(contextConstructed(0)));
  const excluded = readSubtrees(sequence.readOptional(contextConstructed(1)));
  sequence.finish();
  if (permitted.length + excluded.length === 0) throw new DerError("name constraints hold nothing");
  return { permitted, excluded };
}

/** GeneralSubtrees ::= SEQUENCE SIZE (1..MAX) OF GeneralSubtree */
function readSubtrees(list: DerReader | undefined): readonly GeneralSubtree[] {
  const subtrees: GeneralSubtree[] = [];
  if (list === undefined) return subtrees;
  do subtrees.push(readSubtree(list.read(tags.sequence)));
  while (!list.atEnd);
  return subtrees;
}

function readSubtree(subtree: DerReader): GeneralSubtree {
  const base = readBase(subtree);
  const minimum = readDistance(subtree, contextPrimitive(0));
  const maximum = readDistance(subtree, contextPrimitive(1));
  subtree.finish();
  // X.690 11.5: the default, 0, is left out.
  if (minimum === 0) throw new DerError("a default value is encoded");
  return { ...base, hasDistance: minimum !== undefined || maximum !== undefined };
}

function readDistance(subtree: DerReader, tag: number): number | undefined {
  return subtree.nextTag === tag ? subtree.readSmallInteger(tag) : undefined;
}

function readBase(reader: DerReader): SubtreeBase {
  const tag = reader.nextTag;
  switch (tag) {
    case generalNameTags.dns:
      return { type: "dns", value: readText(reader, tag) };
    case generalNameTags.email:
      return { type: "email", value: readText(reader, tag) };
    case generalNameTags.uri:
      return { type: "uri", value: readText(reader, tag) };
    case generalNameTags.ip: {
      const range = reader.readContent(tag);
      if (range.length !== 8 && range.length !== 32) {
        throw new DerError("a range of IP addresses has a wrong length");
      }
      const half = range.length / 2;
      return { type: "ip", address: range.subarray(0, half), mask: range.subarray(half) };
    }
    case generalNameTags.directory:
      return { type: "directory", value: readDirectoryName(reader) };
    default:
      return readOtherName(reader);
  }
}

function readText(reader: DerReader, tag: number): string {
  const content = reader.readContent(tag);
  if (content.some((octet) => octet <= 0x20 || octet >= 0x7f)) {
    throw new DerError("a name constraint holds characters that it may not");
  }
  return content.toString("latin1");
}
