import { authority, fakeClock } from "@mtls-shield/testkit";
import { expect } from "chai";

import type { DenyListEvent } from "../../../src/revocation/deny-list/deny-list-event.ts";
import {
  createDenyList,
  type DenyListOptions,
} from "../../../src/revocation/deny-list/deny-list.ts";
import { MemoryStore } from "../../../src/store/memory-store.ts";
import { configErrorOf } from "../../config-error-of.ts";
import { parsed } from "../../certificates.ts";
import { rejectionOf } from "./until.ts";

const root = authority({ commonName: "List CA" });
const { leaf } = root.client({ serialNumber: 0xabn });
const issuer = "CN=List CA";

function isDenied(list: ReturnType<typeof createDenyList>): boolean {
  return list.find(parsed(leaf), parsed(root.certificate)) !== undefined;
}

describe("createDenyList", () => {
  it("makes an empty list in memory, which other processes never hear of", async () => {
    const list = createDenyList();
    expect(list).to.include({
      state: "current",
      isReady: true,
      problem: undefined,
      source: "memory",
      convergesWithinMs: undefined,
    });
    expect(list.entries).to.deep.equal([]);
    expect(isDenied(list)).to.equal(false);
    await list.ready();
  });

  it("denies at once what is denied while it runs, and lets in again what is restored", async () => {
    const clock = fakeClock(1_000);
    const list = createDenyList({ clock });
    const before = list.revision;
    const done = list.deny({ issuer, serialNumber: "AB", reason: "stolen" });
    expect(isDenied(list), "before anything else happens").to.equal(true);
    await done;
    expect(list.revision).to.equal(before + 1);
    expect(list.entries).to.deep.equal([
      { date: "1970-01-01T00:00:01.000Z", issuer, serialNumber: "ab", reason: "stolen" },
    ]);
    expect(await list.restore({ issuer, serialNumber: "00:AB" })).to.equal(true);
    expect(isDenied(list)).to.equal(false);
    expect(list.revision).to.equal(before + 2);
    expect(await list.restore({ issuer, serialNumber: "AB" })).to.equal(false);
    expect(list.revision).to.equal(before + 2);
  });

  it("keeps one entry for the same thing: the latest", async () => {
    const list = createDenyList({ entries: [{ issuer, serialNumber: "ab", reason: "first" }] });
    await list.deny({ issuer: "cn = list ca", serialNumber: "AB", reason: "second" });
    expect(list.entries.map(({ reason }) => reason)).to.deep.equal(["second"]);
  });

  it("does not let a new entry take the place of one that denies more", async () => {
    const list = createDenyList({ entries: [{ issuer, serialNumber: "ab" }] });
    await list.deny({ issuer: root.certificate.pem, serialNumber: "ab" });
    expect(list.entries).to.have.length(2);
  });

  it("restores what was denied by the issuer's name when it is asked by the certificate", async () => {
    const list = createDenyList({
      entries: [
        { issuer, serialNumber: "ab" },
        { issuer: root.certificate.pem, serialNumber: "ab" },
        { issuer, serialNumber: "ac" },
      ],
    });
    expect(await list.restore({ issuer: root.certificate.pem, serialNumber: "ab" })).to.equal(true);
    expect(list.entries.map(({ serialNumber }) => serialNumber)).to.deep.equal(["ac"]);
  });

  it("leaves the lists alone that it gave out before", async () => {
    const list = createDenyList({ entries: [{ issuer, serialNumber: "ab" }] });
    const { entries } = list;
    await list.deny({ publicKey: leaf.pem });
    expect(entries).to.have.length(1);
    expect(entries).to.be.frozen;
    expect(list.entries).to.have.length(2);
  });

  it("rejects an entry that denies nobody, and changes nothing", async () => {
    const list = createDenyList();
    expect(await rejectionOf(list.deny({ issuer, serialNumber: "?" }))).to.match(
      /^entry\.serialNumber: "\?" is not a serial number/,
    );
    expect(
      await rejectionOf(list.restore({ issuer, serialNumber: "ab", reason: "x" } as never)),
    ).to.match(/^selector\.reason: is not an option/);
    expect(list.entries).to.deep.equal([]);
  });

  it("warns of entries that can be evaded", async () => {
    const list = createDenyList({ entries: [{ publicKey: leaf.pem }] });
    expect(list.warnings).to.deep.equal([]);
    await list.deny({ fingerprint: leaf.fingerprint });
    expect(list.warnings.map(({ option, message }) => `${option}: ${message}`).join()).to.match(
      /^fingerprint: 1 of the entries .*evade.*ECDSA/,
    );
  });

  it("tells of changes, with their numbers, to everybody who asked and still wants to know", async () => {
    const events: DenyListEvent[] = [];
    let changes = 0;
    const list = createDenyList({
      entries: [{ issuer, serialNumber: "1" }],
      onEvent: (event) => events.push(event),
    });
    const stop = list.onChange(() => changes++);
    const later: DenyListEvent[] = [];
    const stopEvents = list.onEvent((event) => later.push(event));
    await list.deny({ issuer, serialNumber: "2" });
    await list.restore({ issuer, serialNumber: "1" });
    stop();
    stopEvents();
    await list.deny({ issuer, serialNumber: "3" });
    expect(changes).to.equal(2);
    expect(later).to.have.length(2);
    const type = "deny-list-changed";
    const source = "memory";
    expect(events).to.deep.equal([
      { type, source, revision: 1, entries: 1, added: 1, removed: 0 },
      { type, source, revision: 2, entries: 2, added: 1, removed: 0 },
      { type, source, revision: 3, entries: 1, added: 0, removed: 1 },
      { type, source, revision: 4, entries: 2, added: 1, removed: 0 },
    ]);
  });

  it("does not mind listeners that reject", async () => {
    const reject: () => unknown = () => Promise.reject(new Error("the log is full"));
    const list = createDenyList({ onEvent: reject });
    list.onChange(reject);
    await list.deny({ publicKey: leaf.pem });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isDenied(list)).to.equal(true);
  });

  it("does not mind listeners that throw", async () => {
    const list = createDenyList({
      onEvent() {
        throw new Error("the log is full");
      },
    });
    let told = 0;
    list.onChange(() => {
      throw new Error("a bug");
    });
    list.onChange(() => told++);
    await list.deny({ publicKey: leaf.pem });
    expect(isDenied(list)).to.equal(true);
    expect(told).to.equal(1);
  });

  it("goes on denying after it was closed, and takes no more changes", async () => {
    const list = createDenyList({ entries: [{ issuer, serialNumber: "ab" }] });
    list.close();
    list.close();
    expect(isDenied(list)).to.equal(true);
    expect(await rejectionOf(list.deny({ publicKey: leaf.pem }))).to.match(/was closed/);
    expect(await rejectionOf(list.restore({ issuer, serialNumber: "ab" }))).to.match(/was closed/);
  });

  const store = new MemoryStore();
  const refusals: Readonly<Record<string, readonly [options: unknown, message: RegExp]>> = {
    "that are none": [null, /^options: is not an object/],
    "that it does not have": [{ files: "x" }, /^files: .*Did you mean "file"/],
    "of two lists": [{ file: "x", entries: [] }, /entries and file are different lists\. Make one/],
    "of a file and a store": [{ file: "x", store }, /file and store are different lists/],
    "with entries that are no list": [{ entries: {} }, /^entries: is not a list/],
    "with a path that is none": [{ file: "" }, /^file: "" is not text/],
    "with a store that is none": [{ store: {} }, /^store: is not a store/],
    "with half a store": [{ store: { get() {} } }, /^store: is not a store/],
    "with null for a store": [{ store: null }, /^store: is not a store/],
    "with a key that is none": [{ store, key: "" }, /^key: "" is not text/],
    "with a key and no store": [{ key: "x" }, /^key: is a key in no store/],
    "with a poll that never ends": [{ pollMs: 0 }, /^pollMs: 0 is not a number between/],
    "with a poll that never comes": [{ pollMs: Infinity }, /^pollMs: Infinity is not/],
    "with a poll in words": [{ pollMs: "1s" }, /^pollMs: "1s" is not/],
    "with a listener that is none": [{ onEvent: true }, /^onEvent: is not a function/],
    "with a clock that is none": [{ clock: 5 }, /^clock: is not a function/],
  };
  for (const [fault, [options, message]] of Object.entries(refusals)) {
    it(`refuses options ${fault}`, () => {
      expect(configErrorOf(() => createDenyList(options as DenyListOptions)).message).to.match(
        message,
      );
    });
  }
});
