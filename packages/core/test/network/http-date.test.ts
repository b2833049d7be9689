import { expect } from "chai";

import { isHttpDate, readHttpDate } from "../../src/network/http-date.ts";

describe("readHttpDate", () => {
  it("reads a date as servers write it", () => {
    expect(readHttpDate("Sun, 06 Nov 1994 08:49:37 GMT")).to.equal(
      Date.UTC(1994, 10, 6, 8, 49, 37),
    );
  });

  it("reads nothing else", () => {
    for (const text of ["", "1994", "Sun, 06 Nov 1994 08:49:37", "Sun Nov  6 08:49:37 1994"]) {
      expect(isHttpDate(text)).to.equal(false);
      expect(readHttpDate(text)).to.be.NaN;
    }
  });
});
