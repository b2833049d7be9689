import { PkiError } from "./pki-error.ts";

export const earliestMs = Date.UTC(1950, 0, 1);
export const latestMs = Date.UTC(9999, 11, 31, 23, 59, 59);

/** Checks a time that a certificate or a list can hold, and cuts it to whole seconds. */
export function moment(option: string, value: Date | number): number {
  const epochMs = Number(value);
  if (!(epochMs >= earliestMs && epochMs < latestMs + 1_000)) {
    throw new PkiError(
      option,
      `"${option}" is not a time between the years 1950 and 9999. Give a Date or epoch milliseconds.`,
    );
  }
  return wholeSeconds(epochMs);
}

export function wholeSeconds(epochMs: number): number {
  return Math.floor(epochMs / 1_000) * 1_000;
}

/** A time as messages show it. */
export function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
