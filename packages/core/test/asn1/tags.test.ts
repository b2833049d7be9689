import { expect } from "chai";

import { contextConstructed, contextPrimitive, tags } from "../../src/asn1/tags.ts";

describe("identifier octets", () => {
  it("set the bits of X.690 8.1.2 for context tags", () => {
    expect(contextPrimitive(7)).to.equal(0x87);
    expect(contextConstructed(3)).to.equal(0xa3);
  });

  it("mark only SEQUENCE and SET as constructed", () => {
    const constructed = Object.entries(tags).filter(([, tag]) => (tag & 0x20) !== 0);
    expect(constructed.map(([name]) => name)).to.deep.equal(["sequence", "set"]);
  });
});
