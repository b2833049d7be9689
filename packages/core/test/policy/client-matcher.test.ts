import { expect } from "chai";

import { defineMatcher, traitsOf } from "../../src/policy/client-matcher.ts";

describe("what the compiler knows of a matcher", () => {
  it("is what it was defined with", () => {
    const traits = {
      description: 'dnsName("a.example")',
      needsTrustSet: true,
      isPure: true,
      trustSets: ["partners"],
    };
    const matches = (): boolean => true;
    expect(defineMatcher(traits, matches)).to.equal(matches);
    expect(traitsOf(matches)).to.equal(traits);
  });

  it("is nothing for a function of the application: it may answer differently each time", () => {
    expect(traitsOf(() => true)).to.deep.equal({
      description: "a function",
      needsTrustSet: false,
      isPure: false,
      trustSets: [],
    });
  });
});
