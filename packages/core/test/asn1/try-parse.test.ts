import { expect } from "chai";

import { DerError } from "../../src/asn1/der-error.ts";
import { tryParse } from "../../src/asn1/try-parse.ts";

describe("tryParse", () => {
  it("returns what the parser returns", () => {
    expect(tryParse(() => 7)).to.equal(7);
  });

  it("returns the parser's DerError", () => {
    const error = new DerError("bytes are left over");
    const result = tryParse(() => {
      throw error;
    });
    expect(result).to.equal(error);
  });

  it("lets every other error through: it is a bug, and no malformed input", () => {
    expect(() =>
      tryParse(() => {
        throw new RangeError("out of bounds");
      }),
    ).to.throw(RangeError, "out of bounds");
  });
});
