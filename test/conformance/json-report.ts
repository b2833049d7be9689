import type { SuiteResult } from "./case-result.ts";
import { tally } from "./tally.ts";

/** What `--json` writes. */
export function jsonReport({ name, results }: SuiteResult) {
  const { slowest, ...counts } = tally(results);
  return {
    suite: name,
    ...counts,
    slowestMs: rounded(slowest?.ms ?? 0),
    cases: results.map(({ id, expected, actual, reason, ms, userPolicySet }) => ({
      id,
      expected,
      actual,
      reason,
      ms: rounded(ms),
      userPolicySet,
    })),
  };
}

function rounded(ms: number): number {
  return Number(ms.toFixed(3));
}
