import { BoundedMap } from "../base/bounded-map.ts";
import { systemClock, type Clock } from "../base/clock.ts";
import type { Store } from "./store.ts";

export interface MemoryStoreOptions {
  /** By which values expire. Default: the system's. */
  readonly clock?: Clock;
  /** Values kept; the least recently used one goes first. Default: 10,000. */
  readonly capacity?: number;
}

interface StoredValue {
  readonly text: string;
  readonly until: number | undefined;
}

/** An authority needs one value for each scope of its lists, which are a few; most have one. */
const defaultCapacity = 10_000;

/** A store for one process that forgets everything with it. */
export class MemoryStore implements Store {
  readonly #values: BoundedMap<string, StoredValue>;
  readonly #clock: Clock;

  constructor({ clock = systemClock, capacity = defaultCapacity }: MemoryStoreOptions = {}) {
    this.#values = new BoundedMap(capacity);
    this.#clock = clock;
  }

  get(key: string): Promise<string | undefined> {
    return Promise.resolve(this.#read(key));
  }

  set(key: string, value: string, until?: number): Promise<void> {
    this.#values.set(key, { text: value, until });
    return Promise.resolve();
  }

  compareAndSet(
    key: string,
    expected: string | undefined,
    value: string,
    until?: number,
  ): Promise<boolean> {
    if (this.#read(key) !== expected) return Promise.resolve(false);
    this.#values.set(key, { text: value, until });
    return Promise.resolve(true);
  }

  delete(key: string): Promise<void> {
    this.#values.delete(key);
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #read(key: string): string | undefined {
    const value = this.#values.get(key);
    if (value?.until === undefined || value.until > this.#clock()) return value?.text;
    this.#values.delete(key);
    return undefined;
  }
}
