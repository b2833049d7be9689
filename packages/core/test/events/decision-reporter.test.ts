import { expect } from "chai";

import type { ConfigWarning } from "../../src/base/config-warning.ts";
import { deny } from "../../src/decision/deny.ts";
import { createDecisionReporter } from "../../src/events/decision-reporter.ts";
import type { DecisionEvent } from "../../src/events/decision-event.ts";
import { Notices } from "../../src/events/notices.ts";
import { reason } from "../../src/reasons/reason.ts";

const decision = deny(reason("certificate-missing"));
const request = { method: "GET", target: "/a?secret" };

describe("createDecisionReporter", () => {
  it("dates events by its clock, and by the system's where that fails", () => {
    const events: DecisionEvent[] = [];
    const tell = (clock: () => number) => {
      const onDecision = (event: DecisionEvent) => events.push(event);
      createDecisionReporter(onDecision, clock, new Notices(() => undefined))(
        "shield",
        request,
        decision,
      );
    };
    tell(() => 7);
    const before = Date.now();
    tell(() => {
      throw new Error("broken clock");
    });
    expect(events[0]).to.deep.equal({ time: 7, by: "shield", method: "GET", path: "/a", decision });
    expect(events[1]?.time).to.be.within(before, Date.now());
  });

  it("tells of a failing listener once, and never throws", () => {
    const heard: ConfigWarning[] = [];
    let calls = 0;
    const onDecision = () => {
      throw new Error(`failure ${calls++}`);
    };
    const notices = new Notices((warning) => heard.push(warning));
    const report = createDecisionReporter(onDecision, () => 0, notices);
    for (let time = 0; time < 3; time++) report("guard", request, decision);
    expect(calls).to.equal(3);
    expect(heard).to.deep.equal([
      { option: "onDecision", message: "failed: failure 0. Decisions are not affected." },
    ]);
  });

  it("does not throw at a request without a target either", () => {
    const heard: ConfigWarning[] = [];
    const notices = new Notices((warning) => heard.push(warning));
    const report = createDecisionReporter(
      () => undefined,
      () => 0,
      notices,
    );
    report("shield", { method: "GET" } as never, decision);
    expect(heard).to.have.length(1);
  });
});
