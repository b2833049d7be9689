import { expect } from "chai";

import { authority, extensions, type KeyUsageName } from "@mtls-shield/testkit";

import { checkIssuerKeyUsage, checkLeafKeyUsage } from "../../../src/path/checks/key-usage.ts";
import { keyUsageBits } from "../../../src/x509/extensions.ts";
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

describe("checkLeafKeyUsage", () => {
  const { digitalSignature, keyEncipherment, keyAgreement } = keyUsageBits;

  it("wants the usage that is asked for where anything is stated", () => {
    expect(checkLeafKeyUsage(withUsage(), digitalSignature)).to.equal(undefined);
    expect(checkLeafKeyUsage(withUsage("digitalSignature"), digitalSignature)).to.equal(undefined);
    expect(checkLeafKeyUsage(without("digitalSignature"), digitalSignature)).to.equal(
      "key-usage-invalid",
    );
  });

  it("wants one of several usages, not all", () => {
    const anyOfThree = digitalSignature | keyEncipherment | keyAgreement;
    for (const name of ["digitalSignature", "keyEncipherment", "keyAgreement"] as const) {
      expect(checkLeafKeyUsage(withUsage(name), anyOfThree)).to.equal(undefined);
    }
    expect(checkLeafKeyUsage(withUsage("keyCertSign", "cRLSign"), anyOfThree)).to.equal(
      "key-usage-invalid",
    );
  });

  it("wants nothing where none is asked for", () => {
    expect(checkLeafKeyUsage(withUsage("encipherOnly"), 0)).to.equal(undefined);
  });
});
