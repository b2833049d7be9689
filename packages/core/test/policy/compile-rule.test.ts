import { expect } from "chai";

import type { ClientMatcher } from "../../src/policy/client-matcher.ts";
import {
  compileRule,
  readAllowedClients,
  type CompiledRule,
} from "../../src/policy/compile-rule.ts";
import { allOf, anyOf, dnsName, fingerprint, not } from "../../src/policy/matchers.ts";
import { configErrorOf } from "../config-error-of.ts";

interface Surroundings {
  readonly trustSets?: readonly string[];
  readonly mode?: "enforce" | "report";
}

/** Compiles what somebody wrote as the third rule. */
function compile(rule: unknown, { trustSets, mode = "enforce" }: Surroundings = {}): CompiledRule {
  return compileRule(rule, 2, trustSets, mode);
}

const someone = fingerprint("00".repeat(32));
const named = dnsName("a.example");

describe("a rule", () => {
  it("has a default for everything but its path and whom it allows", () => {
    expect(compile({ match: "GET /a", allow: "any-client" })).to.deep.equal({
      position: 2,
      name: "GET,HEAD /a",
      pattern: { methods: new Set(["GET", "HEAD"]), host: undefined, segments: ["a"] },
      allow: "any-client",
      deny: [],
      trust: undefined,
      enforced: true,
      allowEncodedSlash: false,
      isPure: true,
    });
  });

  it("takes everything that can be said", () => {
    const deny: ClientMatcher = () => false;
    const rule = compile(
      {
        name: "orders",
        methods: "POST",
        path: "/orders/**",
        host: "a.example",
        allow: [someone, named],
        deny,
        trust: "partners",
        mode: "report",
        allowEncodedSlash: true,
      },
      { trustSets: ["partners", "devices"] },
    );
    expect(rule).to.deep.include({
      name: "orders",
      allow: [someone, named],
      deny: [deny],
      trust: ["partners"],
      enforced: false,
      allowEncodedSlash: true,
      isPure: false,
    });
  });

  it("follows the mode of the shield where it has none of its own", () => {
    const rule = { match: "/", allow: "anyone" };
    expect(compile(rule, { mode: "report" }).enforced).to.equal(false);
    expect(compile({ ...rule, mode: "enforce" }, { mode: "report" }).enforced).to.equal(true);
  });

  it("cannot be changed afterwards, and leaves alone what it was made of", () => {
    const allow = [someone];
    const trust = ["partners"];
    const rule = compile({ match: "/", allow, trust }, { trustSets: ["partners"] });
    expect(Object.isFrozen(rule)).to.equal(true);
    expect(Object.isFrozen(rule.allow)).to.equal(true);
    expect(Object.isFrozen(rule.trust)).to.equal(true);
    allow.push(named);
    trust.push("devices");
    expect(rule.allow).to.deep.equal([someone]);
    expect(rule.trust).to.deep.equal(["partners"]);
  });

  it("answers the same each time when all of its matchers do", () => {
    const own: ClientMatcher = () => true;
    const isPure = (rule: object): boolean => compile({ match: "/", ...rule }).isPure;
    expect(isPure({ allow: "anyone" })).to.equal(true);
    expect(isPure({ allow: [someone, anyOf(named, not(someone))] })).to.equal(true);
    expect(isPure({ allow: own })).to.equal(false);
    expect(isPure({ allow: "any-client", deny: own })).to.equal(false);
    expect(isPure({ allow: allOf(someone, own) })).to.equal(false);
  });
});

describe("a rule that cannot be meant", () => {
  const allow = "any-client";
  const faults: Readonly<
    Record<string, readonly [rule: unknown, option: string, ...messages: string[]]>
  > = {
    null: [null, "", "is not an object", 'Write { match: "GET /health", allow: "anyone" }'],
    "a text": ["GET /a", "", "is not an object"],
    "a function": [someone, "", "is not an object"],
    "an unknown key": [
      { match: "/", alow: "anyone" },
      ".alow",
      "is not an option",
      'Did you mean "allow"?',
    ],
    "a key that nothing resembles": [
      { match: "/", allow, colour: 1 },
      ".colour",
      "The options are: name, match",
    ],
    "a key whose value got lost": [{ match: "/", allow, deny: undefined }, ".deny", "is undefined"],
    "a list": [[], "", "is not an object"],
    "a fault in its path": [{ match: "/:id", allow }, ".match", "holds the parameter :id"],
    "nobody to allow": [
      { match: "/" },
      ".allow",
      "is missing",
      '"anyone", "any-client", a matcher',
    ],
    "an empty allow list": [
      { match: "/", allow: [] },
      ".allow",
      "is an empty list",
      '"any-client"',
    ],
    "a word that means nobody": [
      { match: "/", allow: "everyone" },
      ".allow",
      '"everyone" is not a matcher',
    ],
    "null in place of a matcher": [{ match: "/", allow: null }, ".allow", "null is not a matcher"],
    "true in place of a matcher": [{ match: "/", allow: true }, ".allow", "true is not a matcher"],
    "a word within a list": [
      { match: "/", allow: [someone, "anyone"] },
      ".allow[1]",
      '"anyone" is not a matcher',
    ],
    "a hole in a list": [
      { match: "/", allow: [someone, , named] },
      ".allow[1]",
      "undefined is not a matcher",
    ],
    "an empty deny list": [{ match: "/", allow, deny: [] }, ".deny", "is an empty list"],
    "a word in place of whom it denies": [
      { match: "/", allow, deny: "anyone" },
      ".deny",
      '"anyone" is not a matcher',
    ],
    "an empty name": [{ match: "/", allow, name: "" }, ".name", "is not a name"],
    "a name that is no text": [{ match: "/", allow, name: 5 }, ".name", "is not a name"],
    "a mode that there is not": [
      { match: "/", allow, mode: "off" },
      ".mode",
      '"off" is not one of its values',
      'Write "enforce" or "report".',
    ],
    "a text for a boolean": [
      { match: "/", allow, allowEncodedSlash: "yes" },
      ".allowEncodedSlash",
      '"yes" is not a boolean',
      "Write true or false.",
    ],
    "an empty list of trust sets": [
      { match: "/", allow, trust: [] },
      ".trust",
      "is an empty list",
      "Leave it out for any trust set.",
    ],
  };
  for (const [what, [rule, option, ...messages]] of Object.entries(faults)) {
    it(`is refused with ${what}`, () => {
      const error = configErrorOf(() => compile(rule));
      expect(error.option).to.equal(`rules[2]${option}`);
      for (const message of messages) expect(error.message).to.contain(message);
    });
  }
});

describe("the trust set of a rule", () => {
  const trustSets = ["partners", "devices"];
  const rule = (more: object): object => ({ match: "/", allow: "any-client", ...more });

  it("has to exist", () => {
    const unknown = configErrorOf(() => compile(rule({ trust: "partner" }), { trustSets }));
    expect(unknown.option).to.equal("rules[2].trust");
    expect(unknown.message).to.contain('"partner" is not the name of a trust set');
    expect(unknown.message).to.contain("The trust sets are: partners, devices.");
    for (const trust of [["partners", "other"], [5], 5, [["partners"]]]) {
      expect(configErrorOf(() => compile(rule({ trust }), { trustSets })).option).to.equal(
        "rules[2].trust",
      );
    }
  });

  it("has no name where the server's own authorities are trusted", () => {
    const error = configErrorOf(() => compile(rule({ trust: "partners" })));
    expect(error.message).to.contain("Pass `trust: { name: certificates, ... }`");
  });

  it("may be several", () => {
    expect(compile(rule({ trust: trustSets }), { trustSets }).trust).to.deep.equal(trustSets);
  });

  it("has to exist in a matcher too", () => {
    const allow = dnsName("a.example", { trust: "partner" });
    const error = configErrorOf(() => compile(rule({ allow }), { trustSets }));
    expect(error.option).to.equal('rules[2] dnsName("a.example")');
    expect(error.message).to.contain('"partner" is not the name of a trust set');
    expect(configErrorOf(() => compile(rule({ allow }))).message).to.contain("Pass `trust:");
  });

  it("must not contradict that of a matcher", () => {
    const allow = dnsName("a.example", { trust: "partners" });
    const error = configErrorOf(() => compile(rule({ allow, trust: "devices" }), { trustSets }));
    expect(error.option).to.equal('rules[2] dnsName("a.example")');
    expect(error.message).to.contain('names the trust set "partners"');
    expect(error.message).to.contain("so it can never match");
    expect(error.message).to.contain("Name the same trust set in both.");
    const nested = { allow: anyOf(someone, not(allow)), trust: "devices" };
    expect(configErrorOf(() => compile(rule(nested), { trustSets })).message).to.contain(
      'names the trust set "partners"',
    );
    expect(compile(rule({ allow, trust: "partners" }), { trustSets }).allow).to.deep.equal([allow]);
    expect(compile(rule({ allow, trust: trustSets }), { trustSets }).trust).to.deep.equal(
      trustSets,
    );
  });

  it("is needed for a name where there are several", () => {
    for (const more of [
      { allow: named },
      { allow: [someone, anyOf(someone, named)] },
      { allow: "any-client", deny: named },
      { allow: named, trust: trustSets },
    ]) {
      const error = configErrorOf(() => compile(rule(more), { trustSets }));
      expect(error.option).to.equal("rules[2].trust");
      expect(error.message).to.contain("compares names, and there are several trust sets");
      expect(error.message).to.contain("Name the one trust set");
    }
  });

  it("is not needed for a name where there is one, or where it is named, or for a key", () => {
    const fine: readonly (readonly [more: object, sets: readonly string[] | undefined])[] = [
      [{ allow: named }, undefined],
      [{ allow: named }, ["partners"]],
      [{ allow: named, trust: "partners" }, trustSets],
      [{ allow: named, trust: ["partners"] }, trustSets],
      [{ allow: dnsName("a.example", { trust: "devices" }) }, trustSets],
      [{ allow: someone }, trustSets],
      [{ allow: () => true }, trustSets],
    ];
    for (const [more, sets] of fine) {
      expect(() =>
        compile(rule(more), sets === undefined ? {} : { trustSets: sets }),
      ).to.not.throw();
    }
  });
});

describe("readers that guards and other options share", () => {
  it("read whom a guard admits", () => {
    expect(readAllowedClients("any-client", "requireClient")).to.equal("any-client");
    expect(readAllowedClients(someone, "requireClient")).to.deep.equal([someone]);
    expect(configErrorOf(() => readAllowedClients("anyone", "requireClient")).option).to.equal(
      "requireClient",
    );
  });
});

describe("a rule for anyone", () => {
  it("cannot deny somebody, who would just send no certificate", () => {
    const rule = { match: "GET /", allow: "anyone", deny: dnsName("evil.example") };
    const error = configErrorOf(() => compileRule(rule, 0, undefined, "enforce"));
    expect(error.option).to.equal("rules[0].allow");
    expect(error.message).to.contain("sending no certificate");
  });
});
