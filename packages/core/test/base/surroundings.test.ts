import { expect } from "chai";

import { systemClock } from "../../src/base/clock.ts";
import { systemSurroundings } from "../../src/base/surroundings.ts";
import { systemTimers } from "../../src/base/timers.ts";

describe("systemSurroundings", () => {
  it("are the system's clock, timers and randomness, which nobody can exchange", () => {
    const { clock, timers, randomBytes } = systemSurroundings;
    expect([clock, timers]).to.deep.equal([systemClock, systemTimers]);
    expect(randomBytes(32)).to.have.length(32);
    expect(randomBytes(32).equals(randomBytes(32))).to.equal(false);
    expect(Object.isFrozen(systemSurroundings)).to.equal(true);
  });
});
