/**
 * Puts one DER value together that comes in pieces. Its first octets say how long it is, so it is written once, into a buffer
 * of just that length. Whether it is DER throughout is for a parser to say.
 */
export class DerCollector {
  readonly #maxBytes: number;
  #header = Buffer.alloc(0);
  #value: Buffer | undefined;
  #length = 0;

  /** No value may say that it is longer: a few octets could claim 4 GB. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Takes a copy of the next piece; a string says what is wrong. */
  write(piece: Uint8Array): string | undefined {
    if (this.#value !== undefined) return this.#append(piece);
    this.#header = Buffer.concat([this.#header, piece]);
    const length = wholeLength(this.#header);
    if (typeof length !== "number") return length;
    if (length > this.#maxBytes) return `the value is longer than ${this.#maxBytes} octets`;
    // Memory that nothing was written to yet takes no room, whatever length is claimed.
    this.#value = Buffer.allocUnsafeSlow(length);
    const beginning = this.#header;
    this.#header = Buffer.alloc(0);
    return this.#append(beginning);
  }

  /** The whole value; a string says what is wrong. */
  finish(): Buffer | string {
    return this.#value?.length === this.#length ? this.#value : "a value is cut short";
  }

  #append(piece: Uint8Array): string | undefined {
    const value = this.#value as Buffer;
    if (piece.length > value.length - this.#length) return "bytes are left over";
    value.set(piece, this.#length);
    this.#length += piece.length;
    return undefined;
  }
}

/** What the length octets of a value (X.690 8.1.3) say, with themselves; undefined while some of them are missing. */
function wholeLength(header: Buffer): number | string | undefined {
  const first = header[1];
  if (first === undefined) return undefined;
  if (first < 0x80) return 2 + first;
  const octets = first & 0x7f;
  if (octets === 0) return "a length is indefinite";
  if (octets > 4) return "a length is out of range";
  if (header.length < 2 + octets) return undefined;
  return 2 + octets + header.readUIntBE(2, octets);
}
