import { fakeClock, storeContract } from "@mtls-shield/testkit";
import { expect } from "chai";

import { MemoryStore } from "../../src/store/memory-store.ts";

storeContract("MemoryStore", (options) => new MemoryStore(options));

describe("MemoryStore", () => {
  it("lets the least recently used value go when it is full", async () => {
    const store = new MemoryStore({ capacity: 2 });
    await store.set("a", "1");
    await store.set("b", "2");
    await store.get("a");
    await store.set("c", "3");
    expect(await Promise.all(["a", "b", "c"].map((key) => store.get(key)))).to.deep.equal([
      "1",
      undefined,
      "3",
    ]);
  });

  it("goes by the system's clock unless it is given another", async () => {
    const store = new MemoryStore();
    await store.set("past", "value", Date.now() - 1);
    await store.set("future", "value", Date.now() + 60_000);
    expect(await store.get("past")).to.equal(undefined);
    expect(await store.get("future")).to.equal("value");
  });

  it("takes no room for a value once it was found expired", async () => {
    const clock = fakeClock(0);
    const store = new MemoryStore({ clock, capacity: 2 });
    await store.set("kept", "value");
    await store.set("expired", "value", 10);
    clock.advance(10);
    await store.get("expired");
    await store.set("new", "value");
    expect(await store.get("kept")).to.equal("value");
  });
});
