import { expect } from "chai";

import { HandshakesUnderWay } from "../../../src/server/arrivals/handshakes-under-way.ts";

const allowance = { burst: 1, perSecond: 1 };
const limits = {
  perAddress: { ...allowance, inProgress: 2 },
  overall: { ...allowance, inProgress: 3 },
};

function from(source: string, isExempt = false) {
  return { source, isExempt };
}

describe("HandshakesUnderWay", () => {
  it("makes the oldest of an address with too many give way", () => {
    const underWay = new HandshakesUnderWay(limits);
    const [first, second, third] = [from("a"), from("a"), from("a")];
    expect(underWay.add(first)).to.equal(undefined);
    expect(underWay.add(second)).to.equal(undefined);
    expect(underWay.add(third)).to.equal(first);
  });

  it("makes whoever has the most give way where there are too many in all", () => {
    const underWay = new HandshakesUnderWay(limits);
    const [first, second, alone, newcomer] = [from("a"), from("a"), from("b"), from("c")];
    for (const each of [alone, first, second]) expect(underWay.add(each)).to.equal(undefined);
    expect(underWay.add(newcomer)).to.equal(first);
  });

  it("does not bind addresses that stand for many", () => {
    const underWay = new HandshakesUnderWay(limits);
    const some = [from("lb", true), from("lb", true), from("lb", true)];
    for (const each of some) expect(underWay.add(each)).to.equal(undefined);
    expect(underWay.add(from("b"))).to.equal(some[0]);
  });

  it("forgets what is over, once", () => {
    const underWay = new HandshakesUnderWay(limits);
    const one = from("a");
    underWay.add(one);
    underWay.delete(one);
    underWay.delete(one);
    expect(underWay.size).to.equal(0);
  });
});
