import { DerError } from "../asn1/der-error.ts";
import { DerReader } from "../asn1/der-reader.ts";
import { contextConstructed, contextPrimitive, tags } from "../asn1/tags.ts";
import { DistinguishedName } from "./distinguished-name.ts";

/** One name of a GeneralNames (RFC 5280 4.2.1.6). Names of one type are never compared with another's. */
export type GeneralName =
  | { readonly type: "dns" | "email" | "uri"; readonly value: string }
  | { readonly type: "ip"; readonly value: Buffer }
  | { readonly type: "directory"; readonly value: DistinguishedName }
  | OtherName;

/** A name of a form that the engine keeps but never matches. */
export interface OtherName {
  readonly type: "other";
  /** The name form: the choice, and for an otherName its type-id (an object identifier key, not to be printed). Equal for names that a constraint could compare. */
  readonly form: string;
  /** The whole DER. */
  readonly value: Buffer;
}

/** Tags of the choices of GeneralName. */
export const generalNameTags = {
  otherName: contextConstructed(0),
  email: contextPrimitive(1),
  dns: contextPrimitive(2),
  x400Address: contextConstructed(3),
  directory: contextConstructed(4),
  ediPartyName: contextConstructed(5),
  uri: contextPrimitive(6),
  ip: contextPrimitive(7),
  registeredId: contextPrimitive(8),
} as const;

/** Which characters a name may hold. */
export type NameText = "visible" | "any-ascii";

/**
 * Reads one name. Names that identify somebody hold visible ASCII only: a NUL, a line break or a space inside one has fooled
 * matchers before. Addresses of other data (`any-ascii`) are written more freely, and are never matched.
 */
export function readGeneralName(reader: DerReader, text: NameText = "visible"): GeneralName {
  const tag = reader.nextTag;
  switch (tag) {
    case generalNameTags.dns:
      return { type: "dns", value: readText(reader, tag, text) };
    case generalNameTags.email:
      return { type: "email", value: readText(reader, tag, text) };
    case generalNameTags.uri:
      return { type: "uri", value: readText(reader, tag, text) };
    case generalNameTags.ip: {
      const value = reader.readContent(tag);
      if (value.length !== 4 && value.length !== 16)
        throw new DerError("an IP address has a wrong length");
      return { type: "ip", value };
    }
    case generalNameTags.directory:
      return { type: "directory", value: readDirectoryName(reader) };
    default:
      return readOtherName(reader);
  }
}

/** A directoryName: a Name is a choice, so its tag stands around it. */
export function readDirectoryName(reader: DerReader): DistinguishedName {
  const inner = reader.read(generalNameTags.directory);
  const value = DistinguishedName.read(inner);
  inner.finish();
  return value;
}

/** otherName, x400Address, ediPartyName or registeredID. */
export function readOtherName(reader: DerReader): OtherName {
  const tag = reader.nextTag;
  switch (tag) {
    case generalNameTags.otherName: {
      const value = reader.readWhole(tag);
      return { type: "other", form: `otherName ${readTypeId(value)}`, value };
    }
    case generalNameTags.x400Address:
      return { type: "other", form: "x400Address", value: reader.readWhole(tag) };
    case generalNameTags.ediPartyName:
      return { type: "other", form: "ediPartyName", value: reader.readWhole(tag) };
    case generalNameTags.registeredId:
      return { type: "other", form: "registeredID", value: reader.readWhole(tag) };
    default:
      throw new DerError("a general name is of no known type");
  }
}

/** OtherName ::= SEQUENCE { type-id OBJECT IDENTIFIER, value [0] EXPLICIT ANY } */
function readTypeId(otherName: Buffer): string {
  const fields = DerReader.of(otherName).read(generalNameTags.otherName);
  const typeId = fields.readOid();
  fields.readWhole(contextConstructed(0));
  fields.finish();
  return typeId;
}

/** GeneralNames: one at least (RFC 5280 4.2.1.6). `tag` where another than SEQUENCE stands for it. */
export function readGeneralNames(
  reader: DerReader,
  text: NameText = "visible",
  tag: number = tags.sequence,
): readonly GeneralName[] {
  const sequence = reader.read(tag);
  const names: GeneralName[] = [];
  do names.push(readGeneralName(sequence, text));
  while (!sequence.atEnd);
  return names;
}

function readText(reader: DerReader, tag: number, text: NameText): string {
  const content = reader.readContent(tag);
  const isAllowed =
    text === "visible"
      ? (octet: number) => octet > 0x20 && octet < 0x7f
      : (octet: number) => octet < 0x80;
  if (content.length === 0 || !content.every(isAllowed)) {
    throw new DerError("a name is empty or holds characters that it may not");
  }
  return content.toString("latin1");
}
