import { expect } from "chai";

import type { ClientMatcher } from "../../src/policy/client-matcher.ts";
import { judgeClient } from "../../src/policy/judge-client.ts";
import { allOf, anyOf, not } from "../../src/policy/matchers.ts";
import { fakeClient } from "../../src/testing.ts";

const client = fakeClient();

/** What a function may return that was not written in TypeScript, or not with care. */
const unclear: Readonly<Record<string, () => unknown>> = {
  "a promise of true": () => Promise.resolve(true),
  "a promise of false": () => Promise.resolve(false),
  "a thenable": () => ({
    then: (resolve: (value: boolean) => void) => {
      resolve(true);
    },
  }),
  "the string true": () => "true",
  "the number 1": () => 1,
  "the number 0": () => 0,
  "a Boolean object": () => new Boolean(true),
  "the result of String.match": () => "admin".match(/admin/),
  "an empty string": () => "",
  null: () => null,
  nothing: () => undefined,
  NaN: () => Number.NaN,
};

const throwing: Readonly<Record<string, () => never>> = {
  "an error": () => {
    throw new Error("broken");
  },
  null: () => {
    throw null;
  },
  undefined: () => {
    throw undefined;
  },
};

function matcher(answer: () => unknown): ClientMatcher {
  return answer as ClientMatcher;
}

function codeFor(allow: readonly ClientMatcher[], deny: readonly ClientMatcher[] = []): string {
  return judgeClient({ allow, deny }, client)?.code ?? "admitted";
}

function codeForDenied(...deny: readonly ClientMatcher[]): string {
  return judgeClient({ allow: "anyone", deny }, client)?.code ?? "admitted";
}

const yes: ClientMatcher = () => true;
const no: ClientMatcher = () => false;

describe("a client before a rule", () => {
  it("is admitted by a rule for anyone, and by one for any client", () => {
    expect(judgeClient({ allow: "anyone", deny: [] }, client)).to.equal(undefined);
    expect(judgeClient({ allow: "any-client", deny: [] }, client)).to.equal(undefined);
  });

  it("is admitted by one of several matchers, and refused by none", () => {
    expect(codeFor([no, yes])).to.equal("admitted");
    expect(codeFor([no, no])).to.equal("client-not-allowed");
    expect(codeFor([])).to.equal("client-not-allowed");
  });

  it("is refused by a deny list, whoever is allowed", () => {
    expect(codeFor([yes], [no, yes])).to.equal("client-denied");
    expect(codeFor([yes], [no, no])).to.equal("admitted");
    expect(codeForDenied(yes)).to.equal("client-denied");
    expect(judgeClient({ allow: "any-client", deny: [yes] }, client)?.code).to.equal(
      "client-denied",
    );
  });

  it("is known to matchers as it is", () => {
    const seen: unknown[] = [];
    judgeClient({ allow: [(given) => seen.push(given) > 0], deny: [] }, client);
    expect(seen).to.deep.equal([client]);
  });
});

describe("a matcher that returns something else than true or false", () => {
  for (const [what, answer] of Object.entries(unclear)) {
    const unsure = matcher(answer);

    it(`does not admit with ${what}`, () => {
      expect(codeFor([unsure])).to.equal("client-not-allowed");
      expect(codeFor([anyOf(unsure)])).to.equal("client-not-allowed");
      expect(codeFor([allOf(unsure)])).to.equal("client-not-allowed");
      expect(codeFor([allOf(yes, unsure)])).to.equal("client-not-allowed");
      expect(codeFor([not(unsure)])).to.equal("client-not-allowed");
      expect(codeFor([not(not(unsure))])).to.equal("client-not-allowed");
    });

    it(`denies with ${what}, also from within a combination`, () => {
      expect(codeForDenied(unsure)).to.equal("client-denied");
      expect(codeForDenied(no, unsure)).to.equal("client-denied");
      expect(codeForDenied(anyOf(unsure))).to.equal("client-denied");
      expect(codeForDenied(anyOf(no, unsure))).to.equal("client-denied");
      expect(codeForDenied(allOf(unsure, yes))).to.equal("client-denied");
      expect(codeForDenied(not(unsure))).to.equal("client-denied");
      expect(codeForDenied(not(anyOf(no, allOf(yes, unsure))))).to.equal("client-denied");
    });

    it(`does not keep another from deciding beside ${what}`, () => {
      expect(codeFor([unsure, yes])).to.equal("admitted");
      expect(codeFor([anyOf(unsure, yes)])).to.equal("admitted");
      expect(codeForDenied(allOf(unsure, no))).to.equal("admitted");
    });
  }
});

describe("a matcher that throws", () => {
  for (const [what, fail] of Object.entries(throwing)) {
    it(`refuses the client with ${what}, wherever it stands`, () => {
      for (const broken of [matcher(fail), anyOf(no, fail), allOf(yes, fail), not(fail)]) {
        expect(codeFor([broken, yes])).to.equal("matcher-failed");
        expect(codeForDenied(broken)).to.equal("matcher-failed");
      }
    });
  }

  it("leaves what it threw to the operator", () => {
    const cause = new Error("the directory is not there");
    const reason = judgeClient(
      {
        allow: [
          () => {
            throw cause;
          },
        ],
        deny: [],
      },
      client,
    );
    expect(reason).to.include({ code: "matcher-failed", cause });
    expect(reason?.summary).to.not.contain("directory");
  });

  it("is not asked once another has decided", () => {
    const fail = matcher(() => {
      throw new Error("asked");
    });
    expect(codeFor([yes, fail])).to.equal("admitted");
    expect(codeFor([anyOf(yes, fail)])).to.equal("admitted");
    expect(codeFor([allOf(no, fail)])).to.equal("client-not-allowed");
  });
});
