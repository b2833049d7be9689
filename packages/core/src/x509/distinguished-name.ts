import { isAscii, isUtf8 } from "node:buffer";
import { asBuffer, equalBytes, toHex } from "../base/bytes.ts";
import { DerError } from "../asn1/der-error.ts";
import { DerReader } from "../asn1/der-reader.ts";
import { dottedOid, oid, oids } from "../asn1/oids.ts";
import { tags } from "../asn1/tags.ts";

/** One attribute of a name: its type (an object identifier key), and its value as text where it is text. */
export interface NameAttribute {
  readonly type: string;
  readonly text: string | undefined;
  /** The value's whole DER. */
  readonly der: Buffer;
}

/** A Name (RFC 5280 4.1.2.4): relative distinguished names, each a set of attributes. */
export class DistinguishedName {
  readonly der: Buffer;
  #attributes: readonly (readonly NameAttribute[])[] | undefined;
  #relativeKeys: readonly string[] | undefined;
  #comparisonKey: string | undefined;
  #text: string | undefined;

  private constructor(der: Buffer) {
    this.der = der;
  }

  /** Reads a Name; its structure is checked now, its strings are decoded when they are asked for. */
  static read(reader: DerReader): DistinguishedName {
    const der = reader.readWhole(tags.sequence);
    const names = DerReader.of(der).read(tags.sequence);
    while (!names.atEnd) {
      const set = names.read(tags.set);
      do checkAttribute(set);
      while (!set.atEnd);
    }
    return new DistinguishedName(der);
  }

  get isEmpty(): boolean {
    return this.der.length === 2;
  }

  /** The relative names in the order of the encoding: the most general comes first. */
  get relativeNames(): readonly (readonly NameAttribute[])[] {
    this.#attributes ??= readRelativeNames(this.der);
    return this.#attributes;
  }

  /** Two relative names are the same when their keys are (RFC 5280 7.1: case and inner white space do not count). */
  get relativeKeys(): readonly string[] {
    this.#relativeKeys ??= this.relativeNames.map(relativeKey);
    return this.#relativeKeys;
  }

  /** Two names are the same when their keys are. */
  get comparisonKey(): string {
    this.#comparisonKey ??= this.relativeKeys.join(",");
    return this.#comparisonKey;
  }

  /** The name as RFC 4514 prints it: the most specific part first, control characters escaped. */
  get text(): string {
    this.#text ??= [...this.relativeNames]
      .reverse()
      .map((set) => set.map(printAttribute).join("+"))
      .join(",");
    return this.#text;
  }

  /** The common names, from general to specific. */
  get commonNames(): readonly string[] {
    return this.#textsOf(oids.commonName);
  }

  /** The values of emailAddress, where names held mailboxes before alternative names did (RFC 5280 4.1.2.6). */
  get emailAddresses(): readonly string[] {
    return this.#textsOf(oids.emailAddress);
  }

  equals(other: DistinguishedName): boolean {
    return equalBytes(this.der, other.der) || this.comparisonKey === other.comparisonKey;
  }

  #textsOf(type: string): readonly string[] {
    return this.relativeNames
      .flat()
      .filter((attribute) => attribute.type === type)
      .map((attribute) => attribute.text ?? "");
  }
}

function readRelativeNames(der: Buffer): readonly (readonly NameAttribute[])[] {
  const relativeNames: NameAttribute[][] = [];
  const names = DerReader.of(der).read(tags.sequence);
  while (!names.atEnd) {
    relativeNames.push(readAttributes(names.read(tags.set)));
  }
  return relativeNames;
}

/** The attributes of a set whose structure was checked. */
function readAttributes(set: DerReader): NameAttribute[] {
  const attributes: NameAttribute[] = [];
  while (!set.atEnd) {
    const attribute = set.read(tags.sequence);
    const type = attribute.readOid();
    const tag = attribute.nextTag;
    const value = attribute.readAny();
    attributes.push({ type, text: decodeString(tag, value), der: value });
  }
  return attributes;
}

/** A RelativeDistinguishedName that stands by itself, under whatever tag (RFC 5280 4.2.1.13). */
export function readRelativeName(reader: DerReader, tag: number): readonly NameAttribute[] {
  const der = reader.readWhole(tag);
  const set = DerReader.of(der).read(tag);
  do checkAttribute(set);
  while (!set.atEnd);
  return readAttributes(DerReader.of(der).read(tag));
}

/** Checks the next attribute of a set: its structure, and that its string is of its own alphabet. */
function checkAttribute(set: DerReader): void {
  const attribute = set.read(tags.sequence);
  attribute.readOid();
  const tag = attribute.nextTag;
  checkString(tag, attribute.readContent(tag));
  attribute.finish();
}

/** The key of one relative name: JSON, so that keys put side by side stay apart. */
export function relativeKey(attributes: readonly NameAttribute[]): string {
  return JSON.stringify(attributes.map(attributeKey).sort());
}

/** Strings that are not of their own alphabet would print or compare as something else. */
function checkString(tag: number, content: Buffer): void {
  switch (tag) {
    case tags.utf8String:
      if (isAscii(content)) return;
      if (!isUtf8(content)) throw new DerError("a UTF8String is not UTF-8");
      checkMarks(content.toString("utf8"));
      return;
    case tags.printableString:
    case tags.ia5String:
    case tags.visibleString:
    case tags.numericString:
      if (!isAscii(content)) throw new DerError("a string holds octets outside ASCII");
      return;
    case tags.bmpString:
      checkMarks(decodeWide(content, 2));
      return;
    case tags.universalString:
      checkMarks(decodeWide(content, 4));
  }
}

/** Those that combine with a character before them; two that are no marks decompose to such (halfwidth katakana). */
const manyMarks = /[\p{M}\uff9e\uff9f]{31}/u;

/**
 * UAX #15, section 13: no script needs more than 30 combining marks in a row, and bringing them into order takes time by the
 * square of their number, which comparing names would spend on anybody's certificate.
 */
function checkMarks(text: string): void {
  // What is ignored between them would not keep them apart.
  if (manyMarks.test(text.replace(ignorable, ""))) {
    throw new DerError("a string holds too many combining marks in a row");
  }
}

/** The text of a string type, which `checkString` has seen; undefined for any other type. */
function decodeString(tag: number, der: Buffer): string | undefined {
  const content = DerReader.of(der).readContent(tag);
  switch (tag) {
    case tags.utf8String:
      return content.toString("utf8");
    case tags.printableString:
    case tags.ia5String:
    case tags.visibleString:
    case tags.numericString:
    case tags.teletexString:
      return content.toString("latin1");
    case tags.bmpString:
      return decodeWide(content, 2);
    case tags.universalString:
      return decodeWide(content, 4);
    default:
      return undefined;
  }
}

/** UCS-2 or UCS-4, the high octet first. */
function decodeWide(content: Buffer, width: 2 | 4): string {
  if (content.length % width !== 0) throw new DerError("a wide string is cut short");
  let text = "";
  for (let at = 0; at < content.length; at += width) {
    const point = content.readUIntBE(at, width);
    if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) {
      throw new DerError("a wide string holds no character");
    }
    text += String.fromCodePoint(point);
  }
  return text;
}

function attributeKey({ type, text, der }: NameAttribute): string {
  const value = text === undefined ? `#${toHex(der)}` : `=${foldText(text)}`;
  // The length in front keeps octets of the type from passing for the start of a value.
  return `${type.length} ${type}${value}`;
}

/** Visible ASCII with single spaces inside: nearly every name, of which only the case can differ. */
const plainText = /^[!-~]+(?: [!-~]+)*$/;

/** Characters that RFC 4518 2.2 maps to nothing; white space among the controls it maps to a space. */
const spaceControls = /[\t\n\v\f\r\u0085]/g;
const ignorable = /[\p{Cc}\p{Cf}\u034f\u180b-\u180d\ufe00-\ufe0f\ufffc]/gu;

/** RFC 5280 7.1, RFC 4518 2: case, compatible forms, what cannot be seen and the amount of white space do not count. */
function foldText(text: string): string {
  if (plainText.test(text)) return text.toLowerCase();
  return text
    .replace(spaceControls, " ")
    .replace(ignorable, "")
    .normalize("NFKC")
    .toLowerCase()
    .replace(/\s+/gu, " ")
    .trim();
}

/** The short names of RFC 4514 section 3, and the two that certificates use besides. */
const shortNames = new Map([
  [oids.commonName, "CN"],
  [oid("2.5.4.6"), "C"],
  [oid("2.5.4.7"), "L"],
  [oid("2.5.4.8"), "ST"],
  [oid("2.5.4.9"), "STREET"],
  [oid("2.5.4.10"), "O"],
  [oid("2.5.4.11"), "OU"],
  [oid("0.9.2342.19200300.100.1.1"), "UID"],
  [oid("0.9.2342.19200300.100.1.25"), "DC"],
  [oids.emailAddress, "emailAddress"],
  [oid("2.5.4.5"), "serialNumber"],
]);

function printAttribute({ type, text, der }: NameAttribute): string {
  const name = shortNames.get(type) ?? dottedOid(type);
  return `${name}=${text === undefined ? `#${toHex(asBuffer(der))}` : escapeValue(text)}`;
}

/** RFC 4514 2.4, and whatever could break a log line or hide text: control, format and bidirectional characters. */
function escapeValue(text: string): string {
  return text
    .replace(/[\\"+,;<>=]/g, "\\$&")
    .replace(/^[ #]| $/g, "\\$&")
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
      [...Buffer.from(character)]
        .map((octet) => `\\${octet.toString(16).padStart(2, "0")}`)
        .join(""),
    );
}
