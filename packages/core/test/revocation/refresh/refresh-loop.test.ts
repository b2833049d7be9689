import { fakeTimers } from "@mtls-shield/testkit";
import { expect } from "chai";

import { RefreshLoop, type Attempt } from "../../../src/revocation/refresh/refresh-loop.ts";

const failed: Attempt = { outcome: "failed", retryAfterMs: undefined };
const stale: Attempt = { outcome: "stale" };
const start = Date.UTC(2030, 0, 1);

function loopOf(answers: readonly Attempt[], octet = 0) {
  const timers = fakeTimers(start);
  const attempts: number[] = [];
  const loop = new RefreshLoop(
    () => {
      attempts.push(timers.clock() - start);
      return Promise.resolve(answers[attempts.length - 1] ?? failed);
    },
    { clock: timers.clock, timers, randomBytes: () => Buffer.of(octet) },
    () => undefined,
  );
  return { timers, attempts, loop };
}

function doneFor(ms: number): Attempt {
  return { outcome: "done", nextAt: start + ms };
}

describe("RefreshLoop", () => {
  it("makes the next attempt when it is due", async () => {
    const { timers, attempts, loop } = loopOf([doneFor(10_000), doneFor(30_000)]);
    await loop.run();
    await timers.advance(29_999);
    expect(attempts).to.deep.equal([0, 10_000]);
  });

  it("asks up to a tenth earlier, so that processes do not ask together", async () => {
    const { timers, loop } = loopOf([doneFor(100_000)], 255);
    await loop.run();
    expect(timers.pauses[0]).to.be.within(90_000, 90_100);
  });

  it("backs off after failures, twice as long each time and a minute at most", async () => {
    const { timers, attempts, loop } = loopOf([]);
    await loop.run();
    await timers.advance(7_000);
    expect(attempts).to.deep.equal([0, 1_000, 3_000, 7_000]);
    await timers.advance(3_600_000);
    expect(timers.pauses[0]).to.be.at.most(60_000);
    expect(attempts.at(-1)! - attempts.at(-2)!).to.equal(60_000);
  });

  it("waits for as long as the server wants, if that is longer, and five minutes at most", async () => {
    for (const [retryAfterMs, pauseMs] of [
      [90_000, 90_000],
      [500, 1_000],
      [3_600_000, 300_000],
      [Infinity, 300_000],
    ] as const) {
      const { timers, loop } = loopOf([{ outcome: "failed", retryAfterMs }]);
      await loop.run();
      expect(timers.pauses).to.deep.equal([pauseMs]);
    }
  });

  it("comes up to a ninth later than the server wants, so that processes do not come together", async () => {
    const { timers, loop } = loopOf([{ outcome: "failed", retryAfterMs: 90_000 }], 255);
    await loop.run();
    expect(timers.pauses[0]).to.be.within(99_900, 100_000);
  });

  it("asks less and less often for what should have been replaced, but has not failed", async () => {
    const { timers, attempts, loop } = loopOf([stale, stale, stale, stale]);
    await loop.run();
    await timers.advance(7_000);
    expect(attempts).to.deep.equal([0, 1_000, 3_000, 7_000]);
    expect(loop.isFailing).to.equal(false);
  });

  it("starts with short pauses again after a success", async () => {
    const { timers, loop } = loopOf([failed, failed, doneFor(5_000), failed]);
    await loop.run();
    await timers.advance(3_000);
    expect(loop.isFailing).to.equal(false);
    await timers.advance(2_000);
    expect(loop.isFailing).to.equal(true);
    expect(timers.pauses).to.deep.equal([1_000]);
  });

  it("is never in a hurry, whatever the answer says of its end", async () => {
    const { timers, loop } = loopOf([doneFor(-5_000)]);
    await loop.run();
    expect(timers.pauses).to.deep.equal([1_000]);
  });

  it("makes one attempt for all who ask at the same time", async () => {
    const { attempts, loop } = loopOf([]);
    const first = loop.run();
    expect(loop.running).to.equal(first);
    expect(loop.run()).to.equal(first);
    await first;
    expect(attempts).to.have.length(1);
    expect(loop.running).to.equal(undefined);
  });

  it("has nobody wait for an attempt after one that failed", async () => {
    const { attempts, loop } = loopOf([failed, doneFor(5_000)]);
    const first = loop.run();
    expect(loop.promising).to.equal(first);
    await first;
    const second = loop.run();
    expect([loop.running, loop.promising]).to.deep.equal([second, undefined]);
    await second;
    const third = loop.run();
    expect(loop.promising).to.equal(third);
    await third;
    expect(attempts).to.have.length(3);
  });

  describe("when an attempt rejects", () => {
    function faultyLoop(fault: Error) {
      const timers = fakeTimers(start);
      const told: string[] = [];
      let isFaulty = true;
      const loop = new RefreshLoop(
        () => (isFaulty ? Promise.reject(fault) : Promise.resolve(doneFor(50_000))),
        { clock: timers.clock, timers, randomBytes: () => Buffer.of(0) },
        (problem) => told.push(problem),
      );
      const mend = (): void => void (isFaulty = false);
      return { timers, told, loop, mend };
    }

    it("tells why, and tries again", async () => {
      for (const [fault, problem] of [
        [new Error("the clock is broken"), "the clock is broken"],
        [null as unknown as Error, "null"],
      ] as const) {
        const { timers, told, loop, mend } = faultyLoop(fault);
        await loop.run();
        expect([told, loop.isFailing, loop.running]).to.deep.equal([[problem], true, undefined]);
        mend();
        await timers.advance(1_000);
        expect([told.length, loop.isFailing, timers.pauses]).to.deep.equal([1, false, [49_000]]);
      }
    });

    it("tells nothing after it was closed", async () => {
      const { timers, told, loop } = faultyLoop(new Error("the clock is broken"));
      const running = loop.run();
      loop.close();
      await running;
      expect([told, timers.pauses]).to.deep.equal([[], []]);
    });
  });

  it("is in no hurry by a clock that tells no time, or fails", async () => {
    for (const [clock, problem] of [
      [() => NaN, "the clock tells no time"],
      [
        () => {
          throw new Error("no clock");
        },
        "no clock",
      ],
    ] as const) {
      const timers = fakeTimers(start);
      const told: string[] = [];
      const loop = new RefreshLoop(
        () => Promise.resolve(doneFor(50_000)),
        { clock, timers, randomBytes: () => Buffer.of(0) },
        (text) => told.push(text),
      );
      await loop.run();
      expect([told, timers.pauses]).to.deep.equal([[problem], [1_000]]);
    }
  });

  it("tells the attempt under way that it was closed", async () => {
    const timers = fakeTimers(start);
    const signals: AbortSignal[] = [];
    const loop = new RefreshLoop(
      (signal) => {
        signals.push(signal);
        return Promise.resolve(failed);
      },
      { clock: timers.clock, timers, randomBytes: () => Buffer.of(0) },
      () => undefined,
    );
    const running = loop.run();
    expect(signals[0]?.aborted).to.equal(false);
    loop.close();
    expect(signals[0]?.aborted).to.equal(true);
    await running;
  });

  it("does nothing after it was closed, in mid-attempt too", async () => {
    const { timers, attempts, loop } = loopOf([]);
    const running = loop.run();
    loop.close();
    await running;
    await loop.run();
    await timers.advance(10_000);
    expect(attempts).to.have.length(1);
  });
});
