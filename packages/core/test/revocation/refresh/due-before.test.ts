import { expect } from "chai";
import { dueBefore } from "../../../src/revocation/refresh/due-before.ts";

describe("dueBefore", () => {
  it("leaves a fifth of the time to try again", () => {
    expect(dueBefore(1_000, 2_000)).to.equal(1_800);
  });
});
