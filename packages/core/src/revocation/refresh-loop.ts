import type { Surroundings } from "../base/surroundings.ts";

/** What came of one attempt: when the next one is due, or that this one failed. */
export type Attempt =
  | { readonly outcome: "done"; readonly nextAt: number }
  | { readonly outcome: "failed"; readonly retryAfterMs: number | undefined };

/** The first pause after a failure; each further one is twice as long. */
const firstRetryMs = 1_000;
const longestRetryMs = 300_000;

/** Nothing is asked more often, whatever dates an answer states. */
const shortestPauseMs = 1_000;

/**
 * Does one thing again and again in the background: when it is due, with back-off after failures, never twice at once. Pauses
 * vary by a tenth, so that processes that were started together do not ask together.
 */
export class RefreshLoop {
  readonly #attempt: (signal: AbortSignal) => Promise<Attempt>;
  readonly #surroundings: Surroundings;
  readonly #closing = new AbortController();
  #running: Promise<void> | undefined;
  #cancel: () => void = () => undefined;
  #failures = 0;

  /** `attempt` never rejects. Its signal says that the loop was closed: what it finds then is of no use to anybody. */
  constructor(attempt: (signal: AbortSignal) => Promise<Attempt>, surroundings: Surroundings) {
    this.#attempt = attempt;
    this.#surroundings = surroundings;
  }

  /** Makes an attempt now, unless one is under way: then that one. */
  run(): Promise<void> {
    if (this.#closing.signal.aborted) return Promise.resolve();
    return (this.#running ??= this.#runOnce());
  }

  /** The attempt that is under way. */
  get running(): Promise<void> | undefined {
    return this.#running;
  }

  /** Whether the last attempts failed, so that another one is due only after a pause. */
  get isFailing(): boolean {
    return this.#failures > 0;
  }

  close(): void {
    this.#closing.abort();
    this.#cancel();
  }

  async #runOnce(): Promise<void> {
    this.#cancel();
    const attempt = await this.#attempt(this.#closing.signal);
    this.#running = undefined;
    if (this.#closing.signal.aborted) return;
    const pauseMs = this.#pauseAfter(attempt);
    this.#cancel = this.#surroundings.timers.after(pauseMs, () => void this.run());
  }

  #pauseAfter(attempt: Attempt): number {
    const { clock, randomBytes } = this.#surroundings;
    const jitter = 1 - randomBytes(1).readUInt8(0) / 2560;
    if (attempt.outcome === "done") {
      this.#failures = 0;
      return Math.max(shortestPauseMs, (attempt.nextAt - clock()) * jitter);
    }
    const backOffMs = Math.min(longestRetryMs, firstRetryMs * 2 ** this.#failures);
    this.#failures++;
    // Nobody signs what a server asks for: one answer that was slipped in must not keep lists away until they expire.
    const wantedMs = Math.min(longestRetryMs, attempt.retryAfterMs ?? 0);
    return Math.max(wantedMs, backOffMs * jitter);
  }
}
