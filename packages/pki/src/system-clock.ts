/** Epoch milliseconds of the machine: the one place that this package asks it. */
export function systemClock(): number {
  return Date.now();
}
