import type { SearchLimits } from "./limits.ts";

/** What is left of the work that one verification may cause. Once spent, it stays spent. */
export class Budget {
  #signatureChecks: number;
  #paths: number;
  #nameComparisons: number;

  constructor(limits: SearchLimits) {
    this.#signatureChecks = limits.signatureChecks;
    this.#paths = limits.paths;
    this.#nameComparisons = limits.nameComparisons;
  }

  /** False when the search has to stop. */
  spendSignatureCheck(): boolean {
    return --this.#signatureChecks >= 0;
  }

  /** False when the search has to stop. */
  spendPath(): boolean {
    return --this.#paths >= 0;
  }

  /** False when the search has to stop. */
  spendNameComparisons(count: number): boolean {
    this.#nameComparisons -= count;
    return this.#nameComparisons >= 0;
  }
}
