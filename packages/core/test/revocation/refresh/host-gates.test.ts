import { fakeTimers } from "@mtls-shield/testkit";
import { expect } from "chai";

import { HostGates } from "../../../src/revocation/refresh/host-gates.ts";

const patience = { timers: fakeTimers(0), patienceMs: 1_000 };

function never(): Promise<never> {
  return new Promise(() => undefined);
}

describe("HostGates", () => {
  it("lets so many tasks run at once with each host, whatever the address there", async () => {
    const gates = new HostGates(1);
    let runs = 0;
    const task = (): Promise<never> => {
      runs++;
      return never();
    };
    void gates.of(new URL("http://a.example/1")).run(task, patience);
    void gates.of(new URL("http://a.example/2")).run(task, patience);
    await Promise.resolve();
    expect(runs).to.equal(1);
  });

  it("keeps nobody waiting for a host that another one never hears from", async () => {
    const gates = new HostGates(1);
    void gates.of(new URL("http://a.example")).run(never, patience);
    const gate = gates.of(new URL("http://b.example"));
    expect(await gate.run(() => Promise.resolve("answer"), patience)).to.equal("answer");
  });
});
