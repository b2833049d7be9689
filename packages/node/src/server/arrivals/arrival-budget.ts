import type { Clock } from "@mtls-shield/core";
import { BoundedMap } from "@mtls-shield/core/adapter";
import type { HandshakeLimits } from "./handshake-limits.ts";
import { TokenBucket } from "./token-bucket.ts";

/** Addresses whose purses are kept, a few hundred octets each; whoever has more addresses still meets the common purse. */
const mostAddresses = 16_384;
/** How long an address counts as known after somebody from there was admitted. */
const knownMs = 600_000;

/** What was spent for one connection, so that it can be given back. */
export interface Account {
  readonly source: string;
  readonly isExempt: boolean;
  spent: number;
}

/** Purses of addresses, and one for all from which nobody was admitted lately. */
export class ArrivalBudget {
  readonly #limits: HandshakeLimits;
  readonly #clock: Clock;
  readonly #overall: TokenBucket;
  readonly #bySource = new BoundedMap<string, TokenBucket>(mostAddresses);
  readonly #knownUntil = new BoundedMap<string, number>(mostAddresses);

  constructor(limits: HandshakeLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
    this.#overall = new TokenBucket(limits.overall, clock());
  }

  /** Which bound leaves nothing for this address; undefined: there is something. */
  exhausted({ source, isExempt }: Account): "perAddress" | "overall" | undefined {
    const now = this.#clock();
    if (!isExempt && this.#purse(source, now).isEmpty(now)) return "perAddress";
    // Known clients are not locked out by an attack from everywhere.
    if (!this.isKnown(source) && this.#overall.isEmpty(now)) return "overall";
    return undefined;
  }

  spend(account: Account, units: number): void {
    const now = this.#clock();
    account.spent += units;
    this.#purse(account.source, now).spend(units, now);
    this.#overall.spend(units, now);
  }

  /** Somebody was admitted on this connection: it has cost nothing, and its address is known from now on. */
  redeem(account: Account): void {
    const now = this.#clock();
    this.#purse(account.source, now).giveBack(account.spent);
    this.#overall.giveBack(account.spent);
    account.spent = 0;
    this.#knownUntil.set(account.source, now + knownMs);
  }

  isKnown(source: string): boolean {
    const until = this.#knownUntil.get(source);
    return until !== undefined && this.#clock() < until;
  }

  /** An address that abuses being known is a stranger again. */
  forget(source: string): void {
    this.#knownUntil.delete(source);
  }

  #purse(source: string, now: number): TokenBucket {
    let purse = this.#bySource.get(source);
    if (purse === undefined) {
      purse = new TokenBucket(this.#limits.perAddress, now);
      this.#bySource.set(source, purse);
    }
    return purse;
  }
}
