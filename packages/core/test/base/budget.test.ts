import { expect } from "chai";

import { Budget } from "../../src/base/budget.ts";
import { defaultLimits } from "../../src/base/limits.ts";

describe("Budget", () => {
  it("pays for exactly as many signature checks and paths as the limits say", () => {
    const budget = new Budget({ ...defaultLimits, signatureChecks: 2, paths: 1 });
    const paid = [budget.spendSignatureCheck(), budget.spendSignatureCheck(), budget.spendPath()];
    expect(paid).to.deep.equal([true, true, true]);
    expect([budget.spendSignatureCheck(), budget.spendPath()]).to.deep.equal([false, false]);
  });

  it("stays spent", () => {
    const budget = new Budget({ ...defaultLimits, signatureChecks: 1 });
    budget.spendSignatureCheck();
    for (let attempt = 0; attempt < 10; attempt++) {
      expect(budget.spendSignatureCheck()).to.equal(false);
    }
  });

  it("pays for name comparisons by the number, and for none beyond the limit", () => {
    const budget = new Budget({ ...defaultLimits, nameComparisons: 10 });
    expect([budget.spendNameComparisons(4), budget.spendNameComparisons(6)]).to.deep.equal([
      true,
      true,
    ]);
    expect(budget.spendNameComparisons(1)).to.equal(false);
    const atOnce = new Budget({ ...defaultLimits, nameComparisons: 10 });
    expect([atOnce.spendNameComparisons(11), atOnce.spendNameComparisons(1)]).to.deep.equal([
      false,
      false,
    ]);
  });

  it("keeps the accounts apart", () => {
    const budget = new Budget({ ...defaultLimits, signatureChecks: 1, paths: 1 });
    budget.spendSignatureCheck();
    budget.spendNameComparisons(Infinity);
    expect([budget.spendSignatureCheck(), budget.spendPath()]).to.deep.equal([false, true]);
  });
});

describe("defaultLimits", () => {
  it("has a positive whole number for everything that a client may lengthen", () => {
    for (const [name, limit] of Object.entries(defaultLimits)) {
      expect(Number.isSafeInteger(limit) && limit > 0, name).to.equal(true);
    }
  });
});
