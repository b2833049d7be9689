import { expect } from "chai";

import { reason } from "../../src/reasons/reason.ts";
import { reasons } from "../../src/reasons/reasons.ts";

describe("reason", () => {
  it("takes its text from the table and its facts from the caller", () => {
    const { summary, cure, specification } = reasons["certificate-expired"];
    const cause = new Error("cause");
    const facts = { certificateIndex: 0, details: { subject: "CN=a" }, cause };
    expect(reason("certificate-expired", facts)).to.deep.equal({
      code: "certificate-expired",
      category: "authentication",
      summary,
      cure,
      specification,
      ...facts,
    });
  });

  it("has no facts by default, and no specification where no rule was broken", () => {
    expect(reason("certificate-too-large")).to.deep.include({
      specification: undefined,
      certificateIndex: undefined,
      details: {},
      cause: undefined,
    });
  });

  it("cuts facts that a stranger made long, since refusals are remembered", () => {
    const long = "x".repeat(16_000);
    const { details } = reason("issuer-unknown", {
      details: { issuer: long, depth: 7, short: "a" },
    });
    expect(details).to.deep.equal({ issuer: `${"x".repeat(256)}...`, depth: 7, short: "a" });
    const whole = reason("issuer-unknown", { details: { issuer: "x".repeat(256) } });
    expect(whole.details["issuer"]).to.equal("x".repeat(256));
  });

  it("does not change when its caller's facts do", () => {
    const details = { issuer: "CN=a" };
    const why = reason("issuer-unknown", { details });
    details.issuer = "CN=b";
    expect(why.details).to.deep.equal({ issuer: "CN=a" });
    expect(Object.isFrozen(why.details)).to.equal(true);
  });

  it("is frozen", () => {
    expect(Object.isFrozen(reason("tls-required"))).to.equal(true);
    expect(Object.isFrozen(reason("tls-required").details)).to.equal(true);
  });
});
