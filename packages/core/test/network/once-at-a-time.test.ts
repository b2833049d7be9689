import { expect } from "chai";

import { onceAtATime } from "../../src/network/once-at-a-time.ts";

describe("onceAtATime", () => {
  it("asks once for all who ask at the same time, and anew for who asks later", async () => {
    const asked: string[] = [];
    const ask = onceAtATime((subject) => Promise.resolve(`${subject} ${asked.push(subject)}`));
    expect(await Promise.all([ask("a"), ask("a"), ask("b")])).to.deep.equal(["a 1", "a 1", "b 2"]);
    expect(await ask("a")).to.equal("a 3");
  });

  it("keeps no failure", async () => {
    let times = 0;
    const fault = new Error("no answer");
    const ask = onceAtATime(() => (times++ === 0 ? Promise.reject(fault) : Promise.resolve("it")));
    const faults = await Promise.allSettled([ask("a"), ask("a")]);
    expect(faults.map(({ status }) => status)).to.deep.equal(["rejected", "rejected"]);
    expect(await ask("a")).to.equal("it");
  });
});
