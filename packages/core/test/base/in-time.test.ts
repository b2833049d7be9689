import { expect } from "chai";

import { fakeTimers } from "@mtls-shield/testkit";

import { inTime } from "../../src/base/in-time.ts";

describe("inTime", () => {
  const ask = <Answer>(question: () => Answer | PromiseLike<Answer>) => {
    const timers = fakeTimers(0);
    const answer = inTime(question, { timers, timeoutMs: 100, who: "somebody" });
    return { timers, said: answer.then(String, (fault: unknown) => fault) };
  };

  it("gives the answer, and lets go of its timer", async () => {
    for (const question of [() => "yes", () => Promise.resolve("yes")]) {
      const { timers, said } = ask(question);
      expect(await said).to.equal("yes");
      expect(timers.pauses).to.deep.equal([]);
    }
  });

  it("passes on what is thrown or rejected, also null", async () => {
    for (const fault of [new Error("no"), null]) {
      const throwing = ask(() => {
        throw fault;
      });
      expect(await throwing.said).to.equal(fault);
      expect(throwing.timers.pauses).to.deep.equal([]);
      expect(await ask(() => Promise.reject(fault as Error)).said).to.equal(fault);
    }
  });

  it("rejects when the time is over, and drops what comes later", async () => {
    let answer: (value: string) => void = () => undefined;
    const { timers, said } = ask(() => new Promise<string>((resolve) => (answer = resolve)));
    await timers.advance(100);
    answer("too late");
    const message = "somebody gave no answer within 100 ms";
    expect(await said).to.have.property("message", message);
  });
});
