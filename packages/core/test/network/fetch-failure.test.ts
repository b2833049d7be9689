import { expect } from "chai";

import { FetchFailure, printFetchError } from "../../src/network/fetch-failure.ts";

describe("printFetchError", () => {
  it("shows what a failure of the engine's own says", () => {
    expect(printFetchError(new FetchFailure("has no address"))).to.equal("has no address");
  });

  for (const [code, text] of [
    ["ECONNREFUSED", "refused the connection"],
    ["ENOTFOUND", "has no address"],
    ["HPE_INVALID_CONSTANT", "did not answer in HTTP (HPE_INVALID_CONSTANT)"],
    ["CERT_HAS_EXPIRED", "could not be asked (CERT_HAS_EXPIRED)"],
    ["constructor", "could not be asked"],
    ["E\nX", "could not be asked"],
    [`E${"A".repeat(64)}`, "could not be asked"],
    [1, "could not be asked"],
  ] as const) {
    it(`shows ${JSON.stringify(code).slice(0, 30)} as "${text}", without the error's own message`, () => {
      const error = Object.assign(new Error("http://user:secret@10.0.0.1/"), { code });
      expect(printFetchError(error)).to.equal(text);
    });
  }

  it("makes do with errors that are none", () => {
    for (const error of [undefined, null, "text", 1, {}, new Error("secret")]) {
      expect(printFetchError(error)).to.equal("could not be asked");
    }
  });
});
