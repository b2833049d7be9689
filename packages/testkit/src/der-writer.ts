/**
 * A small DER encoder for tests (X.690). Each function returns the complete bytes of one element, so
 * a test can replace any of them by arbitrary bytes. Nothing here checks that a value makes sense.
 */

const utf8Encoder = new TextEncoder();

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

export function bytes(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values);
}

export function hex(digits: string): Uint8Array {
  return new Uint8Array(Buffer.from(digits, "hex"));
}

/** The shortest form of a length, as DER demands. */
export function length(count: number): Uint8Array {
  if (count < 0x80) return bytes(count);
  const digits = count.toString(16);
  const octets = hex(digits.length % 2 === 0 ? digits : `0${digits}`);
  return concat(bytes(0x80 | octets.length), octets);
}

export function tlv(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const content = concat(...contents);
  return concat(bytes(tag), length(content.length), content);
}

export function sequence(...elements: readonly Uint8Array[]): Uint8Array {
  return tlv(0x30, ...elements);
}

export function set(...elements: readonly Uint8Array[]): Uint8Array {
  return tlv(0x31, ...elements);
}

/** `[number]` around whole elements. */
export function constructed(number: number, ...elements: readonly Uint8Array[]): Uint8Array {
  return tlv(0xa0 | number, ...elements);
}

/** `[number] IMPLICIT` over content octets. */
export function primitive(number: number, ...contents: readonly Uint8Array[]): Uint8Array {
  return tlv(0x80 | number, ...contents);
}

export function boolean(value: boolean): Uint8Array {
  return tlv(0x01, bytes(value ? 0xff : 0x00));
}

/** The content octets of an INTEGER: shortest two's complement. */
export function integerContent(value: bigint | number): Uint8Array {
  const wanted = BigInt(value);
  let octets = 1;
  while (BigInt.asIntN(octets * 8, wanted) !== wanted) octets += 1;
  const digits = BigInt.asUintN(octets * 8, wanted).toString(16);
  return hex(digits.padStart(octets * 2, "0"));
}

export function integer(value: bigint | number): Uint8Array {
  return tlv(0x02, integerContent(value));
}

export function bitString(content: Uint8Array, unusedBits = 0): Uint8Array {
  return tlv(0x03, bytes(unusedBits), content);
}

/** A BIT STRING with named bits: trailing zero bits are left off, as X.690 11.2.2 demands. */
export function namedBits(...positions: readonly number[]): Uint8Array {
  if (positions.length === 0) return bitString(bytes());
  const last = Math.max(...positions);
  const content = new Uint8Array(Math.floor(last / 8) + 1);
  for (const position of positions) {
    const index = Math.floor(position / 8);
    content[index] = (content[index] ?? 0) | (0x80 >> (position % 8));
  }
  return bitString(content, 7 - (last % 8));
}

export function octetString(...contents: readonly Uint8Array[]): Uint8Array {
  return tlv(0x04, ...contents);
}

export function nullValue(): Uint8Array {
  return tlv(0x05);
}

/** The content octets of an OBJECT IDENTIFIER in dotted form. */
export function oidContent(dotted: string): Uint8Array {
  const [first = 0n, second = 0n, ...rest] = dotted.split(".").map(BigInt);
  return concat(...[first * 40n + second, ...rest].map(base128));
}

export function oid(dotted: string): Uint8Array {
  return tlv(0x06, oidContent(dotted));
}

export function utf8String(text: string): Uint8Array {
  return tlv(0x0c, utf8Encoder.encode(text));
}

export function printableString(text: string): Uint8Array {
  return tlv(0x13, utf8Encoder.encode(text));
}

export function ia5String(text: string): Uint8Array {
  return tlv(0x16, utf8Encoder.encode(text));
}

/** UTCTime of a whole second, for the years 1950 to 2049. */
export function utcTime(epochMs: number): Uint8Array {
  return tlv(0x17, utf8Encoder.encode(timeDigits(epochMs).slice(2)));
}

export function generalizedTime(epochMs: number): Uint8Array {
  return tlv(0x18, utf8Encoder.encode(timeDigits(epochMs)));
}

/** UTCTime through 2049, GeneralizedTime from 2050: RFC 5280 4.1.2.5. */
export function time(epochMs: number): Uint8Array {
  const year = new Date(epochMs).getUTCFullYear();
  return year >= 1950 && year < 2050 ? utcTime(epochMs) : generalizedTime(epochMs);
}

/** The content octets of one definite-length element, and where they start. */
export function contentOf(element: Uint8Array): Uint8Array {
  return element.subarray(headerLength(element));
}

/** The elements within a constructed element, in order; for well-formed DER only. */
export function split(element: Uint8Array): Uint8Array[] {
  const elements: Uint8Array[] = [];
  let rest = contentOf(element);
  while (rest.length > 0) {
    const end = headerLength(rest) + contentLength(rest);
    elements.push(rest.subarray(0, end));
    rest = rest.subarray(end);
  }
  return elements;
}

/** The same element with one needless length octet: legal BER, not DER (X.690 10.1). */
export function withNonMinimalLength(element: Uint8Array): Uint8Array {
  const content = contentOf(element);
  const digits = length(content.length);
  const octets = content.length < 0x80 ? digits : digits.subarray(1);
  return concat(element.subarray(0, 1), bytes(0x80 | (octets.length + 1), 0x00), octets, content);
}

/** The same constructed element with indefinite length: legal BER, not DER (X.690 10.1). */
export function withIndefiniteLength(element: Uint8Array): Uint8Array {
  return concat(element.subarray(0, 1), bytes(0x80), contentOf(element), bytes(0x00, 0x00));
}

function base128(value: bigint): Uint8Array {
  const octets = [Number(value & 0x7fn)];
  for (let rest = value >> 7n; rest > 0n; rest >>= 7n) {
    octets.unshift(Number(rest & 0x7fn) | 0x80);
  }
  return Uint8Array.from(octets);
}

function timeDigits(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19).replace(/[-T:]/g, "")}Z`;
}

function octetAt(element: Uint8Array, index: number): number {
  const octet = element[index];
  if (octet === undefined) throw new RangeError("The element ends within its header.");
  return octet;
}

function headerLength(element: Uint8Array): number {
  const first = octetAt(element, 1);
  return first < 0x80 ? 2 : 2 + (first & 0x7f);
}

function contentLength(element: Uint8Array): number {
  const first = octetAt(element, 1);
  if (first < 0x80) return first;
  let count = 0;
  for (let index = 2; index < 2 + (first & 0x7f); index += 1) {
    count = count * 256 + octetAt(element, index);
  }
  return count;
}
