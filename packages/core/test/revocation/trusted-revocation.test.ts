import { expect } from "chai";

import { splitTrust } from "../../src/revocation/trusted-revocation.ts";
import { configErrorOf } from "../config-error-of.ts";

const own = { crl: "ca.crl" };

/** What is left of the trust, and what each set says of revocation. */
function split(input: unknown) {
  const { trust, revocations } = splitTrust(input, "default");
  return { trust, revocations: Object.fromEntries(revocations) };
}

describe("splitTrust", () => {
  for (const input of ["ca.crt", undefined, null, [{ revocation: own }], Buffer.of(1)]) {
    it(`leaves ${JSON.stringify(input)} as it is: there is no set with parts`, () => {
      expect(split(input)).to.deep.equal({ trust: input, revocations: {} });
      expect(split(input).trust).to.equal(input);
    });
  }

  it("takes it out of the only set", () => {
    expect(split({ roots: "ca.crt", revocation: own })).to.deep.equal({
      trust: { roots: "ca.crt" },
      revocations: { default: { input: own, option: "trust.revocation" } },
    });
  });

  it("takes it out of each set that has it", () => {
    const input = {
      ours: { roots: "ours.crt", revocation: own },
      theirs: { roots: "theirs.crt", revocation: false },
      plain: "plain.crt",
      parted: { roots: "parted.crt" },
    };
    expect(split(input)).to.deep.equal({
      trust: {
        ours: { roots: "ours.crt" },
        theirs: { roots: "theirs.crt" },
        plain: "plain.crt",
        parted: { roots: "parted.crt" },
      },
      revocations: {
        ours: { input: own, option: "trust.ours.revocation" },
        theirs: { input: false, option: "trust.theirs.revocation" },
      },
    });
  });

  it("keeps one whose value got lost, so that its reader can refuse it", () => {
    const { revocations } = splitTrust({ roots: "ca.crt", revocation: undefined }, "default");
    expect([...revocations.keys()]).to.deep.equal(["default"]);
  });

  it("does not change what it was given", () => {
    const input = Object.freeze({ a: Object.freeze({ roots: "a.crt", revocation: own }) });
    split(input);
    expect(input.a.revocation).to.equal(own);
  });

  it("keeps a set of any name a set", () => {
    const input: unknown = JSON.parse('{ "__proto__": { "roots": "a.crt" } }');
    expect(Object.keys(split(input).trust as object)).to.deep.equal(["__proto__"]);
  });

  for (const [option, input] of [
    ["trust.revokation", { roots: "ca.crt", revokation: own }],
    ["trust.Revocation", { roots: "ca.crt", revocation: false, Revocation: own }],
    ["trust.ours.revocations", { ours: { roots: "ca.crt", revocations: own } }],
  ] as const) {
    it(`refuses ${option}, and says what was meant`, () => {
      const error = configErrorOf(() => splitTrust(input, "default"));
      expect(error.message).to.equal(`${option}: is not an option. Did you mean "revocation"?`);
    });
  }
});
