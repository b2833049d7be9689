import { expect } from "chai";

import { compileRule } from "../../src/policy/compile-rule.ts";
import { fingerprint } from "../../src/policy/matchers.ts";
import type { Rule } from "../../src/policy/rule.ts";
// There is nothing to run in it; loaded, it counts as covered.
import * as module from "../../src/policy/rule.ts";

describe("what a rule may say", () => {
  const allow = fingerprint("00".repeat(32));
  const common = {
    name: "orders",
    host: "a.example",
    allow,
    deny: [allow],
    trust: "partners",
    mode: "report",
    allowEncodedSlash: true,
  } as const;
  // Required: a key that is added to the type and not to the compiler is missing here.
  const whole: Required<Omit<Rule, "methods" | "path">> = { ...common, match: "GET /orders/*" };
  const parts: Required<Omit<Rule, "match">> = { ...common, methods: "GET", path: "/orders/*" };

  it("is what the compiler reads, whole or in parts", () => {
    const compile = (rule: Rule): unknown => compileRule(rule, 0, ["partners"], "enforce");
    expect(compile(whole)).to.deep.equal(compile(parts));
  });

  it("is said in types alone", () => {
    expect(Object.keys(module)).to.deep.equal([]);
  });
});
