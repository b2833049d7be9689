import { expect } from "chai";

import { oid } from "../../src/asn1/oids.ts";
import { anyPolicies, readPolicyOptions } from "../../src/path/policy-inputs.ts";
import { configErrorOf } from "../config-error-of.ts";

const gold = "1.3.6.1.4.1.32473.1";
const silver = "1.3.6.1.4.1.32473.2";
const anyPolicy = "2.5.29.32.0";

function read(input: unknown) {
  return readPolicyOptions(input, "policies");
}

describe("readPolicyOptions", () => {
  it("asks for nothing by default", () => {
    expect(read(undefined)).to.equal(anyPolicies);
    expect(read({})).to.deep.equal(anyPolicies);
    expect(anyPolicies).to.deep.equal({
      initialPolicies: undefined,
      requireExplicitPolicy: false,
      inhibitPolicyMapping: false,
      inhibitAnyPolicy: false,
    });
  });

  it("means the policies that it lists: a path without any is refused then", () => {
    const inputs = read({ accepted: [gold, silver, gold] });
    expect(inputs.initialPolicies).to.deep.equal(new Set([oid(gold), oid(silver)]));
    expect(inputs.requireExplicitPolicy).to.equal(true);
  });

  it("lets the RFC's own default be asked for", () => {
    expect(read({ accepted: [gold], requireExplicit: false }).requireExplicitPolicy).to.equal(
      false,
    );
    expect(read({ requireExplicit: true })).to.deep.equal({
      ...anyPolicies,
      requireExplicitPolicy: true,
    });
  });

  it("takes anyPolicy for any, whatever stands beside it; a policy is still required", () => {
    for (const accepted of [[anyPolicy], [gold, anyPolicy]]) {
      expect(read({ accepted })).to.deep.equal({ ...anyPolicies, requireExplicitPolicy: true });
    }
  });

  it("reads what it inhibits", () => {
    expect(read({ inhibitMapping: true, inhibitAny: true })).to.deep.equal({
      ...anyPolicies,
      inhibitPolicyMapping: true,
      inhibitAnyPolicy: true,
    });
  });

  it("returns what it read frozen", () => {
    expect(Object.isFrozen(read({}))).to.equal(true);
    expect(Object.isFrozen(anyPolicies)).to.equal(true);
  });

  for (const [input, message] of [
    [null, 'policies: is not an object. Write { accepted: ["1.3.6.1.4.1.55555.1"] }.'],
    [[gold], 'policies: is not an object. Write { accepted: ["1.3.6.1.4.1.55555.1"] }.'],
    [{ accept: [gold] }, 'policies.accept: is not an option. Did you mean "accepted"?'],
    [
      { accepted: undefined },
      "policies.accepted: is undefined. Leave it out, or look where its value got lost.",
    ],
    [{ accepted: [] }, "policies.accepted: is not a list of policies. List one at least."],
    [{ accepted: gold }, "policies.accepted: is not a list of policies. List one at least."],
    [{ accepted: null }, "policies.accepted: is not a list of policies. List one at least."],
    [
      { accepted: [gold, "gold"] },
      'policies.accepted[1]: "gold" is not a dotted object identifier. Write it as "1.3.6.1.4.1.55555.1".',
    ],
    [
      { accepted: [5] },
      'policies.accepted[0]: 5 is not a dotted object identifier. Write it as "1.3.6.1.4.1.55555.1".',
    ],
    [
      { accepted: ["1.40.1"] },
      'policies.accepted[0]: "1.40.1" is not a dotted object identifier. Write it as "1.3.6.1.4.1.55555.1".',
    ],
    [
      { requireExplicit: "yes" },
      'policies.requireExplicit: "yes" is not a boolean. Write true or false.',
    ],
    [{ inhibitMapping: 1 }, "policies.inhibitMapping: 1 is not a boolean. Write true or false."],
    [{ inhibitAny: null }, "policies.inhibitAny: null is not a boolean. Write true or false."],
  ] as const) {
    it(`refuses ${JSON.stringify(input)}`, () => {
      expect(configErrorOf(() => read(input)).message).to.equal(message);
    });
  }
});
