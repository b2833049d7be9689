import { expect } from "chai";

import { ConfigError } from "../../src/base/config-error.ts";

describe("ConfigError", () => {
  it("names the option, what is wrong with it, and the cure", () => {
    const error = new ConfigError("trust", "is empty", "Pass roots.");
    expect(error.message).to.equal("trust: is empty. Pass roots.");
    expect([error.name, error.code, error.option]).to.deep.equal([
      "ConfigError",
      "ERR_MTLS_CONFIG",
      "trust",
    ]);
  });

  it("is a TypeError, as misuse of an API is", () => {
    expect(new ConfigError("a", "b", "c")).to.be.instanceOf(TypeError);
  });

  it("carries a cause only when there is one", () => {
    const cause = new Error("ENOENT");
    expect(new ConfigError("a", "b", "c", cause).cause).to.equal(cause);
    expect(Object.hasOwn(new ConfigError("a", "b", "c"), "cause")).to.equal(false);
  });
});
