import { expect } from "chai";

import { defaultStatuses, readStatuses, statusOf } from "../../src/decision/statuses.ts";
import { reason } from "../../src/reasons/reason.ts";
import { configErrorOf } from "../config-error-of.ts";

const challenge = 'Mutual realm="orders"';

describe("readStatuses", () => {
  it("answers 403 by default, and without a challenge", () => {
    expect(readStatuses(undefined)).to.equal(defaultStatuses);
    expect(readStatuses({})).to.equal(defaultStatuses);
    expect(readStatuses({ authentication: 403 })).to.equal(defaultStatuses);
    expect(defaultStatuses).to.deep.equal({ authentication: 403, challenge: undefined });
  });

  it("answers 401 with a challenge", () => {
    const statuses = readStatuses({ authentication: 401, challenge });
    expect(statuses).to.deep.equal({ authentication: 401, challenge });
    expect(Object.isFrozen(statuses)).to.equal(true);
  });

  for (const [what, input, option] of [
    ["null", null, "statuses"],
    ["a number", 401, "statuses"],
    ["another key", { authorization: 403 }, "statuses.authorization"],
    ["another status", { authentication: 200 }, "statuses.authentication"],
    ["a status as text", { authentication: "401", challenge }, "statuses.authentication"],
    ["401 without a challenge (RFC 9110 15.5.2)", { authentication: 401 }, "statuses.challenge"],
    ["a challenge without 401", { challenge }, "statuses.challenge"],
    ["an empty challenge", { authentication: 401, challenge: "" }, "statuses.challenge"],
    ["a challenge that is no text", { authentication: 401, challenge: 1 }, "statuses.challenge"],
    [
      "a challenge that would split the header",
      { authentication: 401, challenge: "Mutual\r\nSet-Cookie: a=b" },
      "statuses.challenge",
    ],
    [
      "a challenge with a line break at its end",
      { authentication: 401, challenge: "Mutual\n" },
      "statuses.challenge",
    ],
    ["a challenge outside ASCII", { authentication: 401, challenge: "Ä" }, "statuses.challenge"],
    ["a challenge that is a space", { authentication: 401, challenge: " " }, "statuses.challenge"],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(configErrorOf(() => readStatuses(input)).option).to.equal(option);
    });
  }
});

describe("statusOf", () => {
  const split = readStatuses({ authentication: 401, challenge });

  for (const [code, byDefault, whenSplit] of [
    ["certificate-missing", 403, 401],
    ["certificate-expired", 403, 401],
    ["client-not-allowed", 403, 403],
    ["no-rule-matches", 403, 403],
    ["trust-set-mismatch", 403, 403],
    ["target-ambiguous", 400, 400],
    ["host-ambiguous", 400, 400],
    ["request-misdirected", 421, 421],
    ["trust-missing", 503, 503],
    ["engine-failed", 503, 503],
    ["certificate-is-ca", 403, 401],
    ["web-pki-root", 403, 401],
  ] as const) {
    it(`is ${byDefault} for ${code}, and ${whenSplit} where 401 was asked for`, () => {
      expect(statusOf(reason(code), defaultStatuses)).to.equal(byDefault);
      expect(statusOf(reason(code), split)).to.equal(whenSplit);
    });
  }
});
