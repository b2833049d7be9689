/** The first millisecond at which a list or an answer is no longer current: dates count whole seconds, the last one included. */
export function endOfCurrency({ nextUpdate }: { readonly nextUpdate: number }): number {
  return nextUpdate + 1000;
}
