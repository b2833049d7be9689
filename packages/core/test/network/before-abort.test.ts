import { expect } from "chai";

import { beforeAbort } from "../../src/network/before-abort.ts";

async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => "none",
    (error: unknown) => error,
  );
}

describe("beforeAbort", () => {
  it("is what the promise becomes", async () => {
    const { signal } = new AbortController();
    expect(await beforeAbort(Promise.resolve(1), signal)).to.equal(1);
    const error = new Error("no");
    expect(await errorOf(beforeAbort(Promise.reject(error), signal))).to.equal(error);
  });

  it("ends with the signal, though the promise never ends", async () => {
    const controller = new AbortController();
    const reason = new Error("time is up");
    const waiting = errorOf(beforeAbort(new Promise(() => undefined), controller.signal));
    controller.abort(reason);
    expect(await waiting).to.equal(reason);
    expect(await errorOf(beforeAbort(Promise.resolve(1), controller.signal))).to.equal(reason);
  });

  it("takes promises of other libraries, which may have no more than then", async () => {
    const foreign = {
      then(resolve: (value: number) => void) {
        resolve(1);
      },
    } as Promise<number>;
    expect(await beforeAbort(foreign, new AbortController().signal)).to.equal(1);
  });

  it("leaves a late error of the promise to nobody", async () => {
    const controller = new AbortController();
    const late = new Promise((_, reject) => setTimeout(reject, 1, new Error("late")));
    const waiting = errorOf(beforeAbort(late, controller.signal));
    controller.abort(new Error("time is up"));
    expect(await waiting)
      .to.be.an("error")
      .with.property("message", "time is up");
    await new Promise((resolve) => setTimeout(resolve, 5));
  });
});
