import { expect } from "chai";
import type { WrittenCase } from "../../conform.ts";
import { JsonObject } from "../../json-object.ts";
import { judgeCase } from "../../judge-case.ts";
import type { Judgement } from "../../judgement.ts";
import { readCase } from "../../read-case.ts";
import type { PkitsExpectation, PkitsTest } from "./pkits-suite.ts";

/** Declares a mocha test for each of these tests, which are written as these cases. */
export function declareTests(tests: readonly PkitsTest[], cases: readonly WrittenCase[]): void {
  for (const [index, { id, sentence, expected }] of tests.entries()) {
    it(`${id} ${sentence}`, () => {
      const test = readCase(JsonObject.of(cases[index], id));
      expectJudgement(judgeCase(test, Date.now()), expected);
    });
  }
}

function expectJudgement(judgement: Judgement, expected: PkitsExpectation): void {
  switch (expected.result) {
    case "FAILURE":
      expect(judgement).to.deep.equal({ actual: "FAILURE", reason: expected.code });
      return;
    case "SUCCESS":
      expect(judgement).to.include({ actual: "SUCCESS" });
      if (expected.policies === undefined) return;
      expect(judgement)
        .to.have.property("policies")
        .with.members([...expected.policies]);
  }
}
