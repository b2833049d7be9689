import { expect } from "chai";

import type { ValidityOptions } from "@mtls-shield/pki";

import { decideValidity } from "../src/validity.ts";
import { thrownBy } from "./thrown-by.ts";

const nowMs = Date.UTC(2030, 0, 1);
const hourMs = 3_600_000;
const limits = { nowMs, lifetimeMs: 10 * hourMs, issuerNotAfter: nowMs + 20 * hourMs };

describe("the validity of a certificate", () => {
  it("begins a minute ago and lasts as long as is usual", () => {
    expect(decideValidity({}, limits)).to.deep.equal({
      notBefore: nowMs - 60_000,
      notAfter: nowMs + 10 * hourMs,
    });
  });

  it("keeps given times to the second", () => {
    const options = { notBefore: nowMs + 1_999, notAfter: new Date(nowMs + 5_500) };
    expect(decideValidity(options, limits)).to.deep.equal({
      notBefore: nowMs + 1_000,
      notAfter: nowMs + 5_000,
    });
  });

  it("may be a single second", () => {
    const validity = decideValidity({ notBefore: nowMs, notAfter: nowMs }, limits);
    expect(validity).to.deep.equal({ notBefore: nowMs, notAfter: nowMs });
  });

  it("counts a length from now, or from a given begin", () => {
    expect(decideValidity({ validityMs: hourMs }, limits).notAfter).to.equal(nowMs + hourMs);
    const later = { notBefore: nowMs + hourMs, validityMs: hourMs };
    expect(decideValidity(later, limits).notAfter).to.equal(nowMs + 2 * hourMs);
    expect(decideValidity({ notBefore: nowMs + hourMs }, limits).notAfter).to.equal(
      nowMs + 11 * hourMs,
    );
  });

  it("ends with the issuer's when its end is left open", () => {
    const short = { ...limits, issuerNotAfter: nowMs + hourMs };
    expect(decideValidity({}, short).notAfter).to.equal(nowMs + hourMs);
  });

  it("never ends after the year 9999", () => {
    const endless = { nowMs, lifetimeMs: 1e15, issuerNotAfter: Number.POSITIVE_INFINITY };
    expect(decideValidity({}, endless).notAfter).to.equal(Date.UTC(9999, 11, 31, 23, 59, 59));
  });

  const wrong: readonly (readonly [string, ValidityOptions, string, string])[] = [
    [
      "an end before the begin",
      { notBefore: nowMs, notAfter: nowMs - 1_000 },
      "notAfter",
      "Give a later end",
    ],
    ["an end beyond the issuer's", { notAfter: nowMs + 21 * hourMs }, "notAfter", "earlier end"],
    ["a length beyond the issuer's end", { validityMs: 21 * hourMs }, "validityMs", "earlier end"],
    ["a begin after the issuer's end", { notBefore: nowMs + 21 * hourMs }, "notBefore", "newer"],
    [
      "both an end and a length",
      { notAfter: nowMs, validityMs: 1 },
      "validityMs",
      "one of the two",
    ],
    ["a length of zero", { validityMs: 0 }, "validityMs", "milliseconds"],
    ["a length that is no number", { validityMs: Number.NaN }, "validityMs", "milliseconds"],
    ["an invalid Date", { notBefore: new Date("never") }, "notBefore", "1950 and 9999"],
    ["a year before 1950", { notBefore: Date.UTC(1949, 0, 1) }, "notBefore", "1950 and 9999"],
    ["a year after 9999", { notAfter: Date.UTC(10_000, 0, 1) }, "notAfter", "1950 and 9999"],
  ];
  for (const [what, options, option, cure] of wrong) {
    it(`is refused with ${what}`, async () => {
      const error = await thrownBy(() => decideValidity(options, limits));
      expect(error.option).to.equal(option);
      expect(error.message).to.contain(`"${option}"`).and.to.contain(cure);
    });
  }
});
