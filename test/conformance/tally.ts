import { compare } from "./judgement.ts";
import type { Outcome } from "./run-cases.ts";

/** How many outcomes of each kind there are. Soft cases count by themselves, and nowhere else. */
export interface Tally {
  /** The sum of the next four. */
  readonly total: number;
  readonly agreed: number;
  readonly wronglyAccepted: number;
  readonly wronglyRefused: number;
  readonly crashed: number;
  readonly soft: { readonly total: number; readonly agreed: number };
  readonly slowest: Outcome | undefined;
}

export function tally(outcomes: readonly Outcome[]): Tally {
  const counts = { agreed: 0, wronglyAccepted: 0, wronglyRefused: 0, crashed: 0 };
  const soft = { total: 0, agreed: 0 };
  let slowest: Outcome | undefined;
  for (const outcome of outcomes) {
    const comparison = compare(outcome.test, outcome.judgement);
    if (outcome.test.isSoft) {
      soft.total += 1;
      if (comparison === "agreed") soft.agreed += 1;
    } else {
      counts[comparison] += 1;
    }
    if (slowest === undefined || outcome.ms > slowest.ms) slowest = outcome;
  }
  return { total: outcomes.length - soft.total, ...counts, soft, slowest };
}
