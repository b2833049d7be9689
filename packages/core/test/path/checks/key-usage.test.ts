import { expect } from "chai";

import { authority, extensions, type KeyUsageName } from "@mtls-shield/testkit";

import { checkClientKeyUsage, checkIssuerKeyUsage } from "../../../src/path/checks/key-usage.ts";
import { parsed } from "../../certificates.ts";

const usages: readonly KeyUsageName[] = [
  "digitalSignature",
  "nonRepudiation",
  "keyEncipherment",
  "dataEncipherment",
  "keyAgreement",
  "keyCertSign",
  "cRLSign",
  "encipherOnly",
  "decipherOnly",
];

function withUsage(...names: readonly KeyUsageName[]) {
  const keyUsage = names.length === 0 ? ("absent" as const) : extensions.keyUsage(...names);
  return parsed(authority().client({ extensions: { keyUsage } }).leaf);
}

function without(name: KeyUsageName) {
  return withUsage(...usages.filter((usage) => usage !== name));
}

describe("checkIssuerKeyUsage", () => {
  it("wants keyCertSign where anything is stated", () => {
    expect(checkIssuerKeyUsage(withUsage())).to.equal(undefined);
    expect(checkIssuerKeyUsage(withUsage("keyCertSign"))).to.equal(undefined);
    expect(checkIssuerKeyUsage(without("keyCertSign"))).to.equal("issuer-key-usage-invalid");
  });
});

describe("checkClientKeyUsage", () => {
  it("wants digitalSignature where anything is stated", () => {
    expect(checkClientKeyUsage(withUsage())).to.equal(undefined);
    expect(checkClientKeyUsage(withUsage("digitalSignature"))).to.equal(undefined);
    expect(checkClientKeyUsage(without("digitalSignature"))).to.equal("key-usage-invalid");
  });
});
