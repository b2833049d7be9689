import { expect } from "chai";

import type { ConfigWarning } from "../../src/base/config-warning.ts";
import { Notices } from "../../src/events/notices.ts";
import type { ReloadEvent, ReloadOccurrence } from "../../src/events/reload-event.ts";
import { createReloadReporter, type ReloadListeners } from "../../src/events/reload-reporter.ts";

const reloaded: ReloadOccurrence = { by: "watch", subject: "shield", outcome: "reloaded" };
const failed: ReloadOccurrence = {
  by: "watch",
  subject: "server-certificate",
  outcome: "failed",
  problem: "The key fits another certificate.",
};

function reporter(listeners: ReloadListeners) {
  const warnings: ConfigWarning[] = [];
  const notices = new Notices((warning) => void warnings.push(warning));
  return { warnings, emit: createReloadReporter(listeners, () => 7, notices) };
}

describe("createReloadReporter", () => {
  it("hands events on with their time, frozen", () => {
    const events: ReloadEvent[] = [];
    const { emit } = reporter({ onReload: (event) => events.push(event) });
    emit(reloaded);
    expect(events).to.deep.equal([{ time: 7, ...reloaded }]);
    expect(Object.isFrozen(events[0])).to.equal(true);
  });

  it("warns of a failure that nobody else hears of, once for each subject", () => {
    const { emit, warnings } = reporter({});
    emit(failed);
    emit({ ...failed, by: "signal" });
    emit(reloaded);
    expect(warnings.map(({ option }) => option)).to.deep.equal(["reload (server-certificate)"]);
    expect(warnings[0]?.message).to.contain("The key fits another certificate.");
  });

  it("leaves it to the caller, or to the listener, where there is one", () => {
    const alone = reporter({});
    alone.emit({ ...failed, by: "call" });
    const heard = reporter({ onReload: () => undefined });
    heard.emit(failed);
    expect([...alone.warnings, ...heard.warnings]).to.deep.equal([]);
  });

  it("counts also where the listener throws, and says which of them failed", () => {
    const counted: unknown[] = [];
    const { emit, warnings } = reporter({
      onReload: () => {
        throw new Error("broken listener");
      },
      metrics: {
        count: (...all: readonly unknown[]) => {
          counted.push(all);
          throw new Error("broken metrics");
        },
      },
    });
    emit(failed);
    const labels = { subject: "server-certificate", outcome: "failed" };
    expect(counted).to.deep.equal([["mtls_shield_reloads_total", labels]]);
    expect(warnings.map(({ option }) => option)).to.deep.equal(["onReload", "metrics"]);
  });
});
