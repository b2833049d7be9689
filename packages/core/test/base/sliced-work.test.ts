import { expect } from "chai";
import { createPause } from "../../src/base/sliced-work.ts";

describe("the pause between slices", () => {
  /** Does slices of so many milliseconds each, and says how many of them came before each turn of the others. */
  async function slicesBetweenTurns(sliceMs: number, slices: number): Promise<readonly number[]> {
    let now = 1_000;
    const pause = createPause(() => now);
    const runs = [0];
    let isDone = false;
    const others = (): void => {
      if (isDone) return;
      runs.push(0);
      setImmediate(others);
    };
    setImmediate(others);
    for (let slice = 0; slice < slices; slice++) {
      now += sliceMs;
      runs[runs.length - 1]!++;
      await pause();
    }
    isDone = true;
    return runs;
  }

  it("lets several short slices through before it is the others' turn", async () => {
    expect(await slicesBetweenTurns(5, 10)).to.deep.equal([1, 3, 3, 3, 0]);
  });

  it("comes after each slice that takes long", async () => {
    expect(await slicesBetweenTurns(20, 3)).to.deep.equal([1, 1, 1, 0]);
  });

  it("goes by real time unless it is told another", async () => {
    const pause = createPause();
    await pause();
    let hadTurn = false;
    const start = performance.now();
    while (performance.now() - start < 20);
    setImmediate(() => (hadTurn = true));
    await pause();
    expect(hadTurn).to.equal(true);
  });
});
