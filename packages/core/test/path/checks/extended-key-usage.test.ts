import { expect } from "chai";

import { authority, extensions, type PurposeName } from "@mtls-shield/testkit";

import { checkExtendedKeyUsage } from "../../../src/path/checks/extended-key-usage.ts";
import { parsed } from "../../certificates.ts";

function withPurposes(...purposes: readonly PurposeName[]) {
  const extendedKeyUsage =
    purposes.length === 0 ? ("absent" as const) : extensions.extendedKeyUsage(...purposes);
  return parsed(authority().client({ extensions: { extendedKeyUsage } }).leaf);
}

describe("checkExtendedKeyUsage", () => {
  it("passes clientAuth and anyExtendedKeyUsage, alone or among others", () => {
    for (const purposes of [
      ["clientAuth"],
      ["anyExtendedKeyUsage"],
      ["serverAuth", "clientAuth"],
      ["codeSigning", "anyExtendedKeyUsage"],
    ] as const) {
      expect(checkExtendedKeyUsage(withPurposes(...purposes), "refuse")).to.equal(undefined);
    }
  });

  it("refuses purposes that are stated without them", () => {
    for (const purposes of [
      ["serverAuth"],
      ["codeSigning", "emailProtection", "timeStamping", "ocspSigning"],
    ] as const) {
      expect(checkExtendedKeyUsage(withPurposes(...purposes), "pass")).to.equal(
        "extended-key-usage-invalid",
      );
    }
  });

  it("leaves it to the caller what silence means", () => {
    expect(checkExtendedKeyUsage(withPurposes(), "pass")).to.equal(undefined);
    expect(checkExtendedKeyUsage(withPurposes(), "refuse")).to.equal("extended-key-usage-invalid");
  });
});
