import { PkiError } from "./pki-error.ts";

/** Throws a PkiError for the first key that is not an option, and suggests the closest one. */
export function checkKnownOptions(options: object, known: readonly string[], prefix = ""): void {
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    const [closest = ""] = known.toSorted((a, b) => distance(key, a) - distance(key, b));
    const cure =
      distance(key, closest) <= Math.max(2, key.length / 3)
        ? `Did you mean "${closest}"?`
        : `Known are ${known.join(", ")}.`;
    throw new PkiError(`${prefix}${key}`, `"${prefix}${key}" is not an option. ${cure}`);
  }
}

/** Levenshtein's distance, blind to case. */
function distance(left: string, right: string): number {
  const target = Array.from(right.toLowerCase());
  let row = [0, ...target.map((_, index) => index + 1)];
  for (const character of left.toLowerCase()) {
    const next = [(row[0] ?? 0) + 1];
    for (const [index, other] of target.entries()) {
      const substitution = (row[index] ?? 0) + (character === other ? 0 : 1);
      next.push(Math.min(substitution, (row[index + 1] ?? 0) + 1, (next[index] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
