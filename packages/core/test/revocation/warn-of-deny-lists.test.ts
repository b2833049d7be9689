import cluster from "node:cluster";

import { expect } from "chai";

import { createDenyList, type DenyList } from "../../src/revocation/deny-list/deny-list.ts";
import { warnOfDenyLists } from "../../src/revocation/warn-of-deny-lists.ts";
import { MemoryStore } from "../../src/store/memory-store.ts";
import { silence } from "./scripted-world.ts";

/** The warnings, once every list was read. */
async function warningsOf(denyLists: readonly DenyList[], store?: MemoryStore) {
  const warnings: string[] = [];
  warnOfDenyLists({ denyLists, store }, ({ option, message }) => {
    warnings.push(`${option}: ${message}`);
  });
  await Promise.allSettled(denyLists.map((list) => list.ready()));
  await new Promise((resolve) => setImmediate(resolve));
  return warnings;
}

describe("warnOfDenyLists", () => {
  const inMemory = createDenyList();
  const shared = new MemoryStore();
  const isWorker = Object.getOwnPropertyDescriptor(cluster, "isWorker")!;
  afterEach(() => {
    Object.defineProperty(cluster, "isWorker", isWorker);
  });

  it("has nothing to say of a list in the memory of the only process", async () => {
    expect(await warningsOf([inMemory])).to.deep.equal([]);
  });

  it("says that others never hear of a list in memory, where a store shows that there are others", async () => {
    const inStore = createDenyList({ store: shared });
    expect(await warningsOf([inMemory, inStore], shared)).to.deep.equal([
      "revocation.denied: a list of denied certificates is kept in memory: what this process denies, others let in. " +
        "Use createDenyList({ file }), or ({ store }) with a store that they share.",
    ]);
    inStore.close();
  });

  it("says so to the worker of a cluster too", async () => {
    Object.defineProperty(cluster, "isWorker", { ...isWorker, value: true });
    expect(await warningsOf([inMemory])).to.have.length(1);
  });

  it("says which entries can be evaded, as soon as they are known", async () => {
    const entries = [{ fingerprint: "ab".repeat(32) }];
    expect(await warningsOf([createDenyList({ entries })])).to.match(/deny by fingerprint/);
    const store = new MemoryStore();
    const writer = createDenyList({ store });
    await writer.deny({ fingerprint: "ab".repeat(32) });
    const reader = createDenyList({ store });
    expect(reader.isReady).to.equal(false);
    expect(await warningsOf([reader])).to.have.length(1);
    for (const list of [writer, reader]) list.close();
  });

  it("has nothing to say of a list that is closed before it was read", async () => {
    const never = Object.assign(new MemoryStore(), { get: () => silence });
    const list = createDenyList({ store: never });
    const warnings = warningsOf([list]);
    list.close();
    expect(await warnings).to.deep.equal([]);
  });
});
