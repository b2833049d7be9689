import { expect } from "chai";

import { isSameList } from "../../src/base/is-same-list.ts";

describe("isSameList", () => {
  const entry = {};

  it("compares entries by identity, in their order", () => {
    expect(isSameList([entry, 1], [entry, 1])).to.equal(true);
    expect(isSameList([entry], [{}])).to.equal(false);
    expect(isSameList([1, 2], [2, 1])).to.equal(false);
  });

  it("takes no list for a longer one that begins like it", () => {
    expect(isSameList([1], [1, undefined])).to.equal(false);
    expect(isSameList([1, undefined], [1])).to.equal(false);
  });
});
