import { expect } from "chai";

import { readWatch } from "../src/watch-option.ts";
import { configErrorOf } from "./config-error-of.ts";

const read = () => ({});

describe("readWatch", () => {
  it("watches what `trust` names, unless it is told not to", () => {
    for (const input of [undefined, true]) {
      expect(readWatch(input, "ca.pem")).to.deep.equal({ paths: ["ca.pem"], read: undefined });
    }
    expect(readWatch(false, "ca.pem")).to.deep.equal({ paths: [], read: undefined });
  });

  it("leaves the files of revocation to their own watch", () => {
    const trust = { a: { roots: "a.pem", revocation: { crl: "a.crl", denied: "denied.json" } } };
    expect(readWatch(true, trust).paths).to.deep.equal(["a.pem"]);
  });

  it("watches others beside them", () => {
    const watch = readWatch({ paths: ["rules.json"], read }, ["ca.pem"]);
    expect(watch).to.deep.equal({ paths: ["ca.pem", "rules.json"], read });
  });

  for (const [what, input, option] of [
    ["what is no boolean", "yes", "watch"],
    ["null", null, "watch"],
    ["no paths", { read }, "watch.paths"],
    ["an empty list", { paths: [], read }, "watch.paths"],
    ["a path by itself", { paths: "rules.json", read }, "watch.paths"],
    ["an empty path", { paths: [""], read }, "watch.paths"],
    ["a path that is no text", { paths: [7], read }, "watch.paths"],
    ["paths that nobody reads", { paths: ["rules.json"] }, "watch.read"],
    ["a reader that is no function", { paths: ["rules.json"], read: {} }, "watch.read"],
    ["another key", { paths: ["rules.json"], read, reed: read }, "watch.reed"],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(configErrorOf(() => readWatch(input, "ca.pem")).option).to.equal(option);
    });
  }
});
