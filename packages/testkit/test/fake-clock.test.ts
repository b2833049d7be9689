import { expect } from "chai";

import { fakeClock } from "@mtls-shield/testkit";

describe("the fake clock", () => {
  it("moves only when it is told to", () => {
    const clock = fakeClock(1_000);
    expect(clock()).to.equal(1_000);
    clock.advance(500);
    expect(clock()).to.equal(1_500);
    clock.set(10);
    expect(clock()).to.equal(10);
  });
});
