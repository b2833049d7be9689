import { expect } from "chai";

import type { ConfigWarning } from "../../src/base/config-warning.ts";
import { callGuarded } from "../../src/events/failed-callback.ts";
import { Notices } from "../../src/events/notices.ts";

describe("callGuarded", () => {
  it("tells once of each option whose callback throws or rejects, and never throws", async () => {
    const heard: ConfigWarning[] = [];
    const notices = new Notices((warning) => heard.push(warning));
    for (let count = 0; count < 2; count++) {
      callGuarded(notices, "onDecision", () => {
        throw new Error("disk full");
      });
      callGuarded(notices, "metrics", () => Promise.reject(new Error("no route")));
      callGuarded(notices, "onRevocationEvent", () => "fine");
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(heard).to.deep.equal([
      { option: "onDecision", message: "failed: disk full. Decisions are not affected." },
      { option: "metrics", message: "failed: no route. Decisions are not affected." },
    ]);
  });
});
