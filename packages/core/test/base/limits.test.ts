import { expect } from "chai";

import {
  defaultLimits,
  mostCertificates,
  readClientLimits,
  type Limits,
} from "../../src/base/limits.ts";
import { configErrorOf } from "../config-error-of.ts";

const names = Object.keys(defaultLimits) as (keyof Limits)[];

describe("readClientLimits", () => {
  it("keeps every limit that is not named", () => {
    expect(readClientLimits(undefined)).to.equal(defaultLimits);
    expect(readClientLimits({})).to.deep.equal(defaultLimits);
    for (const name of names) {
      expect(readClientLimits({ [name]: 7 })).to.deep.equal({ ...defaultLimits, [name]: 7 });
    }
  });

  it("returns what it read frozen, whatever becomes of the input", () => {
    const input = { paths: 3 };
    const limits = readClientLimits(input);
    input.paths = 9;
    expect(limits.paths).to.equal(3);
    expect(Object.isFrozen(limits)).to.equal(true);
  });

  for (const name of names) {
    it(`knows no number that means unlimited: ${name}`, () => {
      for (const value of [0, -1, 0.5, NaN, Infinity, 2 ** 53, "9", null, 9n]) {
        expect(configErrorOf(() => readClientLimits({ [name]: value })).message).to.equal(
          `limits.${name}: is not a positive whole number. Write a number, or leave it out.`,
        );
      }
    });
  }

  it("reads no more certificates than TLS brings along", () => {
    expect(readClientLimits({ certificates: mostCertificates }).certificates).to.equal(
      mostCertificates,
    );
    expect(
      configErrorOf(() => readClientLimits({ certificates: mostCertificates + 1 })).message,
    ).to.equal(
      `limits.certificates: is more than ${mostCertificates}. ` +
        "No hierarchy needs that many; list intermediates in `trust` instead.",
    );
  });

  it("refuses what is no object, and limits that there are not", () => {
    expect(configErrorOf(() => readClientLimits(5)).message).to.equal(
      "limits: is not an object. Write { paths: 64 }.",
    );
    expect(configErrorOf(() => readClientLimits({ path: 5 })).message).to.equal(
      'limits.path: is not an option. Did you mean "paths"?',
    );
  });
});
