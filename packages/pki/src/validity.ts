import { iso, latestMs, moment, wholeSeconds } from "./moment.ts";
import { PkiError } from "./pki-error.ts";

/** When a certificate is valid (RFC 5280 4.1.2.5). Both ends belong to the period. */
export interface ValidityOptions {
  /** A Date or epoch milliseconds, cut to whole seconds. By default a minute before now. */
  readonly notBefore?: Date | number;
  /** A Date or epoch milliseconds, cut to whole seconds. Not beyond the issuer's. */
  readonly notAfter?: Date | number;
  /** Milliseconds from `notBefore`, or from now without one; in place of `notAfter`. */
  readonly validityMs?: number;
}

/** Epoch milliseconds, whole seconds. */
export interface Validity {
  readonly notBefore: number;
  readonly notAfter: number;
}

export const validityOptions = [
  "notBefore",
  "notAfter",
  "validityMs",
] as const satisfies readonly (keyof ValidityOptions)[];

// Clocks that run a little late should accept a new certificate at once.
const backdatedMs = 60_000;

/** Settles the period. What the caller leaves open ends with the issuer; what they demand may not. */
export function decideValidity(
  options: ValidityOptions,
  limits: {
    readonly nowMs: number;
    readonly lifetimeMs: number;
    readonly issuerNotAfter: number;
  },
): Validity {
  if (options.notAfter !== undefined && options.validityMs !== undefined) {
    throw new PkiError("validityMs", `"validityMs" stands beside "notAfter". Give one of the two.`);
  }
  const begin =
    options.notBefore === undefined ? undefined : moment("notBefore", options.notBefore);
  const notBefore = begin ?? wholeSeconds(limits.nowMs - backdatedMs);
  if (notBefore > limits.issuerNotAfter) {
    throw new PkiError(
      "notBefore",
      `The issuer's certificate ends at ${iso(limits.issuerNotAfter)}, before this one would ` +
        `begin ("notBefore"). Issue from a newer authority.`,
    );
  }
  const demanded = demandedEnd(options, begin ?? limits.nowMs);
  if (demanded !== undefined && demanded.atMs < notBefore) {
    throw new PkiError(
      demanded.option,
      `"${demanded.option}" ends the certificate at ${iso(demanded.atMs)}, before "notBefore" ` +
        `(${iso(notBefore)}). Give a later end.`,
    );
  }
  if (demanded !== undefined && demanded.atMs > limits.issuerNotAfter) {
    throw new PkiError(
      demanded.option,
      `"${demanded.option}" is beyond the end of the issuer's certificate, ` +
        `${iso(limits.issuerNotAfter)}. Give an earlier end, or leave it out to end with the issuer.`,
    );
  }
  const usualEnd = (begin ?? limits.nowMs) + limits.lifetimeMs;
  const notAfter =
    demanded?.atMs ?? wholeSeconds(Math.min(usualEnd, limits.issuerNotAfter, latestMs));
  return { notBefore, notAfter };
}

function demandedEnd(
  options: ValidityOptions,
  fromMs: number,
): { readonly option: string; readonly atMs: number } | undefined {
  if (options.notAfter !== undefined) {
    return { option: "notAfter", atMs: moment("notAfter", options.notAfter) };
  }
  if (options.validityMs === undefined) return undefined;
  if (!(options.validityMs > 0)) {
    throw new PkiError("validityMs", `"validityMs" is not above zero. Give milliseconds.`);
  }
  return { option: "validityMs", atMs: moment("validityMs", fromMs + options.validityMs) };
}
