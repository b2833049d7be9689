import { expect } from "chai";
import fc from "fast-check";

import { der } from "@mtls-shield/testkit";

import { dottedOid, isDottedOid, oid, oids } from "../../src/asn1/oids.ts";

describe("object identifier keys", () => {
  it("are the content octets that DER writes", () => {
    for (const dotted of ["2.5.4.3", "1.2.840.113549.1.1.11", "0.9.2342.19200300.100.1.25"]) {
      expect(Buffer.from(oid(dotted), "latin1")).to.deep.equal(Buffer.from(der.oidContent(dotted)));
    }
  });

  it("print as the dotted form that they came from", () => {
    const arc = fc.nat({ max: 2 ** 31 - 1 });
    const dotted = fc
      .tuple(fc.constantFrom("0.0", "0.39", "1.0", "1.39", "2.0", "2.40", "2.999"), fc.array(arc))
      .map(([start, arcs]) => [start, ...arcs].join("."));
    fc.assert(
      fc.property(dotted, (text) => {
        expect(dottedOid(oid(text))).to.equal(text);
      }),
      { seed: 660, numRuns: 500 },
    );
  });

  it("print arcs that no double can hold, as certificates may carry them", () => {
    const dotted = "2.25.329800735698586629295641978511506172918";
    expect(dottedOid(Buffer.from(der.oidContent(dotted)).toString("latin1"))).to.equal(dotted);
  });

  it("are made of arcs that no double can hold, too", () => {
    for (const dotted of [
      "2.25.329800735698586629295641978511506172918",
      `1.2.${2n ** 53n + 1n}`,
      `2.${2n ** 64n}`,
    ]) {
      expect(Buffer.from(oid(dotted), "latin1")).to.deep.equal(Buffer.from(der.oidContent(dotted)));
      expect(dottedOid(oid(dotted))).to.equal(dotted);
    }
  });

  it("are all different", () => {
    const keys = Object.values(oids);
    expect(new Set(keys).size).to.equal(keys.length);
  });
});

describe("isDottedOid", () => {
  for (const text of [
    ...["0.0", "0.39", "1.0", "1.39", "2.0", "2.40", "2.999.1", "1.2.840.113549", "2.5.29.32.0"],
    "2.25.329800735698586629295641978511506172918",
  ]) {
    it(`knows ${text} for one`, () => {
      expect(isDottedOid(text)).to.equal(true);
      expect(dottedOid(oid(text))).to.equal(text);
    });
  }

  for (const text of [
    ...["", "1", "2", "3.1", "0.40", "1.40", "1.100", "1.2.", ".1.2", "1..2", "1.2.03", "1.02"],
    ...[
      "2.01",
      "01.2",
      "1.2.-3",
      "1.2.3 ",
      " 1.2.3",
      "1.2.3\n",
      "1.2.0x1",
      "1.2.1e3",
      "1,2",
      "a.b",
    ],
    ...["\u0661.2", "1.2.\u0663"],
  ]) {
    it(`knows ${JSON.stringify(text)} for none`, () => {
      expect(isDottedOid(text)).to.equal(false);
    });
  }
});
