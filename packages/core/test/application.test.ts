import { expect } from "chai";

import * as application from "../src/application.ts";
import * as core from "../src/index.ts";

describe("the public names", () => {
  it("are those that applications use", () => {
    expect(Object.keys(application).sort()).to.deep.equal([
      ...["ConfigError", "MtlsError", "allOf", "anyOf", "commonName", "dnsName", "email"],
      ...["fingerprint", "issuer", "not", "publicKeyPin", "reasons", "serialNumber", "spiffe"],
      "uri",
    ]);
  });

  it("are passed on by the engine, beside what a shield without an adapter needs", () => {
    const more = ["TlsConnection", "createShield"];
    expect(Object.keys(core)).to.have.members([...Object.keys(application), ...more]);
  });
});
