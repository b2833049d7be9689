import type { Clock, Timers } from "@mtls-shield/core";
import { reconsider, type LivingConnection } from "./living-connection.ts";

export interface ConnectionSweepOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Undefined: a connection may live as long as its client is admitted. */
  readonly maxConnectionAgeMs: number | undefined;
}

/**
 * A round looks at every connection that was there when it began. Who comes during one waits for the next: two of them are a
 * second, within which who was revoked is cut off.
 */
const roundMs = 500;
/** A round is spread over so many turns, so that ten thousand connections hold nobody up. */
const turnsPerRound = 5;
/** How long a connection that is too old may go on with what is under way: as long as an orderly shutdown usually waits. */
const graceMs = 10_000;

/**
 * Looks at connections that outlive their requests: whoever would be refused now is cut off, and who has been connected for too
 * long has to connect anew.
 */
export class ConnectionSweep {
  readonly #options: ConnectionSweepOptions;
  readonly #connections = new Set<LivingConnection>();
  readonly #asked = new WeakSet<LivingConnection>();
  readonly #retired = new WeakSet<LivingConnection>();
  /** What the round under way has still to look at, and how many a turn. */
  #rest: LivingConnection[] = [];
  #share = 0;
  #cancel: (() => void) | undefined;

  constructor(options: ConnectionSweepOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#connections.size;
  }

  add(connection: LivingConnection): void {
    this.#connections.add(connection);
    this.#cancel ??= this.#options.timers.after(roundMs / turnsPerRound, this.#turn);
  }

  delete(connection: LivingConnection): void {
    this.#connections.delete(connection);
  }

  /** Looks at all of them now: the rules may be others. */
  sweep(): void {
    for (const connection of this.#connections) this.#judge(connection);
  }

  close(): void {
    this.#cancel?.();
    this.#connections.clear();
    this.#rest = [];
  }

  // An arrow, since it is handed on.
  readonly #turn = (): void => {
    if (this.#rest.length === 0) {
      // A copy: where new ones joined the round, a stream of them would put off its end, and the others, for ever.
      this.#rest = [...this.#connections];
      this.#share = Math.ceil(this.#rest.length / turnsPerRound);
    }
    for (const connection of this.#rest.splice(0, this.#share))
      if (this.#connections.has(connection)) this.#judge(connection);
    // Without connections there is nothing to wake up for.
    const isBusy = this.#connections.size > 0;
    this.#cancel = isBusy
      ? this.#options.timers.after(roundMs / turnsPerRound, this.#turn)
      : undefined;
  };

  #judge(connection: LivingConnection): void {
    this.#checkAge(connection);
    // An answer about a revocation may take longer than a round.
    if (this.#asked.has(connection)) return;
    const verdict = reconsider(connection);
    if (!(verdict instanceof Promise)) {
      if (verdict !== undefined) this.#end(connection);
      return;
    }
    this.#asked.add(connection);
    void verdict.then((late) => {
      this.#asked.delete(connection);
      if (late !== undefined) this.#end(connection);
    });
  }

  #checkAge(connection: LivingConnection): void {
    const { clock, maxConnectionAgeMs = Infinity } = this.#options;
    const ageMs = clock() - connection.openedAt;
    if (ageMs < maxConnectionAgeMs) return;
    if (ageMs >= maxConnectionAgeMs + graceMs) {
      this.#end(connection);
    } else if (!this.#retired.has(connection)) {
      this.#retired.add(connection);
      connection.retire();
    }
  }

  #end(connection: LivingConnection): void {
    this.#connections.delete(connection);
    connection.end();
  }
}
