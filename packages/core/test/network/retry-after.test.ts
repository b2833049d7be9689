import { expect } from "chai";

import { readRetryAfter } from "../../src/network/retry-after.ts";

const nowMs = Date.parse("2026-01-01T00:00:00Z");

describe("readRetryAfter", () => {
  it("reads seconds and dates", () => {
    expect(readRetryAfter("120", nowMs)).to.equal(120_000);
    expect(readRetryAfter("0", nowMs)).to.equal(0);
    expect(readRetryAfter("Thu, 01 Jan 2026 00:02:00 GMT", nowMs)).to.equal(120_000);
  });

  it("takes a date that has passed for now", () => {
    expect(readRetryAfter("Thu, 01 Jan 2025 00:00:00 GMT", nowMs)).to.equal(0);
  });

  it("never waits for more than an hour, whatever the server says", () => {
    for (const text of ["86400", "9".repeat(400), "Fri, 01 Jan 2100 00:00:00 GMT"]) {
      expect(readRetryAfter(text, nowMs)).to.equal(3_600_000);
    }
  });

  it("knows nothing when the server says nothing that it knows", () => {
    for (const text of [
      undefined,
      "",
      "-1",
      "1.5",
      "soon",
      "1e3",
      "2026-01-01",
      "Foo, 99 Bar 2026 00:00:00 GMT",
      "Thursday, 01-Jan-26 00:02:00 GMT",
    ]) {
      expect(readRetryAfter(text, nowMs)).to.equal(undefined);
    }
  });
});
