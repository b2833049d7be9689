import { expect } from "chai";

import { checkKeys } from "../../src/base/check-keys.ts";
import { configErrorOf } from "../config-error-of.ts";

describe("checkKeys", () => {
  it("returns options whose keys are all known", () => {
    const options = { mode: "report" };
    expect(checkKeys(options, ["mode", "trust"], "")).to.equal(options);
  });

  it("names the option by its path and suggests what was meant", () => {
    const error = configErrorOf(() => checkKeys({ trut: 1 }, ["mode", "trust"], "rules[2]"));
    expect(error.option).to.equal("rules[2].trut");
    expect(error.message).to.equal('rules[2].trut: is not an option. Did you mean "trust"?');
  });

  it("lists the options where nothing is near", () => {
    const error = configErrorOf(() => checkKeys({ colour: 1 }, ["mode", "trust"], ""));
    expect(error.message).to.equal("colour: is not an option. The options are: mode, trust.");
  });

  it("refuses a known option whose value is undefined: it got lost on the way", () => {
    const error = configErrorOf(() => checkKeys({ trust: undefined }, ["mode", "trust"], ""));
    expect(error.message).to.equal(
      "trust: is undefined. Leave it out, or look where its value got lost.",
    );
  });

  it("takes null, false and 0 for values", () => {
    const options = { a: null, b: false, c: 0 };
    expect(checkKeys(options, ["a", "b", "c"], "")).to.equal(options);
  });

  for (const key of ["__proto__", "constructor", "toString"]) {
    it(`takes ${key} for an unknown option like any other`, () => {
      const options = JSON.parse(`{ "${key}": true }`) as Record<string, unknown>;
      expect(configErrorOf(() => checkKeys(options, ["mode"], "")).option).to.equal(key);
    });
  }
});
