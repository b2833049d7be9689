import { describeFault } from "../../base/describe-fault.ts";
import type { Surroundings } from "../../base/surroundings.ts";

/** What came of one attempt. */
export type Attempt =
  | { readonly outcome: "done"; readonly nextAt: number }
  /** It gave what should have been replaced by now: the next one comes soon, and then less and less often. */
  | { readonly outcome: "stale" }
  | { readonly outcome: "failed"; readonly retryAfterMs: number | undefined };

/** The first pause after a failure; each further one is twice as long, up to the time within which a recovery is noticed. */
const firstRetryMs = 1_000;
const longestRetryMs = 60_000;

/** Nobody signs what a server asks for: one answer that was slipped in must not keep lists away until they expire. */
const longestRetryAfterMs = 300_000;

/** Nothing is asked more often, whatever dates an answer states. */
const shortestPauseMs = 1_000;

/**
 * Does one thing again and again in the background: when it is due, with back-off after failures, never twice at once. Pauses
 * vary by a tenth, so that processes that were started together do not ask together.
 */
export class RefreshLoop {
  readonly #attempt: (signal: AbortSignal) => Promise<Attempt>;
  readonly #surroundings: Surroundings;
  readonly #tell: (problem: string) => void;
  readonly #closing = new AbortController();
  #running: Promise<void> | undefined;
  #cancel: () => void = () => undefined;
  #retries = 0;
  #isFailing = false;

  /**
   * The signal of `attempt` says that the loop was closed: what it finds then is of no use to anybody. Where it rejects, as it
   * does for a clock that throws, the attempt has failed, and `tell` hears why.
   */
  constructor(
    attempt: (signal: AbortSignal) => Promise<Attempt>,
    surroundings: Surroundings,
    tell: (problem: string) => void,
  ) {
    this.#attempt = attempt;
    this.#surroundings = surroundings;
    this.#tell = tell;
  }

  /** Makes an attempt now, unless one is under way: then that one. Never rejects. */
  run(): Promise<void> {
    if (this.#closing.signal.aborted) return Promise.resolve();
    return (this.#running ??= this.#runOnce());
  }

  /** The attempt that is under way. */
  get running(): Promise<void> | undefined {
    return this.#running;
  }

  /** The same, unless the one before failed: nobody should have to wait for each of those that will fail, too. */
  get promising(): Promise<void> | undefined {
    return this.#isFailing ? undefined : this.#running;
  }

  /** Whether the last attempt gave nothing. */
  get isFailing(): boolean {
    return this.#isFailing;
  }

  close(): void {
    this.#closing.abort();
    this.#cancel();
  }

  async #runOnce(): Promise<void> {
    this.#cancel();
    const pauseMs = await this.#tryOnce();
    this.#running = undefined;
    if (this.#closing.signal.aborted) return;
    this.#cancel = this.#surroundings.timers.after(pauseMs, () => void this.run());
  }

  /** Makes the attempt, and says how long the pause after it is. */
  async #tryOnce(): Promise<number> {
    const { signal } = this.#closing;
    try {
      return this.#pauseAfter(await this.#attempt(signal));
    } catch (fault) {
      if (!signal.aborted) this.#tell(describeFault(fault));
      return this.#pauseAfter({ outcome: "failed", retryAfterMs: undefined });
    }
  }

  #pauseAfter(attempt: Attempt): number {
    const { clock, randomBytes } = this.#surroundings;
    const jitter = 1 - randomBytes(1).readUInt8(0) / 2560;
    this.#isFailing = attempt.outcome === "failed";
    if (attempt.outcome === "done") {
      const leftMs = attempt.nextAt - clock();
      // A timer takes NaN for "at once".
      if (Number.isNaN(leftMs)) throw new RangeError("the clock tells no time");
      this.#retries = 0;
      return Math.max(shortestPauseMs, leftMs * jitter);
    }
    const backOffMs = Math.min(longestRetryMs, firstRetryMs * 2 ** this.#retries);
    this.#retries++;
    if (attempt.outcome === "stale") return backOffMs * jitter;
    // Never earlier than the server wants, and yet not everybody at the same moment.
    const wantedMs = Math.min(longestRetryAfterMs, attempt.retryAfterMs ?? 0) / jitter;
    return Math.max(wantedMs, backOffMs * jitter);
  }
}
