import { expect } from "chai";

import { deny } from "../../src/decision/deny.ts";
import { decisionEvent } from "../../src/events/decision-event.ts";
import { reason } from "../../src/reasons/reason.ts";

describe("decisionEvent", () => {
  const decision = deny(reason("certificate-missing"));

  it("says who decided what about which request, and when", () => {
    const event = decisionEvent("guard", { method: "PUT", target: "/a" }, decision, 7);
    expect(event).to.deep.equal({ time: 7, by: "guard", method: "PUT", path: "/a", decision });
    expect(Object.isFrozen(event)).to.equal(true);
  });

  it("leaves the query out, which may hold secrets", () => {
    for (const [target, path] of [
      ["/a?token=secret", "/a"],
      ["/a?", "/a"],
      ["/a?b?c", "/a"],
      ["?token=secret", ""],
      ["*", "*"],
    ] as const) {
      expect(decisionEvent("shield", { method: "GET", target }, decision, 0).path).to.equal(path);
    }
  });
});
