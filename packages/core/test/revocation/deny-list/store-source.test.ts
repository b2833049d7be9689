import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";

import type { Timers } from "../../../src/base/timers.ts";
import type { DenyListEvent } from "../../../src/revocation/deny-list/deny-list-event.ts";
import {
  createDenyList,
  type DenyList,
  type DenyListOptions,
} from "../../../src/revocation/deny-list/deny-list.ts";
import { MemoryStore } from "../../../src/store/memory-store.ts";
import { rejectionOf, until } from "./until.ts";

const issuer = "CN=My CA";
const key = "mtls-shield/denied";

/** A store that does for a while what it is told. */
class MoodyStore extends MemoryStore {
  override get: (name: string) => Promise<string | undefined> = (name) => super.get(name);
  override compareAndSet: MemoryStore["compareAndSet"] = (...args) => super.compareAndSet(...args);

  behave(): void {
    this.get = (name) => super.get(name);
  }
}

describe("a list of denied certificates in a store", () => {
  let store: MoodyStore;
  let lists: DenyList[];
  let events: DenyListEvent[];

  beforeEach(() => {
    store = new MoodyStore();
    lists = [];
    events = [];
  });

  afterEach(() => {
    for (const list of lists) list.close();
  });

  function open(options: DenyListOptions = {}): DenyList {
    const list = createDenyList({
      store,
      pollMs: 20,
      onEvent: (event) => {
        events.push(event);
      },
      ...options,
    });
    lists.push(list);
    return list;
  }

  function serialsOf({ entries }: DenyList): string {
    return entries.map(({ serialNumber }) => serialNumber).join();
  }

  function problems(): string[] {
    return events.flatMap((event) => (event.type === "deny-list-rejected" ? [event.problem] : []));
  }

  it("is unread until the store has answered", async () => {
    const list = open({ pollMs: 500 });
    expect(list).to.include({
      state: "unread",
      isReady: false,
      problem: undefined,
      source: `store ${key}`,
      convergesWithinMs: 1_000,
    });
    await list.ready();
    expect(list).to.include({ state: "current", isReady: true });
    expect(serialsOf(list)).to.equal("");
  });

  it("is shared: what one denies or restores, the others know soon", async () => {
    const one = open();
    const two = open();
    await Promise.all([one.ready(), two.ready()]);
    await one.deny({ issuer, serialNumber: "1" });
    expect(serialsOf(one)).to.equal("1");
    await until(() => serialsOf(two) === "1");
    await two.restore({ issuer, serialNumber: "1" });
    await until(() => serialsOf(one) === "");
    expect(await one.restore({ issuer, serialNumber: "1" })).to.equal(false);
  });

  it("is kept apart from another one by its key", async () => {
    await open({ key: "a" }).deny({ issuer, serialNumber: "1" });
    const other = open({ key: "b" });
    await other.ready();
    expect(serialsOf(other)).to.equal("");
  });

  it("loses none of many changes by several processes", async () => {
    const writers = Array.from({ length: 5 }, () => open());
    const numbers = Array.from({ length: 25 }, (_, index) => (index + 16).toString(16));
    await Promise.all(
      numbers.map((serialNumber, index) => writers[index % 5]!.deny({ issuer, serialNumber })),
    );
    const reader = open();
    await reader.ready();
    expect(reader.entries).to.have.length(25);
  });

  it("takes changes before it was read, and is read by them", async () => {
    const list = open();
    await list.deny({ issuer, serialNumber: "1" });
    expect(list.state).to.equal("current");
  });

  it("stays unread, and says why, while the store fails from the start", async () => {
    store.get = () => Promise.reject(new Error("connection refused"));
    const list = open();
    await until(() => list.problem !== undefined);
    await sleep(100);
    expect(list).to.include({ state: "unread", isReady: false, problem: "connection refused" });
    expect(problems()).to.deep.equal(["connection refused"]);
    expect(await rejectionOf(list.deny({ issuer, serialNumber: "1" }))).to.equal(
      "connection refused",
    );
    store.behave();
    await list.ready();
    expect(list.state).to.equal("current");
  });

  it("keeps the last good entries while the store fails later, and recovers", async () => {
    const list = open();
    await list.deny({ issuer, serialNumber: "1" });
    const { revision } = list;
    // Stores in JavaScript can throw anything.
    store.get = () => {
      throw "down";
    };
    await until(() => list.state === "outdated");
    expect(list.problem).to.equal("'down'");
    expect(serialsOf(list)).to.equal("1");
    store.get = () => {
      throw new Error("a bug of the store");
    };
    await until(() => list.problem === "a bug of the store");
    store.get = () => {
      throw Object.create(null);
    };
    await until(() => list.problem === "[Object: null prototype] {}");
    store.behave();
    await until(() => list.state === "current");
    expect(list.revision).to.equal(revision);
    expect(problems()).to.deep.equal([
      "'down'",
      "a bug of the store",
      "[Object: null prototype] {}",
    ]);
  });

  for (const [what, text, problem] of [
    ["is cut short", '{"denied":[{"iss', /is not JSON/],
    ["is empty", "", /is empty/],
    ["holds an entry that is none", '{"denied":[{}]}', /denied\[0\]: does not say/],
    ["is too long", " ".repeat(17 * 1024 * 1024), /is longer than/],
  ] as const) {
    it(`keeps the last good entries when the value ${what}, and does not write over it`, async () => {
      const list = open();
      await list.deny({ issuer, serialNumber: "1" });
      await store.set(key, text);
      await until(() => list.state === "outdated");
      expect(list.problem).to.match(problem);
      expect(serialsOf(list)).to.equal("1");
      expect(await rejectionOf(list.deny({ issuer, serialNumber: "2" }))).to.match(problem);
      expect(await store.get(key)).to.equal(text);
    });

    it(`stays unread when the value ${what} from the start`, async () => {
      await store.set(key, text);
      const list = open();
      await until(() => list.problem !== undefined);
      expect(list.problem).to.match(problem);
      expect(list.isReady).to.equal(false);
    });
  }

  it("keeps the entries when the value is gone, and writes them again with the next change", async () => {
    const list = open();
    await list.deny({ issuer, serialNumber: "1" });
    await store.delete(key);
    await until(() => list.state === "outdated");
    expect(list.problem).to.match(/store \(mtls-shield\/denied\): the list is gone/);
    expect(serialsOf(list)).to.equal("1");
    await list.deny({ issuer, serialNumber: "2" });
    expect(serialsOf(list)).to.equal("1,2");
    expect(list.state).to.equal("current");
  });

  it("gives up a change after many others came first", async () => {
    store.compareAndSet = () => Promise.resolve(false);
    expect(await rejectionOf(open().deny({ issuer, serialNumber: "1" }))).to.match(/too busy/);
  });

  it("does not wait for ever for a store that does not answer, and goes on asking", async () => {
    const waiting = new Set<{ readonly delayMs: number; readonly task: () => void }>();
    const timers: Timers = {
      after(delayMs, task) {
        const timer = { delayMs, task };
        waiting.add(timer);
        return () => {
          waiting.delete(timer);
        };
      },
    };
    const fire = async (delayMs: number) => {
      const due = () => [...waiting].find((timer) => timer.delayMs === delayMs);
      await until(() => due() !== undefined);
      const timer = due()!;
      waiting.delete(timer);
      timer.task();
    };
    let asked = 0;
    store.get = () => {
      asked++;
      return new Promise(() => undefined);
    };
    const list = open({ timers });
    for (let round = 1; round <= 2; round++) {
      await until(() => asked === round);
      await fire(5_000);
      await fire(20);
    }
    expect(list.problem).to.match(/no answer within 5000 ms/);
    store.behave();
    await list.ready();
    expect(list.state).to.equal("current");
  });

  it("ends what waits for it when it is closed, and asks no more", async () => {
    let asked = 0;
    store.get = () => {
      asked++;
      return Promise.reject(new Error("down"));
    };
    const list = open();
    const ready = rejectionOf(list.ready());
    list.close();
    expect(await ready).to.match(/was closed before it was read/);
    expect(await rejectionOf(list.ready())).to.match(/was closed before it was read/);
    await sleep(100);
    expect(asked).to.be.at.most(1);
    expect(problems()).to.deep.equal([]);
    const later = open();
    await until(() => later.problem !== undefined);
    later.close();
    const before = asked;
    await sleep(100);
    expect(asked).to.equal(before);
  });

  it("takes no answer that comes after it was closed", async () => {
    await store.set(key, '{"denied":[]}');
    const list = open();
    list.close();
    await sleep(50);
    expect(list.state).to.equal("unread");
  });
});
