import { expect } from "chai";

import { isNumericHost, readHostName } from "../../src/x509/host-name.ts";

const longest = `${"a".repeat(63)}.`.repeat(3) + "a".repeat(61);

describe("readHostName", () => {
  for (const host of ["a", "a.b", "a-b.c", "_a._tcp.b", "1.2", "xn--a", "a--b", longest]) {
    it(`reads ${host}`, () => {
      expect(readHostName(host)).to.equal(host);
    });
  }

  it("folds the case of ASCII", () => {
    expect(readHostName("Example.COM")).to.equal("example.com");
  });

  for (const text of [
    "",
    ".",
    ".a",
    "a.",
    "a..b",
    "*",
    "*.a",
    "-a",
    "a-",
    "a.-b",
    "a-.b",
    "a b",
    "a\n",
    "a:1",
    "a/b",
    "a@b",
    "a%b",
    "[::1]",
    "ü",
    "\u212a",
    "\u0130",
    "a\u3002b",
    "a".repeat(64),
    `${longest}a`,
  ]) {
    it(`reads no host in ${JSON.stringify(text)}`, () => {
      expect(readHostName(text)).to.equal(undefined);
    });
  }
});

describe("isNumericHost", () => {
  it("knows what is taken for an IP address", () => {
    for (const host of ["192.0.2.1", "1", "0x7f", "0x", "a.1", "a.0xAB", "0177.1"]) {
      expect(isNumericHost(host), host).to.equal(true);
    }
  });

  it("leaves other hosts alone", () => {
    for (const host of ["a", "1.a", "1a", "a1", "a-1", "0xg", "a0x1", "192.0.2.1.test"]) {
      expect(isNumericHost(host), host).to.equal(false);
    }
  });
});
