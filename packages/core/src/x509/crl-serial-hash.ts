import { sha256 } from "../base/bytes.ts";
import { longestSerialNumber } from "./longest-serial-number.ts";

/** One for each pair of octets, and one for how many octets there are. */
const keyCount = longestSerialNumber / 2 + 1;
const digests = Math.ceil((keyCount * 4) / 32);

/** Of products of 16 bits with keys of 32, the upper 17 are universal. */
export const mostHashBits = 17;

/**
 * A universal hash of serial numbers (multiply-shift, Dietzfelbinger 1996): every pair of octets is multiplied with a key of its own,
 * so that any two serial numbers share a bucket as seldom as chance has it. The keys come from the list's own signature, which nobody
 * knows before having chosen the serial numbers.
 */
export class CrlSerialHash {
  readonly #keys: Int32Array;
  readonly #shift: number;

  /** Hashes have `bits` bits: 1 to `mostHashBits`. */
  constructor(signature: Buffer, bits: number) {
    const material = Buffer.concat(
      Array.from({ length: digests }, (_, index) => sha256(Buffer.of(index), signature)),
    );
    this.#keys = Int32Array.from({ length: keyCount }, (_, index) =>
      material.readInt32LE(4 * index),
    );
    this.#shift = 32 - bits;
  }

  of(bytes: Buffer, start: number, length: number): number {
    const keys = this.#keys;
    let sum = Math.imul(keys[keyCount - 1] as number, length);
    const last = start + length - 1;
    let key = 0;
    let at = start;
    for (; at < last; at += 2) {
      const pair = ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
      sum = (sum + Math.imul(keys[key++] as number, pair)) | 0;
    }
    if (at === last) sum = (sum + Math.imul(keys[key] as number, bytes[at] as number)) | 0;
    return sum >>> this.#shift;
  }
}
