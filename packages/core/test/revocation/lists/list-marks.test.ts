import { authority, certificateList, fakeTimers, type CrlChanges } from "@mtls-shield/testkit";
import { expect } from "chai";

import { isBehind, ListMarks, markOf, scopeOf } from "../../../src/revocation/lists/list-marks.ts";
import { MemoryStore } from "../../../src/store/memory-store.ts";
import { parsed } from "../../certificates.ts";
import { parsedList } from "../parsed-list.ts";

const ca = authority({ commonName: "Lists Root" });
const namesake = authority({ commonName: "Lists Root" });

function scope(changes: CrlChanges = {}, signer = ca): string {
  return scopeOf(
    parsedList(certificateList(signer.certificate, changes)),
    parsed(signer.certificate).publicKey,
  );
}

describe("scopeOf", () => {
  it("is the same for the lists that succeed one another", () => {
    expect(scope({ crlNumber: 2 })).to.equal(scope({ crlNumber: 1 }));
  });

  it("differs for deltas, for parts, and for an authority of the same name with another key", () => {
    const scopes = [
      scope(),
      scope({ baseCrlNumber: 1, crlNumber: 2 }),
      scope({ scope: { onlyUsers: true } }),
      scope({}, namesake),
    ];
    expect(new Set(scopes).size).to.equal(4);
  });
});

describe("isBehind", () => {
  const mark = { number: 5n, thisUpdate: 1_000 };

  it("refuses a smaller number, an earlier date, and no number where there was one", () => {
    expect(isBehind({ number: 4n, thisUpdate: 2_000 }, mark)).to.equal(true);
    expect(isBehind({ number: 6n, thisUpdate: 999 }, mark)).to.equal(true);
    expect(isBehind({ number: undefined, thisUpdate: 2_000 }, mark)).to.equal(true);
  });

  it("accepts what is as new, or newer", () => {
    expect(isBehind({ number: 5n, thisUpdate: 1_000 }, mark)).to.equal(false);
    expect(isBehind({ number: 6n, thisUpdate: 1_000 }, mark)).to.equal(false);
    expect(
      isBehind({ number: 1n, thisUpdate: 1_000 }, { number: undefined, thisUpdate: 1_000 }),
    ).to.equal(false);
  });
});

describe("ListMarks", () => {
  const mark = (number: bigint | undefined, thisUpdate = 1_000) => ({ number, thisUpdate });

  it("moves on, and never back", async () => {
    const marks = new ListMarks(new MemoryStore());
    expect(await marks.advance("a", mark(5n))).to.equal(true);
    expect(await marks.advance("a", mark(5n))).to.equal(true);
    expect(await marks.advance("a", mark(7n))).to.equal(true);
    expect(await marks.advance("a", mark(6n))).to.equal(false);
    expect(await marks.advance("b", mark(1n))).to.equal(true);
  });

  it("knows lists without a number by their date", async () => {
    const marks = new ListMarks(new MemoryStore());
    expect(await marks.advance("a", mark(undefined, 2_000))).to.equal(true);
    expect(await marks.advance("a", mark(undefined, 1_999))).to.equal(false);
  });

  it("holds for another process with the same store, and after a restart", async () => {
    const store = new MemoryStore();
    await new ListMarks(store).advance("a", mark(2n ** 150n));
    expect(await new ListMarks(store).advance("a", mark(2n ** 150n - 1n))).to.equal(false);
    expect(await new ListMarks(store).advance("a", mark(2n ** 150n))).to.equal(true);
  });

  it("starts over after a reset", async () => {
    const marks = new ListMarks(new MemoryStore());
    await marks.advance("a", mark(5n));
    await marks.reset("a");
    expect(await marks.advance("a", mark(1n))).to.equal(true);
  });

  it("yields to a process that wrote a higher mark in between", async () => {
    const store = new MemoryStore();
    const marks = new ListMarks(store);
    const compareAndSet = store.compareAndSet.bind(store);
    store.compareAndSet = async (key, ...rest) => {
      store.compareAndSet = compareAndSet;
      await store.set(key, "9 1000");
      return compareAndSet(key, ...rest);
    };
    expect(await marks.advance("a", mark(5n))).to.equal(false);
  });

  it("throws where the store holds something else, and where it never gets its turn", async () => {
    const store = new MemoryStore();
    const marks = new ListMarks(store);
    await store.set("mtls-shield/crl/a", "five");
    expect(await thrownBy(marks.advance("a", mark(5n)))).to.match(/cannot be read/);
    store.compareAndSet = () => Promise.resolve(false);
    expect(await thrownBy(marks.advance("b", mark(5n)))).to.match(/keep writing/);
  });

  it("waits for ever for no store, and takes whatever one throws for a failure", async () => {
    const store = new MemoryStore();
    const timers = fakeTimers(0);
    const marks = new ListMarks(store, timers);
    store.get = () => new Promise(() => undefined);
    const failure = thrownBy(marks.advance("a", mark(5n)));
    await timers.advance(5_000);
    expect(await failure).to.match(/the store of list marks failed: .*no answer within 5000 ms/);
    store.get = () => {
      throw null;
    };
    expect(await thrownBy(marks.advance("a", mark(5n)))).to.match(/list marks failed: null/);
    expect(timers.pauses).to.deep.equal([]);
  });

  it("takes number and date of a list", () => {
    const list = parsedList(certificateList(ca.certificate, { crlNumber: 12 }));
    expect(markOf(list)).to.deep.equal({ number: 12n, thisUpdate: list.thisUpdate });
  });
});

async function thrownBy(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "nothing",
    (error: unknown) => (error as Error).message,
  );
}
