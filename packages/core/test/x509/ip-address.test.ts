import { expect } from "chai";

import { printIpAddress, readIpAddress } from "../../src/x509/ip-address.ts";

describe("readIpAddress", () => {
  for (const [text, hex] of [
    ["192.0.2.1", "c0000201"],
    ["2001:db8::1", "20010db8000000000000000000000001"],
    ["::", "00".repeat(16)],
    ["1:2:3:4:5:6:7:8", "00010002000300040005000600070008"],
    ["1:2:3:4:5:6:1.2.3.4", "00010002000300040005000601020304"],
    ["::1.2.3.4", `${"00".repeat(12)}01020304`],
    ["::1234", `${"00".repeat(14)}1234`],
  ] as const) {
    it(`reads ${text}`, () => {
      expect(readIpAddress(text)?.toString("hex")).to.equal(hex);
    });
  }

  for (const text of ["", "1", "1.2.3", "01.2.3.4", "::1%lo", "[::1]", "1::2::3", "a.b.c.d"]) {
    it(`reads no address in ${JSON.stringify(text)}`, () => {
      expect(readIpAddress(text)).to.equal(undefined);
    });
  }
});

describe("printIpAddress", () => {
  for (const text of [
    "192.0.2.1",
    "0.0.0.0",
    "2001:db8::1",
    "::",
    "1:2:3:4:5:6:7:8",
    "::ffff:1.2.3.4",
  ]) {
    it(`prints ${text}, so that it can be read again`, () => {
      const octets = readIpAddress(text);
      expect(octets && printIpAddress(octets)).to.equal(text);
    });
  }

  it("prints the shortest form (RFC 5952)", () => {
    const octets = readIpAddress("2001:0DB8:0000:0000:0001:0000:0000:0001");
    expect(octets && printIpAddress(octets)).to.equal("2001:db8::1:0:0:1");
  });
});
