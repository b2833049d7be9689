import { expect } from "chai";
import { ConfigError } from "../../src/base/config-error.ts";
import { MemoryStore } from "../../src/store/memory-store.ts";
import { readStore } from "../../src/store/read-store.ts";

describe("An option that takes a store", () => {
  it("takes whatever has the methods of one", () => {
    const store = new MemoryStore();
    expect(readStore(store, "store")).to.equal(store);
  });

  it("refuses anything else, and says where to get one", () => {
    const half = { get: () => undefined, compareAndSet: () => undefined };
    for (const input of [undefined, null, "folder", new Map(), half]) {
      expect(() => readStore(input, "revocation.store"))
        .to.throw(ConfigError)
        .with.property("message")
        .that.matches(/revocation\.store: is not a store\. .*createFileStore/);
    }
  });
});
