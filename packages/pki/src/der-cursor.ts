/** What a stranger sent is not DER, or not of the form that was expected. */
export class MalformedDer extends Error {
  override readonly name = "MalformedDer";
}

/** Walks once along the elements of DER that a stranger sent; the caller's shape bounds the depth. */
export interface DerCursor {
  /** The content of the next element. */
  take(tag: number): Uint8Array;
  /** The content of the next element if it has this tag. */
  takeOptional(tag: number): Uint8Array | undefined;
  /** The next element as it stands. */
  takeWhole(tag: number): Uint8Array;
  isAtEnd(): boolean;
  /** Throws when something is left. */
  end(): void;
}

export function derCursor(bytes: Uint8Array): DerCursor {
  let position = 0;

  function octet(): number {
    const value = bytes[position];
    if (value === undefined) throw new MalformedDer("The bytes end within an element.");
    position += 1;
    return value;
  }

  function length(): number {
    const first = octet();
    if (first < 0x80) return first;
    if (first === 0x81) return shortest(octet(), 0x80);
    // Two octets of length are more than a request may have.
    if (first === 0x82) return shortest(octet() * 0x100 + octet(), 0x100);
    throw new MalformedDer("The length is indefinite or more than a request may have.");
  }

  function takeParts(tag: number): { readonly whole: Uint8Array; readonly content: Uint8Array } {
    const start = position;
    if (octet() !== tag) throw new MalformedDer("Another element was expected.");
    const size = length();
    const contentStart = position;
    position += size;
    if (position > bytes.length) throw new MalformedDer("An element is longer than what holds it.");
    return {
      whole: bytes.subarray(start, position),
      content: bytes.subarray(contentStart, position),
    };
  }

  return {
    take: (tag) => takeParts(tag).content,
    takeOptional: (tag) => (bytes[position] === tag ? takeParts(tag).content : undefined),
    takeWhole: (tag) => takeParts(tag).whole,
    isAtEnd: () => position === bytes.length,
    end() {
      if (position !== bytes.length) throw new MalformedDer("Something follows the last element.");
    },
  };
}

/** X.690 10.1: one length, one encoding. */
function shortest(length: number, least: number): number {
  if (length >= least) return length;
  throw new MalformedDer("The length is not in its shortest form.");
}
