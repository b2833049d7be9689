import { expect } from "chai";

import { createCounter } from "../../src/events/metrics.ts";
import { Notices } from "../../src/events/notices.ts";

describe("createCounter", () => {
  const labels = { type: "revocation-source-failed" };

  it("counts by name and labels", () => {
    const counted: unknown[] = [];
    const metrics = { count: (...all: readonly unknown[]) => counted.push(all) };
    createCounter(metrics, new Notices(() => undefined))(
      "mtls_shield_revocation_events_total",
      labels,
    );
    expect(counted).to.deep.equal([["mtls_shield_revocation_events_total", labels]]);
  });

  it("counts nowhere unless somebody wants to know", () => {
    const count = createCounter(
      undefined,
      new Notices(() => {
        throw new Error("nothing is to be told");
      }),
    );
    count("mtls_shield_reloads_total", labels);
  });

  it("tells once of a counter that throws or rejects, and goes on", async () => {
    const told: string[] = [];
    const metrics = {
      count: (name: string) => {
        if (name === "mtls_shield_reloads_total") throw new Error("boom");
        return Promise.reject(new Error("later"));
      },
    };
    const count = createCounter(metrics, new Notices(({ message }) => told.push(message)));
    count("mtls_shield_reloads_total", labels);
    count("mtls_shield_revocation_events_total", labels);
    await new Promise((resolve) => setImmediate(resolve));
    expect(told).to.deep.equal(["failed: boom. Decisions are not affected."]);
  });
});
