import type { CaseResult } from "./case-result.ts";

/** How many results of each kind there are. Soft cases count by themselves, and nowhere else. */
export interface Tally {
  /** The sum of the next four. */
  readonly total: number;
  readonly agreed: number;
  readonly wronglyAccepted: number;
  readonly wronglyRefused: number;
  readonly crashed: number;
  readonly soft: { readonly total: number; readonly agreed: number };
  readonly slowest: CaseResult | undefined;
}

export function tally(results: readonly CaseResult[]): Tally {
  const counts = { agreed: 0, wronglyAccepted: 0, wronglyRefused: 0, crashed: 0 };
  const soft = { total: 0, agreed: 0 };
  let slowest: CaseResult | undefined;
  for (const result of results) {
    if (result.isSoft) {
      soft.total += 1;
      if (result.comparison === "agreed") soft.agreed += 1;
    } else {
      counts[result.comparison] += 1;
    }
    if (slowest === undefined || result.ms > slowest.ms) slowest = result;
  }
  return { total: results.length - soft.total, ...counts, soft, slowest };
}
