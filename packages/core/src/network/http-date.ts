/** Whether a text is a date as servers write it (IMF-fixdate, RFC 9110 5.6.7; its other two forms are obsolete). */
export function isHttpDate(text: string): boolean {
  return /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text);
}

/** Epoch milliseconds; NaN when it is no date. */
export function readHttpDate(text: string): number {
  return isHttpDate(text) ? Date.parse(text) : NaN;
}
