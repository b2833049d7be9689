/** Random numbers that one seed determines: Marsaglia's xorshift of 32 bits (Journal of Statistical Software 8 (14), 2003). */
export class Random {
  #state: number;

  constructor(seed: number) {
    // Zero stays zero for ever.
    this.#state = (Math.imul(seed, 0x9e3779b1) ^ 0x6a09e667) | 1;
    for (let round = 0; round < 8; round++) this.#next();
  }

  /** A whole number from 0 on, below `limit`. */
  below(limit: number): number {
    return Math.floor(((this.#next() >>> 0) / 2 ** 32) * limit);
  }

  chance(probability: number): boolean {
    return this.#next() >>> 0 < probability * 2 ** 32;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }

  /** One of the lengths up to `limit`: small ones as often as large ones. */
  length(limit: number): number {
    return 1 + this.below(2 ** (1 + this.below(Math.log2(limit))));
  }

  /** The same items in another order. */
  shuffle<Item>(items: readonly Item[]): Item[] {
    const shuffled = [...items];
    for (let left = shuffled.length; left > 1; left--) {
      const other = this.below(left);
      const last = shuffled[left - 1] as Item;
      shuffled[left - 1] = shuffled[other] as Item;
      shuffled[other] = last;
    }
    return shuffled;
  }

  #next(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (this.#state = state);
  }
}
