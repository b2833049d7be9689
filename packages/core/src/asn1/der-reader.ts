import { asBuffer } from "../base/bytes.ts";
import { DerError } from "./der-error.ts";
import { tags } from "./tags.ts";

/**
 * A cursor over strict DER (ITU-T X.690 10, 11). Whatever DER does not allow is a `DerError`: indefinite and
 * non-minimal lengths, bytes left over, BOOLEANs other than 00 and FF, padded INTEGERs, unused bits that are set.
 * Nothing is copied: what it returns are views of the original bytes.
 */
export class DerReader {
  readonly #bytes: Buffer;
  readonly #end: number;
  #offset: number;

  private constructor(bytes: Buffer, start: number, end: number) {
    this.#bytes = bytes;
    this.#offset = start;
    this.#end = end;
  }

  static of(bytes: Uint8Array): DerReader {
    return new DerReader(asBuffer(bytes), 0, bytes.length);
  }

  get atEnd(): boolean {
    return this.#offset === this.#end;
  }

  /** The identifier octet that comes next, or -1 at the end. */
  get nextTag(): number {
    return this.#offset < this.#end ? (this.#bytes[this.#offset] as number) : -1;
  }

  /** Asserts that every byte was read. */
  finish(): void {
    if (this.#offset !== this.#end) throw new DerError("bytes are left over");
  }

  /** Enters the value with this tag; the cursor moves behind it. */
  read(tag: number): DerReader {
    const start = this.#advance(tag);
    return new DerReader(this.#bytes, start, this.#offset);
  }

  /** Enters the value when it comes next. */
  readOptional(tag: number): DerReader | undefined {
    return this.nextTag === tag ? this.read(tag) : undefined;
  }

  /** The content octets of the value with this tag. */
  readContent(tag: number): Buffer {
    const start = this.#advance(tag);
    return this.#bytes.subarray(start, this.#offset);
  }

  /** The whole value, identifier and length included. */
  readWhole(tag: number): Buffer {
    const start = this.#offset;
    this.#advance(tag);
    return this.#bytes.subarray(start, this.#offset);
  }

  /** The whole next value, whatever it is. */
  readAny(): Buffer {
    return this.readWhole(this.nextTag);
  }

  /** A NULL, whatever its tag: nothing is in it. */
  readNull(tag: number = tags.null): void {
    if (this.readContent(tag).length !== 0) throw new DerError("a NULL is not empty");
  }

  readBoolean(): boolean {
    const start = this.#advance(tags.boolean);
    const value = this.#bytes[start];
    if (this.#offset - start !== 1 || (value !== 0x00 && value !== 0xff)) {
      throw new DerError("a BOOLEAN is neither 00 nor FF");
    }
    return value === 0xff;
  }

  /** A field `BOOLEAN DEFAULT FALSE`: DER leaves the default out (X.690 11.5). */
  readFlag(): boolean {
    if (this.nextTag !== tags.boolean) return false;
    if (!this.readBoolean()) throw new DerError("a default value is encoded");
    return true;
  }

  /** The content octets of an INTEGER, two's complement, in the fewest octets. */
  readInteger(tag: number = tags.integer): Buffer {
    const content = this.readContent(tag);
    const [first, second] = content;
    if (first === undefined) throw new DerError("an INTEGER is empty");
    if (
      second !== undefined &&
      (first === 0x00 ? second < 0x80 : first === 0xff && second >= 0x80)
    ) {
      throw new DerError("an INTEGER has superfluous octets");
    }
    return content;
  }

  /** A small INTEGER that is not negative. */
  readSmallInteger(tag: number = tags.integer): number {
    const content = this.readInteger(tag);
    if ((content[0] as number) >= 0x80) throw new DerError("an INTEGER is negative");
    if (content.length > 4) throw new DerError("an INTEGER is out of range");
    return content.readUIntBE(0, content.length);
  }

  /** The octets of a BIT STRING whose length is a multiple of eight. */
  readOctetAlignedBits(): Buffer {
    const content = this.readContent(tags.bitString);
    if (content[0] !== 0) throw new DerError("a BIT STRING does not hold whole octets");
    return content.subarray(1);
  }

  /** A BIT STRING of named bits as a number: bit 0 is the lowest. Trailing zero bits are not encoded (X.690 11.2.2). */
  readNamedBits(tag: number = tags.bitString): number {
    const content = this.readContent(tag);
    const unused = content[0];
    const last = content.at(-1);
    if (unused === undefined || last === undefined || unused > 7 || content.length > 5) {
      throw new DerError("a BIT STRING is malformed");
    }
    if (content.length === 1) {
      if (unused !== 0) throw new DerError("an empty BIT STRING has unused bits");
      return 0;
    }
    if ((last & ((1 << unused) - 1)) !== 0 || (last & (1 << unused)) === 0) {
      throw new DerError("a BIT STRING has bits that DER leaves out");
    }
    let bits = 0;
    for (let index = 0; index < (content.length - 1) * 8; index++) {
      const octet = content[1 + (index >> 3)] as number;
      if ((octet & (0x80 >> (index & 7))) !== 0) bits |= 1 << index;
    }
    return bits;
  }

  /** An OBJECT IDENTIFIER as the key that `oids.ts` uses: its content octets as Latin-1. */
  readOid(): string {
    const start = this.#advance(tags.objectIdentifier);
    const end = this.#offset;
    let arcStarts = true;
    for (let at = start; at < end; at++) {
      const octet = this.#bytes[at] as number;
      if (arcStarts && octet === 0x80) throw new DerError("an OBJECT IDENTIFIER has a padded arc");
      arcStarts = octet < 0x80;
    }
    if (start === end || !arcStarts) throw new DerError("an OBJECT IDENTIFIER is cut short");
    // Printing an arc takes time by the square of its length; the longest in use take about 20 octets.
    if (end - start > 64) throw new DerError("an OBJECT IDENTIFIER is too long");
    return this.#bytes.toString("latin1", start, end);
  }

  /** Moves behind the value with this tag and returns where its content starts. */
  #advance(tag: number): number {
    const bytes = this.#bytes;
    let at = this.#offset;
    // Multi-byte identifiers (tag number 31 and above) stand in no structure that is read here.
    if (at >= this.#end || bytes[at] !== tag || (tag & 0x1f) === 0x1f) {
      throw new DerError("another type was expected");
    }
    at++;
    if (at >= this.#end) throw new DerError("a length is missing");
    let length = bytes[at++] as number;
    if (length >= 0x80) {
      const octets = length & 0x7f;
      if (octets === 0) throw new DerError("a length is indefinite");
      if (octets > 4 || at + octets > this.#end) throw new DerError("a length is out of range");
      length = bytes.readUIntBE(at, octets);
      at += octets;
      if (length < 0x80 || length < 2 ** (8 * (octets - 1))) {
        throw new DerError("a length is not minimal");
      }
    }
    if (length > this.#end - at) throw new DerError("a value is cut short");
    this.#offset = at + length;
    return at;
  }
}
