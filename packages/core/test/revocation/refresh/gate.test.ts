import { fakeTimers } from "@mtls-shield/testkit";
import { expect } from "chai";

import { Gate } from "../../../src/revocation/refresh/gate.ts";

describe("Gate", () => {
  const timers = fakeTimers(0);
  const patience = { timers, patienceMs: 1_000 };

  afterEach(() => {
    expect(timers.pauses).to.deep.equal([]);
  });

  it("lets so many tasks run at once, and the others in the order in which they came", async () => {
    const gate = new Gate(2);
    const finish: (() => void)[] = [];
    const started: number[] = [];
    const tasks = [0, 1, 2, 3].map((task) =>
      gate.run(() => {
        started.push(task);
        return new Promise<number>((resolve) =>
          finish.push(() => {
            resolve(task);
          }),
        );
      }, patience),
    );
    expect(started).to.deep.equal([0, 1]);
    finish[1]!();
    expect(await tasks[1]).to.equal(1);
    await Promise.resolve();
    expect(started).to.deep.equal([0, 1, 2]);
    for (const at of [0, 2]) finish[at]!();
    await Promise.all([tasks[0], tasks[2]]);
    await Promise.resolve();
    finish[3]!();
    expect(await Promise.all(tasks)).to.deep.equal([0, 1, 2, 3]);
  });

  it("frees the place of a task that failed", async () => {
    const gate = new Gate(1);
    const fault = new Error("no");
    const first = gate.run(() => Promise.reject(fault), patience).catch((error: unknown) => error);
    expect(await first).to.equal(fault);
    expect(await gate.run(() => Promise.resolve("yes"), patience)).to.equal("yes");
  });

  it("gives up a task whose turn does not come in time, and lets in those after it", async () => {
    const gate = new Gate(1);
    let finish = (): void => undefined;
    const first = gate.run(() => new Promise<void>((resolve) => (finish = resolve)), patience);
    let isBegun = false;
    const begin = () => Promise.resolve((isBegun = true));
    const hasty = gate.run(begin, { timers, patienceMs: 999 });
    const patient = gate.run(() => Promise.resolve("in"), patience);
    await timers.advance(999);
    expect([await hasty, isBegun]).to.deep.equal([undefined, false]);
    finish();
    expect([await first, await patient]).to.deep.equal([undefined, "in"]);
  });
});
