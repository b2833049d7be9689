import { fakeTimers } from "@mtls-shield/testkit";
import { expect } from "chai";

import { askStore } from "../../src/store/ask-store.ts";

async function thrownBy(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => "nothing",
    (error: unknown) => error,
  );
}

describe("askStore", () => {
  it("is what the store answers, and leaves no timer", async () => {
    const timers = fakeTimers(0);
    expect(await askStore(() => Promise.resolve("value"), timers)).to.equal("value");
    const fault = new Error("down");
    expect(await thrownBy(askStore(() => Promise.reject(fault), timers))).to.equal(fault);
    const throwing = () => {
      throw fault;
    };
    expect(await thrownBy(askStore(throwing, timers))).to.equal(fault);
    expect(timers.pauses).to.deep.equal([]);
  });

  it("waits for five seconds, and minds nothing that comes later", async () => {
    const timers = fakeTimers(0);
    let failLate = (): void => undefined;
    const answer = new Promise<string>((_resolve, reject) => {
      failLate = () => {
        reject(new Error("too late"));
      };
    });
    const asked = thrownBy(askStore(() => answer, timers));
    await timers.advance(5_000);
    expect(await asked)
      .to.be.an("error")
      .with.property("message", "the store gave no answer within 5000 ms");
    failLate();
    await timers.advance(1);
  });
});
