import type { HandshakeLimits } from "./handshake-limits.ts";

interface FromSource {
  readonly source: string;
  readonly isExempt: boolean;
}

/** Handshakes that are not over: they hold memory and descriptors, whatever they cost otherwise. */
export class HandshakesUnderWay<Handshake extends FromSource> {
  readonly #limits: Pick<HandshakeLimits, "perAddress" | "overall">;
  /** By source, the oldest first. */
  readonly #bySource = new Map<string, Set<Handshake>>();
  #count = 0;

  constructor(limits: Pick<HandshakeLimits, "perAddress" | "overall">) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#count;
  }

  /** Returns the one that has to make room: the oldest of the same source, or of that with the most. */
  add(handshake: Handshake): Handshake | undefined {
    let own = this.#bySource.get(handshake.source);
    if (own === undefined) this.#bySource.set(handshake.source, (own = new Set()));
    own.add(handshake);
    this.#count++;
    const isFull = !handshake.isExempt && own.size > this.#limits.perAddress.inProgress;
    if (isFull) return oldestOf(own);
    return this.#count > this.#limits.overall.inProgress ? oldestOf(this.#largest()) : undefined;
  }

  delete(handshake: Handshake): void {
    const own = this.#bySource.get(handshake.source);
    if (own?.delete(handshake) !== true) return;
    this.#count--;
    if (own.size === 0) this.#bySource.delete(handshake.source);
  }

  #largest(): ReadonlySet<Handshake> {
    let largest: ReadonlySet<Handshake> = new Set();
    for (const own of this.#bySource.values()) if (own.size > largest.size) largest = own;
    return largest;
  }
}

function oldestOf<Handshake>(handshakes: ReadonlySet<Handshake>): Handshake {
  const [oldest] = handshakes;
  return oldest as Handshake;
}
