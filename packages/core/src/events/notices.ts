import type { ConfigWarning } from "../base/config-warning.ts";

/** Tells the operator of things that should not be, each of them once: a request must not be able to fill a log. */
export class Notices {
  readonly #warn: (warning: ConfigWarning) => void;
  readonly #given = new Set<string>();

  constructor(warn: (warning: ConfigWarning) => void) {
    this.#warn = warn;
  }

  /** `subject` says what counts as the same: no text of a request. */
  once(subject: string, warning: ConfigWarning): void {
    if (this.#given.has(subject)) return;
    this.#given.add(subject);
    try {
      this.#warn(warning);
    } catch {
      // Nobody is left to be told, and no request may pay for that.
    }
  }
}

/** The default of `onWarning`. */
export function emitProcessWarning({ option, message }: ConfigWarning): void {
  process.emitWarning(`${option}: ${message}`, { type: "MtlsShieldWarning" });
}
