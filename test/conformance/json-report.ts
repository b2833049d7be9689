import type { Outcome } from "./run-cases.ts";
import { tally } from "./tally.ts";

/** What `--json` writes. */
export function jsonReport(suite: string, outcomes: readonly Outcome[]) {
  const { slowest, ...counts } = tally(outcomes);
  return {
    suite,
    ...counts,
    slowestMs: rounded(slowest?.ms ?? 0),
    cases: outcomes.map(({ test, judgement, ms }) => ({
      id: test.id,
      expected: test.expected,
      actual: judgement.actual,
      reason: judgement.actual === "SUCCESS" ? null : judgement.reason,
      ms: rounded(ms),
      userPolicySet: judgement.actual === "SUCCESS" ? judgement.policies : null,
    })),
  };
}

function rounded(ms: number): number {
  return Number(ms.toFixed(3));
}
