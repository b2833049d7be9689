import { AsnConvert } from "@peculiar/asn1-schema";
import { Time } from "@peculiar/asn1-x509";
import { expect } from "chai";

import { der } from "@mtls-shield/testkit";

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

describe("the DER writer", () => {
  it("writes lengths in the shortest form", () => {
    expect(hexOf(der.length(0x7f))).to.equal("7f");
    expect(hexOf(der.length(0x80))).to.equal("8180");
    expect(hexOf(der.length(0x1234))).to.equal("821234");
  });

  it("writes integers as the shortest two's complement", () => {
    const encoded = [0, 127, 128, -1, -128, -129, 1n << 64n].map((n) => hexOf(der.integer(n)));
    expect(encoded).to.deep.equal([
      "020100",
      "02017f",
      "02020080",
      "0201ff",
      "020180",
      "0202ff7f",
      "0209010000000000000000",
    ]);
  });

  it("writes object identifiers in base 128", () => {
    expect(hexOf(der.oid("1.2.840.113549.1.1.11"))).to.equal("06092a864886f70d01010b");
    expect(hexOf(der.oid("2.999.3"))).to.equal("0603883703");
  });

  it("leaves trailing zero bits off named bits", () => {
    expect(hexOf(der.namedBits(0))).to.equal("03020780");
    expect(hexOf(der.namedBits(5, 6))).to.equal("03020106");
    expect(hexOf(der.namedBits(8))).to.equal("0303070080");
    expect(hexOf(der.namedBits())).to.equal("030100");
  });

  it("writes strings, booleans and null", () => {
    expect(hexOf(der.utf8String("ü"))).to.equal("0c02c3bc");
    expect(hexOf(der.printableString("A"))).to.equal("130141");
    expect(hexOf(der.ia5String("a"))).to.equal("160161");
    expect(hexOf(der.boolean(true))).to.equal("0101ff");
    expect(hexOf(der.boolean(false))).to.equal("010100");
    expect(hexOf(der.nullValue())).to.equal("0500");
  });

  it("changes from UTCTime to GeneralizedTime in 2050", () => {
    const last = Date.UTC(2049, 11, 31, 23, 59, 59);
    expect(Buffer.from(der.time(last)).toString("latin1", 2)).to.equal("491231235959Z");
    expect(der.time(last)[0]).to.equal(0x17);
    expect(Buffer.from(der.time(last + 1_000)).toString("latin1", 2)).to.equal("20500101000000Z");
    expect(der.time(last + 1_000)[0]).to.equal(0x18);
    expect(der.time(Date.UTC(1949, 0, 1))[0]).to.equal(0x18);
  });

  it("writes times that another ASN.1 library reads", () => {
    const moment = Date.UTC(2031, 1, 3, 4, 5, 6);
    expect(AsnConvert.parse(der.time(moment), Time).getTime().getTime()).to.equal(moment);
  });

  it("splits an element into what it holds", () => {
    const parts = [der.integer(1), der.octetString(new Uint8Array(300)), der.nullValue()];
    expect(der.split(der.sequence(...parts)).map(hexOf)).to.deep.equal(parts.map(hexOf));
    expect(() => der.split(der.sequence(der.bytes(2)))).to.throw(RangeError);
  });

  it("writes lengths as DER forbids them, on request", () => {
    expect(hexOf(der.withNonMinimalLength(der.integer(5)))).to.equal("0282000105");
    expect(
      hexOf(der.withNonMinimalLength(der.octetString(new Uint8Array(200)))).slice(0, 8),
    ).to.equal("048200c8");
    expect(hexOf(der.withIndefiniteLength(der.sequence(der.nullValue())))).to.equal("308005000000");
  });
});
