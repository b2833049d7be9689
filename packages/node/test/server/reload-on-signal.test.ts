import { EventEmitter } from "node:events";
import { expect } from "chai";
import { mtls } from "../../src/index.ts";
import { readReloadSignal, reloadOnSignal } from "../../src/server/reload-on-signal.ts";

describe("reloadOnSignal", () => {
  it("reloads at each signal until it is stopped, and survives a reload that fails", async () => {
    const source = new EventEmitter();
    let reloads = 0;
    const reload = (): Promise<void> => {
      reloads++;
      return Promise.reject(new Error("bad file"));
    };
    const stop = reloadOnSignal("SIGHUP", reload, source);
    source.emit("SIGHUP");
    source.emit("SIGHUP");
    await new Promise((resolve) => setImmediate(resolve));
    expect(reloads).to.equal(2);
    stop();
    expect(source.listenerCount("SIGHUP")).to.equal(0);
    reloadOnSignal(undefined, reload, source)();
    expect(source.eventNames()).to.deep.equal([]);
  });

  it("takes signals that have no other meaning", () => {
    expect(readReloadSignal("SIGHUP")).to.equal("SIGHUP");
    expect(readReloadSignal(undefined)).to.equal(undefined);
    for (const wrong of ["SIGNOPE", "toString", "sighup", 1, null, true]) {
      expect(() => readReloadSignal(wrong)).to.throw(
        TypeError,
        /^reloadSignal: is not a signal.*SIGHUP/,
      );
    }
    for (const wrong of ["SIGKILL", "SIGSTOP", "SIGSEGV", "SIGTERM", "SIGINT"]) {
      expect(() => readReloadSignal(wrong)).to.throw(TypeError, /^reloadSignal: SIG.*SIGHUP/);
    }
  });

  it("reloads the shield of mtls() until that is closed", async () => {
    const seen: unknown[] = [];
    const onReload = (event: { subject: string; by: string }): unknown =>
      seen.push([event.subject, event.by]);
    const before = process.listenerCount("SIGUSR2");
    const shield = mtls({ reloadSignal: "SIGUSR2", onReload });
    process.emit("SIGUSR2");
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(seen).to.deep.equal([["shield", "signal"]]);
    shield.close();
    expect(process.listenerCount("SIGUSR2")).to.equal(before);
    expect(() => mtls({ reloadSignal: "SIGKILL" })).to.throw(TypeError, /^reloadSignal: /);
  });
});
