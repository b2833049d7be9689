import { expect } from "chai";
import { bestCpuMs } from "../../../../packages/core/test/cpu-time.ts";
import { JsonObject } from "../../json-object.ts";
import { judgeCase } from "../../judge-case.ts";
import { readCase } from "../../read-case.ts";
import { addBasicConstraints } from "./basic-constraints.ts";
import { declareTests } from "./declare-tests.ts";
import { addDeltaLists } from "./delta-lists.ts";
import { addDistributionPoints } from "./distribution-points.ts";
import { addExplicitPolicy } from "./explicit-policy.ts";
import { addInhibitedAnyPolicy } from "./inhibited-any-policy.ts";
import { addKeyUsage } from "./key-usage.ts";
import { addNameChaining } from "./name-chaining.ts";
import { addNameConstraints } from "./name-constraints.ts";
import { PkitsSuite } from "./pkits-suite.ts";
import { addPolicies } from "./policies.ts";
import { addInhibitedMappings } from "./inhibited-mappings.ts";
import { addPolicyMappings } from "./policy-mappings.ts";
import { addPrivateExtensions } from "./private-extensions.ts";
import { addRevocation } from "./revocation.ts";
import { addSelfIssued } from "./self-issued.ts";
import { addSignatures } from "./signatures.ts";
import { addValidity } from "./validity.ts";

const sections: readonly (readonly [title: string, add: (suite: PkitsSuite) => void])[] = [
  ["4.1: signatures", addSignatures],
  ["4.2: validity periods", addValidity],
  ["4.3: name chaining", addNameChaining],
  ["4.4: basic revocation", addRevocation],
  ["4.5: self-issued certificates", addSelfIssued],
  ["4.6: basic constraints", addBasicConstraints],
  ["4.7: key usage", addKeyUsage],
  ["4.8: policies", addPolicies],
  ["4.9: required policies", addExplicitPolicy],
  ["4.10: policy mappings", addPolicyMappings],
  ["4.11: inhibited mappings", addInhibitedMappings],
  ["4.12: inhibited any policy", addInhibitedAnyPolicy],
  ["4.13: name constraints", addNameConstraints],
  ["4.14: distribution points", addDistributionPoints],
  ["4.15: delta lists", addDeltaLists],
  ["4.16: private extensions", addPrivateExtensions],
];

const suite = new PkitsSuite();
const ends = sections.map(([, add]) => {
  add(suite);
  return suite.tests.length;
});
const cases = suite.writtenCases();

for (const [index, [title]] of sections.entries()) {
  const [start, end] = [ends[index - 1] ?? 0, ends[index]];
  describe(`judgeCase, PKITS ${title}`, () => {
    declareTests(suite.tests.slice(start, end), cases.slice(start, end));
  });
}

describe("judgeCase, PKITS with all its certificates and lists", () => {
  // Those that need paths to signers.
  for (const id of ["4.4.19", "4.5.4", "4.14.30", "4.14.31"]) {
    it(`takes less than 100 ms for ${id}`, () => {
      const index = suite.tests.findIndex((test) => test.id === id);
      const test = readCase(JsonObject.of(cases[index], id));
      expect(bestCpuMs(() => judgeCase(test, suite.now))).to.be.below(100);
    });
  }
});
