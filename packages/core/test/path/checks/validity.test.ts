import { inspect } from "node:util";

import { expect } from "chai";

import { authority } from "@mtls-shield/testkit";

import { checkValidity, endOfValidity } from "../../../src/path/checks/validity.ts";
import { parsed } from "../../certificates.ts";

const notBefore = Date.UTC(2030, 0, 1);
const notAfter = Date.UTC(2030, 0, 2);
const certificate = parsed(authority().client({ notBefore, notAfter }).leaf);

describe("checkValidity", () => {
  for (const [moment, now, client, issuer] of [
    [
      "a millisecond before notBefore",
      notBefore - 1,
      "certificate-not-yet-valid",
      "issuer-certificate-not-yet-valid",
    ],
    ["at notBefore", notBefore, undefined, undefined],
    ["at notAfter", notAfter, undefined, undefined],
    ["in the last millisecond of notAfter's second", notAfter + 999, undefined, undefined],
    [
      "in the second after notAfter",
      notAfter + 1_000,
      "certificate-expired",
      "issuer-certificate-expired",
    ],
    ["in a far future", Number.MAX_VALUE, "certificate-expired", "issuer-certificate-expired"],
  ] as const) {
    it(`says ${String(client)} ${moment}`, () => {
      expect(checkValidity(certificate, "leaf", now)).to.equal(client);
      expect(checkValidity(certificate, "issuer", now)).to.equal(issuer);
    });
  }

  for (const now of [Number.NaN, undefined, "soon", {}]) {
    it(`finds nothing valid at a moment that is no number: ${inspect(now)}`, () => {
      expect(checkValidity(certificate, "leaf", now as number)).to.not.equal(undefined);
    });
  }

  it("ends where the next second begins", () => {
    expect(endOfValidity(certificate)).to.equal(notAfter + 1_000);
  });
});
