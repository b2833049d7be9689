import { expect } from "chai";

import * as adapter from "../src/adapter.ts";
import * as application from "../src/application.ts";
import * as core from "../src/index.ts";

describe("the public names", () => {
  it("are those that applications use", () => {
    expect(Object.keys(application).sort()).to.deep.equal([
      ...["ConfigError", "MemoryStore", "MtlsError", "allOf", "anyOf", "commonName"],
      ...["createDenyList", "dnsName", "email"],
      ...["fingerprint", "issuer", "not", "publicKeyPin", "reasons", "serialNumber", "spiffe"],
      "uri",
    ]);
  });

  it("are passed on by the engine, beside what a shield without an adapter needs", () => {
    const more = [
      "TlsConnection",
      "createShield",
      "createTrustSet",
      "verifyChain",
      "dottedOid",
      "keyUsageBits",
      "oid",
    ];
    expect(Object.keys(core)).to.have.members([...Object.keys(application), ...more]);
  });

  it("are apart from those that adapters are made of", () => {
    const names = Object.keys(adapter);
    expect(names).to.include.members(["createGuard", "deny", "originOf", "reason"]);
    expect(names.filter((name) => name in core)).to.deep.equal([]);
  });
});
