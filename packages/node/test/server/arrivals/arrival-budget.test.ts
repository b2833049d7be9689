import { fakeClock } from "@mtls-shield/testkit";
import { expect } from "chai";

import { ArrivalBudget, type Account } from "../../../src/server/arrivals/arrival-budget.ts";
import { readHandshakeLimits } from "../../../src/server/arrivals/handshake-limits.ts";
import type { HandshakeLimits } from "../../../src/server/arrivals/handshake-limits.ts";

function budgetOf(options: object = {}) {
  const clock = fakeClock(0);
  const limits = readHandshakeLimits({
    perAddress: { burst: 2, perSecond: 1 },
    overall: { burst: 3, perSecond: 1 },
    ...options,
  }) as HandshakeLimits;
  return { clock, budget: new ArrivalBudget(limits, clock) };
}

function from(source: string, isExempt = false): Account {
  return { source, isExempt, spent: 0 };
}

describe("ArrivalBudget", () => {
  it("bounds each address, and all of them together", () => {
    const { budget } = budgetOf();
    budget.spend(from("a"), 2);
    expect(budget.exhausted(from("a"))).to.equal("perAddress");
    expect(budget.exhausted(from("b"))).to.equal(undefined);
    budget.spend(from("b"), 1);
    expect(budget.exhausted(from("c"))).to.equal("overall");
  });

  it("gives back what was spent on a connection that was worth it", () => {
    const { budget } = budgetOf();
    const account = from("a");
    budget.spend(account, 2);
    budget.redeem(account);
    budget.redeem(account);
    expect(budget.exhausted(account)).to.equal(undefined);
    budget.spend(from("b"), 3);
    expect(budget.exhausted(from("c"))).to.equal("overall");
  });

  it("does not lock known addresses out when strangers have spent everything", () => {
    const { budget, clock } = budgetOf();
    budget.redeem(from("a"));
    budget.spend(from("b"), 100);
    expect(budget.exhausted(from("a"))).to.equal(undefined);
    expect(budget.exhausted(from("c"))).to.equal("overall");
    expect(budget.isKnown("a")).to.equal(true);
    clock.advance(601_000);
    expect(budget.isKnown("a")).to.equal(false);
  });

  it("takes a known address that abuses it for a stranger", () => {
    const { budget } = budgetOf();
    budget.redeem(from("a"));
    budget.forget("a");
    budget.spend(from("b"), 100);
    expect(budget.exhausted(from("a"))).to.equal("overall");
  });

  it("binds addresses that stand for many clients together with all others only", () => {
    const { budget } = budgetOf();
    const balancer = from("lb", true);
    budget.spend(balancer, 2.5);
    expect(budget.exhausted(balancer)).to.equal(undefined);
    budget.spend(balancer, 1);
    expect(budget.exhausted(balancer)).to.equal("overall");
  });
});
