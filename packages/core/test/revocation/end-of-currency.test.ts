import { expect } from "chai";

import { endOfCurrency } from "../../src/revocation/end-of-currency.ts";

describe("endOfCurrency", () => {
  it("is when the second of the nextUpdate is over", () => {
    expect(endOfCurrency({ nextUpdate: 5_000 })).to.equal(6_000);
  });
});
