import cluster from "node:cluster";
import { expect } from "chai";
import { systemTimers } from "../../src/base/timers.ts";
import { MemoryStore } from "../../src/store/memory-store.ts";
import { readRevocation, type RevocationOptions } from "../../src/revocation/revocation-options.ts";
import { warnOfUnsharedMarks } from "../../src/revocation/warn-of-unshared-marks.ts";

const crl = "http://crl.corp.example/ca.crl";
const store = new MemoryStore();

/** The options that a process is warned of; by default it is a cluster worker. */
function warned(all: readonly RevocationOptions[]): readonly string[] {
  const surroundings = { clock: Date.now, timers: systemTimers };
  const options: string[] = [];
  warnOfUnsharedMarks(
    all.map((one) => readRevocation(one, "revocation", surroundings)),
    ({ option }) => options.push(option),
  );
  return options;
}

describe("warnOfUnsharedMarks", () => {
  const isWorker = Object.getOwnPropertyDescriptor(cluster, "isWorker")!;
  const become = (value: boolean): void => {
    Object.defineProperty(cluster, "isWorker", { ...isWorker, value });
  };
  beforeEach(() => {
    become(true);
  });
  afterEach(() => {
    Object.defineProperty(cluster, "isWorker", isWorker);
  });

  it("warns a worker once, however many trust sets have lists", () => {
    expect(warned([{ crl }, { crl }, { crl, store }])).to.deep.equal(["revocation.store"]);
  });

  it("warns where certificates name the lists", () => {
    const certificateAddresses = { hosts: ["crl.corp.example"] };
    expect(warned([{ certificateAddresses }])).to.deep.equal(["revocation.store"]);
  });

  it("is silent where there is a store", () => {
    expect(warned([{ crl, store }])).to.deep.equal([]);
  });

  it("is silent where no lists are used", () => {
    expect(warned([{ ocsp: "http://ocsp.corp.example" }])).to.deep.equal([]);
    expect(warned([{ crl, mode: "off" }])).to.deep.equal([]);
    expect(warned([])).to.deep.equal([]);
  });

  it("is silent in a process that is no worker", () => {
    become(false);
    expect(warned([{ crl }])).to.deep.equal([]);
  });
});
