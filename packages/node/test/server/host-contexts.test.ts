import { expect } from "chai";
import { HostContexts } from "../../src/server/host-contexts.ts";

describe("HostContexts", () => {
  const contexts = new HostContexts("fallback");
  contexts.set("A.example", "a");
  contexts.set("*.example", "wildcard");
  contexts.set("*.Internal", "internal");

  for (const [name, expected] of [
    ["a.example", "a"],
    ["A.EXAMPLE.", "a"],
    ["b.example", "wildcard"],
    ["x.a.example", "fallback"],
    ["example", "fallback"],
    ["internal", "fallback"],
    ["x.internal", "internal"],
    [".internal", "fallback"],
    ["", "fallback"],
    ["[::1]", "fallback"],
    ["a.example..", "fallback"],
  ] as const) {
    it(`takes "${name}" for ${expected}`, () => {
      expect(contexts.of(name)).to.equal(expected);
    });
  }

  for (const name of [
    "",
    "*",
    "a.*.example",
    "*a.example",
    "a.example:443",
    "a.example.",
    "[::1]",
    "a b",
  ]) {
    it(`refuses "${name}" as a host name`, () => {
      expect(() => {
        new HostContexts(0).set(name, 1);
      }).to.throw(TypeError, /is not a host name/);
    });
  }
});
