import { expect } from "chai";

import { createAuthority } from "@mtls-shield/pki";
import { authority, extensions, type LeafChanges } from "@mtls-shield/testkit";

import { thrownBy } from "./thrown-by.ts";

describe("a signer from elsewhere", () => {
  const mayBeUsed = extensions.keyUsage("cRLSign");

  for (const [why, changes, expected] of [
    ["without a key identifier", { extensions: { subjectKeyIdentifier: "absent" } }, "identifier"],
    ["with an Ed448 key", { keyAlgorithm: "ed448" }, "does not sign with"],
    ["with a secp256k1 key", { keyAlgorithm: "ecdsa-secp256k1" }, "does not sign with"],
  ] as const satisfies readonly (readonly [string, LeafChanges, string])[]) {
    it(`is refused ${why}`, async () => {
      const { leaf } = authority().client({
        ...changes,
        extensions: { keyUsage: mayBeUsed, ...("extensions" in changes ? changes.extensions : {}) },
      });
      const root = await createAuthority();
      const error = await thrownBy(() => root.createCrl({ signer: leaf }));
      expect(error.option).to.equal("signer");
      expect(error.message).to.contain(expected);
    });
  }

  it("is refused without any key usage", async () => {
    const { leaf } = authority().client({ extensions: { keyUsage: "absent" } });
    const root = await createAuthority();
    const error = await thrownBy(() => root.createCrl({ signer: leaf }));
    expect(error.message).to.contain("may not sign lists");
  });
});
