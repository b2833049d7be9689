import { expect } from "chai";

import { systemTimers } from "../../src/base/timers.ts";

describe("systemTimers", () => {
  it("does a task later, once", async () => {
    let done = 0;
    systemTimers.after(1, () => done++);
    expect(done).to.equal(0);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(done).to.equal(1);
  });

  it("does no task that was called off", async () => {
    let done = 0;
    const callOff = systemTimers.after(1, () => done++);
    callOff();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(done).to.equal(0);
  });

  it("keeps the process alive for a task that somebody waits for, and for no other", () => {
    const held = () => process.getActiveResourcesInfo().filter((type) => type === "Timeout").length;
    const before = held();
    const cancelAwaited = systemTimers.after(60_000, () => undefined, "keep-alive");
    const cancelOther = systemTimers.after(60_000, () => undefined);
    const during = held();
    cancelAwaited();
    cancelOther();
    expect([during - before, held() - before]).to.deep.equal([1, 0]);
  });

  describe("with a delay that setTimeout cannot hold", () => {
    const realTimeout = globalThis.setTimeout;
    let set: { readonly run: () => void; readonly delayMs: number }[] = [];

    beforeEach(() => {
      set = [];
      const fakeTimeout = (run: () => void, delayMs: number) => {
        set.push({ run, delayMs });
        return realTimeout(() => undefined, 0);
      };
      globalThis.setTimeout = fakeTimeout as typeof setTimeout;
    });

    afterEach(() => {
      globalThis.setTimeout = realTimeout;
    });

    it("waits in steps, and not one millisecond instead of a month", () => {
      let done = 0;
      const monthMs = 31 * 86_400_000;
      systemTimers.after(monthMs, () => done++);
      expect(set[0]?.delayMs).to.equal(2 ** 31 - 1);
      set[0]?.run();
      expect(done).to.equal(0);
      expect(set[1]?.delayMs).to.equal(monthMs - (2 ** 31 - 1));
      set[1]?.run();
      expect([done, set.length]).to.deep.equal([1, 2]);
    });
  });
});
