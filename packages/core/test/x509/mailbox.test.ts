import { expect } from "chai";

import { readMailbox } from "../../src/x509/mailbox.ts";

describe("readMailbox", () => {
  it("keeps the local part as it is written, and folds the host", () => {
    expect(readMailbox("A.b+*@Example.COM")).to.deep.equal({ local: "A.b+*", host: "example.com" });
  });

  for (const text of [
    "",
    "@",
    "a",
    "a@",
    "@b",
    "a@b@c",
    "a b@c",
    '"a"@b',
    "a\\b@c",
    "(a)b@c",
    "<a@b>",
    "a,b@c",
    "a:b@c",
    "ä@b",
    "a@*",
    "a@b.",
    "a@[127.0.0.1]",
    "a\n@b",
    "a@b\n",
  ]) {
    it(`reads no mailbox in ${JSON.stringify(text)}`, () => {
      expect(readMailbox(text)).to.equal(undefined);
    });
  }
});
