import type { Limits } from "./limits.ts";

/** What is left of the work that one verification may cause. Once spent, it stays spent. */
export class Budget {
  #signatureChecks: number;
  #paths: number;

  constructor(limits: Limits) {
    this.#signatureChecks = limits.signatureChecks;
    this.#paths = limits.paths;
  }

  /** False when the search has to stop. */
  spendSignatureCheck(): boolean {
    return --this.#signatureChecks >= 0;
  }

  /** False when the search has to stop. */
  spendPath(): boolean {
    return --this.#paths >= 0;
  }
}
