import { expect } from "chai";

import { countRevocation } from "../../src/events/metrics.ts";

describe("countRevocation", () => {
  it("counts an event by its type, and by nothing that a client could choose", () => {
    const counted: unknown[] = [];
    const metrics = { count: (...all: readonly unknown[]) => counted.push(all) };
    countRevocation(metrics, {
      time: 7,
      type: "revocation-source-failed",
      source: "http://chosen.example",
      problem: "is silent",
    });
    expect(counted).to.deep.equal([
      ["mtls_shield_revocation_events_total", { type: "revocation-source-failed" }],
    ]);
  });

  it("passes on what is returned, which may be a promise that fails", async () => {
    const fault = new Error("boom");
    const metrics = { count: () => Promise.reject(fault) };
    const answer = countRevocation(metrics, {
      time: 7,
      type: "revocation-marks-reset",
      issuer: "CN=Root",
      by: "ops",
      why: "a new HSM",
    });
    expect(await (answer as Promise<void>).catch((error: unknown) => error)).to.equal(fault);
  });
});
