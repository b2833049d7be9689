import type { CaseResult, SuiteResult } from "./case-result.ts";
import { judgeCase } from "./judge-case.ts";
import { compare, type Judgement } from "./judgement.ts";
import { namespaceOf, type PathCase } from "./path-case.ts";
import { readSuite } from "./read-suite.ts";
import { runCases, type Outcome } from "./run-cases.ts";
import { selectCases } from "./select-cases.ts";

/** Judges a suite of certificate paths; those without a time of their own at `now`. */
export function runPathSuite(path: string, only: readonly string[], now: number): SuiteResult {
  const { name, cases } = readSuite(path);
  const outcomes = runCases(selectCases(cases, only), (test) => judgeCase(test, now));
  return { name, results: outcomes.map(resultOf) };
}

function resultOf({ test, judgement, ms }: Outcome<PathCase, Judgement>): CaseResult {
  return {
    id: test.id,
    group: namespaceOf(test),
    isSoft: test.isSoft,
    expected: test.expected,
    actual: judgement.actual,
    reason: judgement.actual === "SUCCESS" ? null : judgement.reason,
    userPolicySet: judgement.actual === "SUCCESS" ? judgement.policies : null,
    comparison: compare(test, judgement),
    difference: differenceOf(test, judgement),
    ms,
  };
}

function differenceOf(test: PathCase, judgement: Judgement): string {
  const verdicts = `expected ${test.expected}, actual ${judgement.actual}`;
  if (judgement.actual !== "SUCCESS") return `${verdicts}, reason ${judgement.reason}`;
  if (test.expected === "FAILURE") return `${verdicts}, no reason`;
  const expected = list(test.expectedPolicies ?? []);
  return `${verdicts}, but expected policies ${expected}, actual ${list(judgement.policies)}`;
}

function list(policies: Iterable<string>): string {
  return `{${[...policies].sort().join(", ")}}`;
}
