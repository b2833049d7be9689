/// <reference types="mocha" />
import assert from "node:assert/strict";

import { fakeClock } from "./fake-clock.ts";

/** What is tested: the `Store` of `@mtls-shield/core`, written again, since the testkit depends on no package that it tests. */
export interface ContractedStore {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string, until?: number): Promise<void>;
  compareAndSet(
    key: string,
    expected: string | undefined,
    value: string,
    until?: number,
  ): Promise<boolean>;
  delete(key: string): Promise<void>;
  close(): Promise<void>;
}

/** Makes a store that is empty. */
export type MakeStore = (options: { readonly clock: () => number }) => ContractedStore;

const oddKeys = [
  "",
  ".",
  "..",
  "../../escape",
  "/absolute",
  "a/b\\c:d*e?f",
  "A",
  "a",
  "with\nlines\0and zeros",
  "__proto__",
  "ключ-鍵-🔑",
  "\ud800",
  "\udc00",
  "long".repeat(1_000),
];

const oddValues = ["", " ", "undefined", "null", '{"a":1}', "line\r\nline", "\0", "значение-値-🔐"];

/** Defines the tests that every store has to pass. */
export function storeContract(name: string, makeStore: MakeStore): void {
  const clock = fakeClock(1_700_000_000_000);

  /** A test with a store of its own. */
  function test(sentence: string, run: (store: ContractedStore) => Promise<void>): void {
    it(sentence, async () => {
      const store = makeStore({ clock });
      try {
        await run(store);
      } finally {
        await store.close();
      }
    });
  }

  describe(`${name} as a store`, () => {
    test("has nothing under a key that was never written", async (store) => {
      assert.equal(await store.get("key"), undefined);
    });

    test("gives back what was written last", async (store) => {
      await store.set("key", "first");
      await store.set("key", "second");
      assert.equal(await store.get("key"), "second");
    });

    test("forgets what is deleted, and deletes what is not there without complaint", async (store) => {
      await store.set("key", "value");
      await store.delete("key");
      assert.equal(await store.get("key"), undefined);
      await store.delete("key");
      await store.set("key", "again");
      assert.equal(await store.get("key"), "again");
    });

    test("forgets a value at the moment that was set for it, and not before", async (store) => {
      await store.set("key", "value", clock() + 1_000);
      clock.advance(999);
      assert.equal(await store.get("key"), "value");
      clock.advance(1);
      assert.equal(await store.get("key"), undefined);
    });

    test("keeps a value that replaces an expiring one without a time of its own", async (store) => {
      await store.set("key", "short", clock() + 1_000);
      await store.set("key", "long");
      clock.advance(2_000);
      assert.equal(await store.get("key"), "long");
    });

    test("replaces a value only where it is the expected one", async (store) => {
      assert.equal(await store.compareAndSet("key", "value", "other"), false);
      assert.equal(await store.get("key"), undefined);
      assert.equal(await store.compareAndSet("key", undefined, "first"), true);
      assert.equal(await store.compareAndSet("key", undefined, "second"), false);
      assert.equal(await store.compareAndSet("key", "other", "second"), false);
      assert.equal(await store.get("key"), "first");
      assert.equal(await store.compareAndSet("key", "first", "second"), true);
      assert.equal(await store.get("key"), "second");
    });

    test("takes an empty value for a value, not for none", async (store) => {
      await store.set("key", "");
      assert.equal(await store.compareAndSet("key", undefined, "value"), false);
      assert.equal(await store.compareAndSet("key", "", "value"), true);
    });

    test("takes an expired value for none when it compares", async (store) => {
      await store.set("key", "old", clock() + 1_000);
      clock.advance(1_000);
      assert.equal(await store.compareAndSet("key", "old", "new"), false);
      assert.equal(await store.compareAndSet("key", undefined, "new", clock() + 1_000), true);
      assert.equal(await store.get("key"), "new");
      clock.advance(1_000);
      assert.equal(await store.get("key"), undefined);
    });

    test("lets one of many win who expect the same value", async (store) => {
      const wins = await Promise.all(
        Array.from({ length: 25 }, (_, index) =>
          store.compareAndSet("key", undefined, `writer ${index}`),
        ),
      );
      assert.equal(wins.filter((isWin) => isWin).length, 1);
      assert.equal(await store.get("key"), `writer ${wins.indexOf(true)}`);
    });

    test("loses none of many increments that are done side by side", async (store) => {
      await Promise.all(Array.from({ length: 10 }, () => incrementInStore(store, "key", 5)));
      assert.equal(await store.get("key"), "50");
    });

    test("keeps odd keys apart", async (store) => {
      for (const key of oddKeys) await store.set(key, `value of ${JSON.stringify(key)}`);
      for (const key of oddKeys) {
        assert.equal(await store.get(key), `value of ${JSON.stringify(key)}`);
      }
    });

    test("gives back odd values as they were", async (store) => {
      for (const value of oddValues) {
        await store.set("key", value);
        assert.equal(await store.get("key"), value);
        assert.equal(await store.compareAndSet("key", value, "next"), true);
      }
    });

    test("takes a value of 16 MB", async (store) => {
      const value = "é".repeat(8_000_000);
      await store.set("key", value);
      assert.ok((await store.get("key")) === value, "the value came back changed");
    });

    test("is closed more than once without complaint", async (store) => {
      await store.close();
    });
  });
}

/** Adds one to a number, so many times, by compareAndSet alone. */
export async function incrementInStore(
  store: ContractedStore,
  key: string,
  times: number,
): Promise<void> {
  for (let done = 0; done < times;) {
    const current = await store.get(key);
    if (await store.compareAndSet(key, current, String(Number(current ?? 0) + 1))) done++;
  }
}
