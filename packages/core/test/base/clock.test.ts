import { expect } from "chai";

import { systemClock } from "../../src/base/clock.ts";

describe("systemClock", () => {
  it("tells epoch milliseconds", () => {
    const before = Date.now();
    const now = systemClock();
    expect(now).to.be.within(before, Date.now());
  });
});
