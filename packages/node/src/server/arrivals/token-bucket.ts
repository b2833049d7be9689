/** How much may be spent: so much at once, and so much more each second. */
export interface Allowance {
  readonly burst: number;
  readonly perSecond: number;
}

/** A purse that fills with time. It may be overdrawn: then nothing more is spent until the debt is paid off. */
export class TokenBucket {
  readonly #allowance: Allowance;
  #tokens: number;
  #at: number;

  constructor(allowance: Allowance, now: number) {
    this.#allowance = allowance;
    this.#tokens = allowance.burst;
    this.#at = now;
  }

  /** Whether there is anything left. */
  isEmpty(now: number): boolean {
    this.#fill(now);
    return this.#tokens <= 0;
  }

  spend(amount: number, now: number): void {
    this.#fill(now);
    this.#tokens -= amount;
  }

  giveBack(amount: number): void {
    this.#tokens = Math.min(this.#allowance.burst, this.#tokens + amount);
  }

  #fill(now: number): void {
    const { burst, perSecond } = this.#allowance;
    // A clock that was set back takes nothing away.
    const elapsedMs = Math.max(0, now - this.#at);
    this.#at = now;
    this.#tokens = Math.min(burst, this.#tokens + (elapsedMs / 1_000) * perSecond);
  }
}
