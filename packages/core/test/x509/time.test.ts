import { expect } from "chai";
import fc from "fast-check";

import { der } from "@mtls-shield/testkit";

import { DerError } from "../../src/asn1/der-error.ts";
import { DerReader } from "../../src/asn1/der-reader.ts";
import { readTime, type Time } from "../../src/x509/time.ts";

const utcTime = 0x17;
const generalizedTime = 0x18;

function read(tag: number, text: string): Time {
  return readTime(DerReader.of(der.tlv(tag, Buffer.from(text, "latin1"))));
}

describe("readTime", () => {
  for (const [tag, text, expected] of [
    [utcTime, "300102030405Z", "2030-01-02T03:04:05.000Z"],
    [utcTime, "500101000000Z", "1950-01-01T00:00:00.000Z"],
    [utcTime, "491231235959Z", "2049-12-31T23:59:59.000Z"],
    [utcTime, "991231235959Z", "1999-12-31T23:59:59.000Z"],
    [utcTime, "000229000000Z", "2000-02-29T00:00:00.000Z"],
    [generalizedTime, "20500101000000Z", "2050-01-01T00:00:00.000Z"],
    [generalizedTime, "99991231235959Z", "9999-12-31T23:59:59.000Z"],
    [generalizedTime, "00000101000000Z", "0000-01-01T00:00:00.000Z"],
    [generalizedTime, "00990101000000Z", "0099-01-01T00:00:00.000Z"],
    [generalizedTime, "20240229000000Z", "2024-02-29T00:00:00.000Z"],
    [generalizedTime, "20000229000000Z", "2000-02-29T00:00:00.000Z"],
  ] as const) {
    it(`reads ${text} as ${expected}`, () => {
      expect(new Date(read(tag, text).milliseconds).toISOString()).to.equal(expected);
    });
  }

  for (const [tag, text, isCanonical] of [
    [utcTime, "500101000000Z", true],
    [utcTime, "491231235959Z", true],
    [generalizedTime, "00000101000000Z", true],
    [generalizedTime, "19491231235959Z", true],
    [generalizedTime, "19500101000000Z", false],
    [generalizedTime, "20491231235959Z", false],
    [generalizedTime, "20500101000000Z", true],
    [generalizedTime, "99991231235959Z", true],
  ] as const) {
    const form = tag === utcTime ? "UTCTime" : "GeneralizedTime";
    it(`takes the ${form} ${text} for the form of its year: ${isCanonical}`, () => {
      expect(read(tag, text).isCanonical).to.equal(isCanonical);
    });
  }

  for (const [defect, tag, text] of [
    ["no seconds", utcTime, "3001020304Z"],
    ["no Z", utcTime, "300102030405"],
    ["an offset", utcTime, "300102030405+0000"],
    ["an offset of the length that a Z has", utcTime, "3001020304+00"],
    ["a four-digit year in a UTCTime", utcTime, "20300102030405Z"],
    ["a two-digit year in a GeneralizedTime", generalizedTime, "300102030405Z"],
    ["a fraction", generalizedTime, "20500101000000.0Z"],
    ["a lower-case z", utcTime, "300102030405z"],
    ["nothing", utcTime, ""],
    ["one digit", utcTime, "3"],
    ["a Z alone", generalizedTime, "Z"],
    ["a letter", utcTime, "30010203040xZ"],
    ["a letter in the year", utcTime, "3x0102030405Z"],
    ["a sign", utcTime, "30-102030405Z"],
    ["a space", generalizedTime, "2050 101000000Z"],
    ["a character just below the digits", utcTime, "30010203040/Z"],
    ["a character just above the digits", utcTime, "30010203040:Z"],
    ["month 0", utcTime, "300001000000Z"],
    ["month 13", utcTime, "301301000000Z"],
    ["day 0", utcTime, "300100000000Z"],
    ["the 32nd of January", utcTime, "300132000000Z"],
    ["the 31st of April", utcTime, "300431000000Z"],
    ["the 31st of June", utcTime, "300631000000Z"],
    ["the 31st of September", utcTime, "300931000000Z"],
    ["the 31st of November", utcTime, "301131000000Z"],
    ["the 30th of February", generalizedTime, "20240230000000Z"],
    ["the 29th of February in 2023", generalizedTime, "20230229000000Z"],
    ["the 29th of February in 2100", generalizedTime, "21000229000000Z"],
    ["hour 24", utcTime, "300101240000Z"],
    ["minute 60", utcTime, "300101006000Z"],
    ["second 60", utcTime, "300101000060Z"],
    ["another type", 0x13, "300102030405Z"],
  ] as const) {
    it(`refuses ${defect}: ${JSON.stringify(text)}`, () => {
      expect(() => read(tag, text)).to.throw(DerError);
    });
  }

  it("reads back every second that a DER writer wrote", () => {
    const range = { min: Date.UTC(1950, 0, 1) / 1000, max: Date.UTC(9999, 11, 31) / 1000 };
    fc.assert(
      fc.property(fc.integer(range), (seconds) => {
        expect(readTime(DerReader.of(der.time(seconds * 1000)))).to.deep.equal({
          milliseconds: seconds * 1000,
          isCanonical: true,
        });
      }),
      { seed: 4125, numRuns: 1_000 },
    );
  });
});
