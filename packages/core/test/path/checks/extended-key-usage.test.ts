import { expect } from "chai";

import { authority, der, extensions, type PurposeName } from "@mtls-shield/testkit";

import { oid, oids } from "../../../src/asn1/oids.ts";
import { checkExtendedKeyUsage } from "../../../src/path/checks/extended-key-usage.ts";
import { parsed } from "../../certificates.ts";

function withPurposes(...purposes: readonly PurposeName[]) {
  const extendedKeyUsage =
    purposes.length === 0 ? ("absent" as const) : extensions.extendedKeyUsage(...purposes);
  return parsed(authority().client({ extensions: { extendedKeyUsage } }).leaf);
}

describe("checkExtendedKeyUsage", () => {
  it("passes the purpose and anyExtendedKeyUsage, alone or among others", () => {
    for (const purposes of [
      ["clientAuth"],
      ["anyExtendedKeyUsage"],
      ["serverAuth", "clientAuth"],
      ["codeSigning", "anyExtendedKeyUsage"],
    ] as const) {
      const certificate = withPurposes(...purposes);
      expect(checkExtendedKeyUsage(certificate, oids.clientAuth, "refuse")).to.equal(undefined);
    }
    const server = withPurposes("serverAuth");
    expect(checkExtendedKeyUsage(server, oids.serverAuth, "refuse")).to.equal(undefined);
  });

  it("refuses purposes that are stated without it", () => {
    for (const purposes of [
      ["serverAuth"],
      ["codeSigning", "emailProtection", "timeStamping", "ocspSigning"],
    ] as const) {
      const certificate = withPurposes(...purposes);
      expect(checkExtendedKeyUsage(certificate, oids.clientAuth, "pass")).to.equal(
        "extended-key-usage-invalid",
      );
    }
  });

  it("compares a purpose of one's own whole", () => {
    const own = extensions.extension(
      extensions.extensionOids.extendedKeyUsage,
      der.sequence(der.oid("1.3.6.1.4.1.32473.7.1")),
    );
    const { leaf } = authority().client({ extensions: { extendedKeyUsage: own } });
    const outcomeOf = (purpose: string) =>
      checkExtendedKeyUsage(parsed(leaf), oid(purpose), "refuse");
    expect(outcomeOf("1.3.6.1.4.1.32473.7.1")).to.equal(undefined);
    expect(outcomeOf("1.3.6.1.4.1.32473.7")).to.equal("extended-key-usage-invalid");
    expect(outcomeOf("1.3.6.1.4.1.32473.7.1.1")).to.equal("extended-key-usage-invalid");
  });

  it("leaves it to the caller what silence means", () => {
    expect(checkExtendedKeyUsage(withPurposes(), oids.clientAuth, "pass")).to.equal(undefined);
    expect(checkExtendedKeyUsage(withPurposes(), oids.clientAuth, "refuse")).to.equal(
      "extended-key-usage-invalid",
    );
  });

  it("asks nothing where no purpose is asked for", () => {
    for (const certificate of [withPurposes(), withPurposes("codeSigning")]) {
      expect(checkExtendedKeyUsage(certificate, undefined, "refuse")).to.equal(undefined);
    }
  });
});
