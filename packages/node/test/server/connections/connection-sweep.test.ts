import { expect } from "chai";
import { fakeTimers } from "@mtls-shield/testkit";
import { ConnectionSweep } from "../../../src/server/connections/connection-sweep.ts";

describe("ConnectionSweep", () => {
  it("looks at each connection every second while others come and go", async () => {
    const timers = fakeTimers(0);
    const sweep = new ConnectionSweep({
      clock: timers.clock,
      timers,
      maxConnectionAgeMs: undefined,
    });
    const looks: number[] = [];
    const connection = (look: () => void) => ({
      openedAt: 0,
      get admissions() {
        look();
        return [];
      },
      retire: () => undefined,
      end: () => undefined,
    });
    sweep.add(connection(() => looks.push(timers.clock())));
    const passing: ReturnType<typeof connection>[] = [];
    for (let turn = 0; turn < 100; turn++) {
      for (let count = 0; count < 8; count++) {
        const guest = connection(() => undefined);
        passing.push(guest);
        sweep.add(guest);
      }
      await timers.advance(100);
      if (turn >= 5) for (const guest of passing.splice(0, 8)) sweep.delete(guest);
    }
    const pauses = looks.map((at, index) => at - (looks[index - 1] ?? 0));
    expect(Math.max(...pauses)).to.be.at.most(1_000);
    expect(looks.at(-1)).to.be.at.least(9_000);
    sweep.close();
  });
});
