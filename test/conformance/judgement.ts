import type { Comparison } from "./case-result.ts";
import type { PathCase } from "./path-case.ts";
import type { Crash } from "./run-cases.ts";

/** What was found of one path. */
export type Judgement =
  | { readonly actual: "SUCCESS"; readonly policies: readonly string[] }
  | { readonly actual: "FAILURE"; readonly reason: string }
  | Crash;

export function compare(test: PathCase, judgement: Judgement): Comparison {
  switch (judgement.actual) {
    case "ERROR":
      return "crashed";
    case "FAILURE":
      return test.expected === "FAILURE" ? "agreed" : "wronglyRefused";
    case "SUCCESS":
      return test.expected === "SUCCESS" && isExpected(judgement.policies, test.expectedPolicies)
        ? "agreed"
        : "wronglyAccepted";
  }
}

function isExpected(
  policies: readonly string[],
  expected: ReadonlySet<string> | undefined,
): boolean {
  if (expected === undefined) return true;
  const actual = new Set(policies);
  return actual.size === expected.size && [...actual].every((policy) => expected.has(policy));
}
