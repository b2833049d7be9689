import { expect } from "chai";

import { deny } from "../../src/decision/deny.ts";
import { reason } from "../../src/reasons/reason.ts";
import { fakeClient } from "../../src/testing.ts";

describe("deny", () => {
  const why = reason("client-not-allowed");

  it("enforces unless it is told otherwise", () => {
    expect(deny(why)).to.deep.equal({
      outcome: "deny",
      client: undefined,
      rule: undefined,
      reason: why,
      enforced: true,
      warnings: [],
    });
    expect(deny(why, { enforced: false }).enforced).to.equal(false);
  });

  it("keeps what it is told of the client, the rule and the warnings", () => {
    const facts = {
      client: fakeClient(),
      rule: "admin",
      warnings: [reason("certificate-is-ca")],
    };
    expect(deny(why, facts)).to.include(facts);
  });

  it("is frozen, so that no handler turns it into something else", () => {
    const refusal = deny(why);
    expect(Object.isFrozen(refusal)).to.equal(true);
    expect(Object.isFrozen(refusal.warnings)).to.equal(true);
  });
});
