import { expect } from "chai";

import { suggest } from "../../src/base/suggest.ts";

const options = ["trust", "rules", "required", "onDecision", "mode"];

describe("suggest", () => {
  for (const [word, meant] of [
    ["trus", "trust"],
    ["Required", "required"],
    ["requierd", "required"],
    ["ondecision", "onDecision"],
    ["onDecisions", "onDecision"],
    ["rule", "rules"],
    ["mod", "mode"],
    ["node", "mode"],
    ["x", undefined],
    ["", undefined],
    ["certificates", undefined],
  ] as const) {
    it(`suggests ${String(meant)} for ${JSON.stringify(word)}`, () => {
      expect(suggest(word, options)).to.equal(meant);
    });
  }

  it("prefers the nearest, and of equals the first", () => {
    expect(suggest("cat", ["cart", "bat", "cat"])).to.equal("cat");
    expect(suggest("cat", ["cart", "bat"])).to.equal("cart");
  });

  it("suggests nothing where there is nothing", () => {
    expect(suggest("trust", [])).to.equal(undefined);
  });
});
