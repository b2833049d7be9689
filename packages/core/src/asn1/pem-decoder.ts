import { asBuffer } from "../base/bytes.ts";

/** Takes what a `PemDecoder` finds. A string refuses it: decoding ends with that. */
export interface PemSink {
  begin(label: string): string | undefined;
  /** The next bytes of the block. They change afterwards, so that they have to be copied. */
  write(bytes: Buffer): string | undefined;
  end(): string | undefined;
}

const boundary = /^-----(BEGIN|END) ([A-Z0-9 ]+)-----[ \t]*$/;

/** Lines of text and boundaries; base64 may be one line. */
const longestLine = 16_384;

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const dash = 0x2d;

/** What an octet means within a block: below 64 its six bits. */
const invalid = 64;
const blank = 65;
const lineEnd = 66;
const padding = 67;
const meanings = new Uint8Array(256).fill(invalid);
const alphabet = Buffer.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
for (const [value, octet] of alphabet.entries()) meanings[octet] = value;
for (const octet of [0x20, 0x09]) meanings[octet] = blank;
for (const octet of [lineFeed, carriageReturn]) meanings[octet] = lineEnd;
meanings[0x3d] = padding;

/**
 * `parsePem` for texts of any length that come in pieces: blocks are decoded as they come, and no text is ever held. Text between
 * blocks is allowed (RFC 7468 5.2); within a block only base64 is, in its one canonical form (RFC 4648 3.5).
 */
export class PemDecoder {
  readonly #sink: PemSink;
  #label: string | undefined;
  /** The line that is being read, where it is not base64. */
  #line: string | undefined;
  #lineNumber = 1;
  #isAfterCarriageReturn = false;
  readonly #base64 = new Base64();

  constructor(sink: PemSink) {
    this.#sink = sink;
  }

  /** Decodes the next piece; a string says what is wrong. */
  write(piece: Uint8Array): string | undefined {
    const bytes = asBuffer(piece);
    this.#base64.makeRoom(bytes.length);
    for (let at = 0; at < bytes.length;) {
      const start = at;
      if (this.#isInBase64(bytes[at] as number)) {
        at = this.#base64.read(bytes, at);
        if (this.#base64.isRefused) return this.#notBase64();
      } else {
        at = endOfLine(bytes, at);
        this.#line = (this.#line ?? "") + bytes.toString("latin1", start, at);
        if (this.#line.length > longestLine) return `${this.#place} is too long`;
      }
      if (at > start) this.#isAfterCarriageReturn = false;
      if (at === bytes.length) break;
      const problem = this.#finishLine(bytes[at++] as number);
      if (problem !== undefined) return problem;
    }
    return this.#handOver();
  }

  /** After the last piece; a string says what is wrong. */
  end(): string | undefined {
    const problem = this.#judgeLine();
    if (problem !== undefined) return problem;
    return this.#label === undefined
      ? undefined
      : `the last block (${this.#label}) has no END line`;
  }

  get #place(): string {
    return `line ${this.#lineNumber}`;
  }

  #notBase64(): string {
    return `${this.#place} is not base64`;
  }

  /** A line of a block that begins with a dash is a boundary, or wrong. */
  #isInBase64(next: number): boolean {
    if (this.#label === undefined || this.#line !== undefined) return false;
    return next !== dash || !this.#base64.isAtLineStart;
  }

  #handOver(): string | undefined {
    const decoded = this.#base64.take();
    return decoded.length === 0 ? undefined : this.#sink.write(decoded);
  }

  #finishLine(end: number): string | undefined {
    const isSecondHalf = end === lineFeed && this.#isAfterCarriageReturn;
    this.#isAfterCarriageReturn = end === carriageReturn;
    const problem = this.#judgeLine();
    // CR LF is one line end.
    if (!isSecondHalf) this.#lineNumber++;
    return problem;
  }

  #judgeLine(): string | undefined {
    const line = this.#line;
    this.#line = undefined;
    this.#base64.startLine();
    if (line === undefined) return undefined;
    const [, kind, label] = boundary.exec(line) ?? [];
    if (label === undefined) return this.#judgeText(line);
    if (kind === "BEGIN") {
      if (this.#label !== undefined) return `${this.#place}: a block begins within another`;
      this.#label = label;
      this.#base64.startBlock();
      return this.#sink.begin(label);
    }
    if (this.#label !== label) return `${this.#place}: an END line without its BEGIN`;
    if (!this.#base64.isWhole) {
      return `the block that ends in ${this.#place} is not base64`;
    }
    const problem = this.#handOver();
    this.#label = undefined;
    return problem ?? this.#sink.end();
  }

  #judgeText(line: string): string | undefined {
    if (this.#label !== undefined) return this.#notBase64();
    return line.includes("-----") ? `${this.#place}: a boundary line is malformed` : undefined;
  }
}

/** The base64 of a block. */
class Base64 {
  /** It came to an octet that may not be there. */
  isRefused = false;
  #decoded = Buffer.alloc(0);
  #length = 0;
  #isEmpty = true;
  /** Bits of a group of four characters that is not complete, and how many characters they are of. */
  #bits = 0;
  #characters = 0;
  #paddings = 0;
  #line: "start" | "characters" | "blanks" | "blank start" = "start";

  get isAtLineStart(): boolean {
    return this.#line === "start";
  }

  get isWhole(): boolean {
    return !this.#isEmpty && this.#characters === 0;
  }

  /** For what so many octets may stand for. */
  makeRoom(octets: number): void {
    const most = Math.ceil((octets * 3) / 4) + 3;
    if (this.#decoded.length < most) this.#decoded = Buffer.allocUnsafeSlow(most);
  }

  startBlock(): void {
    this.#isEmpty = true;
    this.#paddings = 0;
  }

  startLine(): void {
    this.#line = "start";
  }

  /** The bytes that were decoded since it was called last; good until the next ones are read. */
  take(): Buffer {
    const decoded = this.#decoded.subarray(0, this.#length);
    this.#length = 0;
    return decoded;
  }

  /** Reads to the end of the line, of the bytes or to what may not be there, and says where that is. */
  read(bytes: Buffer, start: number): number {
    let at = start;
    while (at < bytes.length) {
      if (this.#canReadGroups) at = this.#readGroups(bytes, at);
      if (at === bytes.length) break;
      const meaning = meanings[bytes[at] as number] as number;
      if (meaning === lineEnd) break;
      if (!this.#readCharacter(meaning)) {
        this.isRefused = true;
        break;
      }
      at++;
    }
    return at;
  }

  get #canReadGroups(): boolean {
    return this.#characters === 0 && this.#paddings === 0 && this.#line !== "blanks";
  }

  /** Four characters that stand for three octets, as long as there are only such. */
  #readGroups(bytes: Buffer, start: number): number {
    const decoded = this.#decoded;
    let length = this.#length;
    let at = start;
    for (; at + 4 <= bytes.length; at += 4) {
      const a = meanings[bytes[at] as number] as number;
      const b = meanings[bytes[at + 1] as number] as number;
      const c = meanings[bytes[at + 2] as number] as number;
      const d = meanings[bytes[at + 3] as number] as number;
      if ((a | b | c | d) > 63) break;
      decoded[length] = (a << 2) | (b >> 4);
      decoded[length + 1] = (b << 4) | (c >> 2);
      decoded[length + 2] = (c << 6) | d;
      length += 3;
    }
    if (at > start) {
      this.#line = "characters";
      this.#isEmpty = false;
    }
    this.#length = length;
    return at;
  }

  #readCharacter(meaning: number): boolean {
    if (meaning === blank) {
      this.#line =
        this.#line === "characters" || this.#line === "blanks" ? "blanks" : "blank start";
      return true;
    }
    if (meaning === invalid || this.#line === "blanks") return false;
    this.#line = "characters";
    this.#isEmpty = false;
    return meaning === padding ? this.#readPadding() : this.#readBits(meaning);
  }

  #readBits(bits: number): boolean {
    // After padding there is nothing.
    if (this.#paddings > 0) return false;
    this.#bits = (this.#bits << 6) | bits;
    if (++this.#characters === 4) this.#finishGroup(3);
    return true;
  }

  #readPadding(): boolean {
    // One or two, where two or three characters stand before them.
    if (this.#characters < 2) return false;
    this.#paddings++;
    this.#bits <<= 6;
    if (++this.#characters < 4) return true;
    const octets = 3 - this.#paddings;
    const unused = this.#bits & ((1 << (8 * this.#paddings)) - 1);
    this.#finishGroup(octets);
    return unused === 0;
  }

  #finishGroup(octets: number): void {
    for (let index = 0; index < octets; index++) {
      this.#decoded[this.#length++] = this.#bits >> (16 - 8 * index);
    }
    this.#bits = 0;
    this.#characters = 0;
  }
}

function endOfLine(bytes: Buffer, start: number): number {
  let at = start;
  while (at < bytes.length && bytes[at] !== lineFeed && bytes[at] !== carriageReturn) at++;
  return at;
}
