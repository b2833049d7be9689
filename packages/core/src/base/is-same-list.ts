/** The same entries in the same order. */
export function isSameList(some: readonly unknown[], others: readonly unknown[]): boolean {
  return some.length === others.length && some.every((entry, index) => entry === others[index]);
}
