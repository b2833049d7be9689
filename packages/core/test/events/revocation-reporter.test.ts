import { expect } from "chai";

import type { ConfigWarning } from "../../src/base/config-warning.ts";
import { Notices } from "../../src/events/notices.ts";
import {
  createRevocationReporter,
  type RevocationListeners,
} from "../../src/events/revocation-reporter.ts";
import type { RevocationEvent } from "../../src/revocation/revocation-event.ts";

const failed = {
  type: "revocation-source-failed",
  source: "http://crl.example/a.crl",
  problem: "answered 503",
} as const;
const forgiven = {
  type: "revocation-status-forgiven",
  trust: "default",
  details: { serialNumber: "1" },
} as const;

/** A reporter for these listeners, and the warnings that it gave. */
function reporterFor(listeners: RevocationListeners, clock = () => 7) {
  const warnings: ConfigWarning[] = [];
  const notices = new Notices((warning) => warnings.push(warning));
  return { warnings, emit: createRevocationReporter(listeners, clock, notices) };
}

/** Promises that failed have been told of. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe("createRevocationReporter", () => {
  it("hands events on, dated and frozen, and counts them", () => {
    const events: RevocationEvent[] = [];
    const counted: unknown[] = [];
    const { emit, warnings } = reporterFor({
      onRevocationEvent: (event) => events.push(event),
      metrics: { count: (name, labels) => counted.push([name, labels]) },
    });
    emit(failed);
    emit(forgiven);
    expect(events).to.deep.equal([
      { time: 7, ...failed },
      { time: 7, ...forgiven },
    ]);
    expect(events.every((event) => Object.isFrozen(event))).to.equal(true);
    expect(counted).to.deep.equal([
      ["mtls_shield_revocation_events_total", { type: failed.type }],
      ["mtls_shield_revocation_events_total", { type: forgiven.type }],
    ]);
    expect(warnings).to.deep.equal([]);
  });

  it("dates events by the system's clock where its own fails: background work must not end for that", () => {
    const events: RevocationEvent[] = [];
    const { emit } = reporterFor({ onRevocationEvent: (event) => events.push(event) }, () => {
      throw new Error("broken clock");
    });
    const before = Date.now();
    emit(failed);
    expect(events[0]?.time).to.be.within(before, Date.now());
  });

  it("warns where nobody listens, once for each kind of trouble with each source", () => {
    const { emit, warnings } = reporterFor({});
    const rejected = { ...failed, type: "revocation-list-rejected" } as const;
    const elsewhere = { ...failed, source: "/etc/a.crl" };
    for (const event of [failed, failed, rejected, elsewhere, rejected]) emit(event);
    emit({ ...failed, problem: "answered 500" });
    expect(warnings).to.deep.equal([
      {
        option: "revocation",
        message:
          "revocation-source-failed: http://crl.example/a.crl: answered 503. " +
          "Lists in use count until they expire. Pass onRevocationEvent, which hears of every further one.",
      },
      ...[
        "revocation-list-rejected: http://crl.example/a.crl: answered 503",
        "revocation-source-failed: /etc/a.crl: answered 503",
      ].map((start) => ({
        option: "revocation",
        message: `${start}. Lists in use count until they expire. Pass onRevocationEvent, which hears of every further one.`,
      })),
    ]);
  });

  it("warns although things are counted, and of nothing that is in order", () => {
    const { emit, warnings } = reporterFor({ metrics: { count: () => undefined } });
    emit(forgiven);
    expect(warnings).to.deep.equal([]);
    emit(failed);
    expect(warnings).to.have.length(1);
  });

  for (const [how, fail] of [
    [
      "throws",
      () => {
        throw new Error("boom");
      },
    ],
    ["rejects", () => Promise.reject(new Error("boom"))],
  ] as const) {
    it(`tells once of a listener that ${how}, and goes on`, async () => {
      let counted = 0;
      const metrics = { count: () => counted++ };
      const { emit, warnings } = reporterFor({ onRevocationEvent: fail, metrics });
      for (let time = 0; time < 3; time++) emit(failed);
      await settle();
      expect(warnings).to.deep.equal([
        { option: "onRevocationEvent", message: "failed: boom. Decisions are not affected." },
      ]);
      expect(counted).to.equal(3);
    });

    it(`tells once of metrics of which counting ${how}, and goes on`, async () => {
      const events: RevocationEvent[] = [];
      const onRevocationEvent = (event: RevocationEvent) => events.push(event);
      const { emit, warnings } = reporterFor({ onRevocationEvent, metrics: { count: fail } });
      for (let time = 0; time < 3; time++) emit(failed);
      await settle();
      expect(warnings).to.deep.equal([
        { option: "metrics", message: "failed: boom. Decisions are not affected." },
      ]);
      expect(events).to.have.length(3);
    });
  }
});
