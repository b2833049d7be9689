import type { CaseResult, Comparison, SuiteResult } from "../case-result.ts";
import { runCases, type Outcome } from "../run-cases.ts";
import { selectCases } from "../select-cases.ts";
import { judgeOcspCase, type OcspJudgement } from "./judge-ocsp-case.ts";
import type { OcspCase } from "./ocsp-case.ts";
import { readOcspSuite } from "./read-ocsp-suite.ts";

/** Judges a suite of OCSP responses; those without a time of their own at `now`. */
export function runOcspSuite(path: string, only: readonly string[], now: number): SuiteResult {
  const { name, cases } = readOcspSuite(path);
  const outcomes = runCases(selectCases(cases, only), (test) => judgeOcspCase(test, now));
  return { name, results: outcomes.map(resultOf) };
}

function resultOf({ test, judgement, ms }: Outcome<OcspCase, OcspJudgement>): CaseResult {
  const { id, isSoft, expected } = test;
  const { actual } = judgement;
  const reason = "reason" in judgement ? judgement.reason : null;
  return {
    id,
    group: groupOf(test),
    isSoft,
    expected,
    actual,
    reason,
    userPolicySet: null,
    comparison: compareVerdicts(test.expected, actual),
    difference: `expected ${expected}, actual ${actual}, ${reason ?? "no reason"}`,
    ms,
  };
}

/** Only a certificate that is good is accepted. */
export function compareVerdicts(
  expected: OcspCase["expected"],
  actual: OcspCase["expected"] | "ERROR",
): Comparison {
  if (actual === "ERROR") return "crashed";
  if (actual === expected) return "agreed";
  return actual === "good" ? "wronglyAccepted" : "wronglyRefused";
}

/** What the id says before its first slash; where it has none, the case belongs to no part of the suite. */
function groupOf({ id }: OcspCase): string {
  const [group = "", ...rest] = id.split("/");
  return rest.length === 0 ? "-" : group;
}
