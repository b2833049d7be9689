import { expect } from "chai";
import { conform, type WrittenCase } from "../conform.ts";

/** Runs the command on these cases, none of which may disagree; some have to be accepted, and some refused. */
export function expectAgreement(cases: readonly WrittenCase[]): void {
  const { report } = conform(cases);
  const disagreements = report.cases
    .filter(({ expected, actual }) => expected !== actual)
    .map(({ id, expected, actual, reason }) => `${id}: ${expected}, ${actual} (${reason})`);
  expect(disagreements).to.deep.equal([]);
  expect(new Set(report.cases.map(({ expected }) => expected)).size).to.equal(2);
}
