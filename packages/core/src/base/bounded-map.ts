/** A map that holds at most `capacity` entries: the least recently used one goes first. */
export class BoundedMap<Key, Value> {
  readonly #entries = new Map<Key, Value>();
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: Key): Value | undefined {
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    // A Map iterates in insertion order, so moving an entry to the end keeps the oldest one first.
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  /** Returns the value that had to go for this one. */
  set(key: Key, value: Value): Value | undefined {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= this.#capacity) return undefined;
    const oldest = this.#entries.keys().next().value as Key;
    const forgotten = this.#entries.get(oldest);
    this.#entries.delete(oldest);
    return forgotten;
  }

  delete(key: Key): void {
    this.#entries.delete(key);
  }

  /** From the one that would go first on. */
  values(): Iterable<Value> {
    return this.#entries.values();
  }
}
