import { expect } from "chai";

import { conditionalHeaders, validatorsOf } from "../../src/network/validators.ts";

const date = "Sun, 06 Nov 1994 08:49:37 GMT";

describe("validatorsOf", () => {
  it("are what the server knows its answer by", () => {
    expect(validatorsOf({ etag: '"a"', "last-modified": date })).to.deep.equal({
      etag: '"a"',
      lastModified: date,
    });
    expect(validatorsOf({ etag: 'W/"é"' })).to.deep.equal({ etag: 'W/"é"' });
    expect(validatorsOf({})).to.deep.equal({});
  });

  it("leave out what could not be sent again, or is long", () => {
    for (const etag of ["a", '"a', '"a"b"', '"a\r\nX: y"', '"\u0100"', `"${"a".repeat(257)}"`]) {
      expect(validatorsOf({ etag })).to.deep.equal({});
    }
    expect(validatorsOf({ "last-modified": "yesterday\r\nX: y" })).to.deep.equal({});
  });
});

describe("conditionalHeaders", () => {
  it("send the validators along", () => {
    expect(conditionalHeaders({ etag: '"a"', lastModified: date })).to.deep.equal({
      "if-none-match": '"a"',
      "if-modified-since": date,
    });
    expect(conditionalHeaders({})).to.deep.equal({});
  });
});
