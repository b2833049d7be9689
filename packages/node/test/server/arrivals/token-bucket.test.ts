import { expect } from "chai";
import fc from "fast-check";

import { TokenBucket } from "../../../src/server/arrivals/token-bucket.ts";

describe("TokenBucket", () => {
  const allowance = { burst: 3, perSecond: 2 };

  it("lets a burst be spent at once, and fills again with time", () => {
    const bucket = new TokenBucket(allowance, 0);
    bucket.spend(3, 0);
    expect(bucket.isEmpty(0)).to.equal(true);
    expect(bucket.isEmpty(400)).to.equal(false);
    bucket.spend(0.8, 400);
    expect(bucket.isEmpty(400)).to.equal(true);
  });

  it("has to be paid off after it was overdrawn", () => {
    const bucket = new TokenBucket(allowance, 0);
    bucket.spend(13, 0);
    expect(bucket.isEmpty(4_900)).to.equal(true);
    expect(bucket.isEmpty(5_100)).to.equal(false);
  });

  it("holds no more than a burst, whatever is given back", () => {
    const bucket = new TokenBucket(allowance, 0);
    bucket.giveBack(100);
    bucket.spend(3, 0);
    expect(bucket.isEmpty(0)).to.equal(true);
  });

  it("takes nothing away when its clock is set back, and gives nothing twice", () => {
    const bucket = new TokenBucket(allowance, 10_000);
    bucket.spend(3, 10_000);
    expect(bucket.isEmpty(0)).to.equal(true);
    expect(bucket.isEmpty(100)).to.equal(false);
  });

  it("never lets more be spent than a burst and what time has brought", () => {
    const steps = fc.array(fc.tuple(fc.nat(2_000), fc.nat(5)), { maxLength: 60 });
    fc.assert(
      fc.property(steps, (list) => {
        const bucket = new TokenBucket(allowance, 0);
        let now = 0;
        let spent = 0;
        for (const [waitMs, wanted] of list) {
          now += waitMs;
          for (let count = 0; count < wanted && !bucket.isEmpty(now); count++) {
            bucket.spend(1, now);
            spent++;
          }
        }
        // One more, since the last may be paid out of less than a whole token.
        expect(spent).to.be.at.most(allowance.burst + (now / 1_000) * allowance.perSecond + 1);
      }),
    );
  });
});
