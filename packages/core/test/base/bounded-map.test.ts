import { expect } from "chai";

import { BoundedMap } from "../../src/base/bounded-map.ts";

describe("BoundedMap", () => {
  it("keeps what fits", () => {
    const map = new BoundedMap<string, number>(2);
    map.set("a", 1);
    map.set("b", 2);
    expect([map.get("a"), map.get("b"), map.size]).to.deep.equal([1, 2, 2]);
  });

  it("forgets the oldest entry when one more comes", () => {
    const map = new BoundedMap<string, number>(2);
    for (const [value, key] of ["a", "b", "c"].entries()) map.set(key, value);
    expect([map.get("a"), map.get("b"), map.get("c")]).to.deep.equal([undefined, 1, 2]);
  });

  it("counts reading as use: the entry that was read stays", () => {
    const map = new BoundedMap<string, number>(2);
    map.set("a", 1);
    map.set("b", 2);
    map.get("a");
    map.set("c", 3);
    expect([map.get("a"), map.get("b")]).to.deep.equal([1, undefined]);
  });

  it("counts writing as use, and replaces without growing", () => {
    const map = new BoundedMap<string, number>(2);
    map.set("a", 1);
    map.set("b", 2);
    map.set("a", 10);
    expect(map.size).to.equal(2);
    map.set("c", 3);
    expect([map.get("a"), map.get("b")]).to.deep.equal([10, undefined]);
  });

  it("never holds more than its capacity, however many entries come", () => {
    const map = new BoundedMap<number, number>(3);
    for (let key = 0; key < 1_000; key++) {
      map.set(key, key);
      expect(map.size).to.be.at.most(3);
    }
    expect([map.get(996), map.get(997), map.get(999)]).to.deep.equal([undefined, 997, 999]);
  });

  it("returns what it forgets for a new entry, and shows what it holds", () => {
    const map = new BoundedMap<string, number>(2);
    expect([map.set("a", 1), map.set("b", 2), map.set("b", 3), map.set("c", 4)]).to.deep.equal([
      undefined,
      undefined,
      undefined,
      1,
    ]);
    expect([...map.values()]).to.deep.equal([3, 4]);
  });

  it("forgets what is deleted", () => {
    const map = new BoundedMap<string, number>(2);
    map.set("a", 1);
    map.delete("a");
    expect([map.get("a"), map.size]).to.deep.equal([undefined, 0]);
  });
});
