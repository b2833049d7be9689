import { createPrivateKey } from "node:crypto";

import { expect } from "chai";

import { createAuthority, type KeyAlgorithm } from "@mtls-shield/pki";

import { thrownBy } from "./thrown-by.ts";

describe("a key pair", () => {
  it("is an ECDSA key on P-256 unless told otherwise", async () => {
    const { certificate } = await createAuthority();
    const key = createPrivateKey(certificate.privateKeyPem);
    expect(key.asymmetricKeyDetails).to.deep.equal({ namedCurve: "prime256v1" });
  });

  it("has the modulus it is named after", async () => {
    const root = await createAuthority();
    const client = await root.issueClient({ keyAlgorithm: "rsa-2048" });
    const { modulusLength, publicExponent } = createPrivateKey(
      client.privateKeyPem,
    ).asymmetricKeyDetails!;
    expect([modulusLength, publicExponent]).to.deep.equal([2048, 65_537n]);
  });

  for (const wrong of ["rsa-1024", "constructor", 5]) {
    it(`is never of the kind ${JSON.stringify(wrong)}`, async () => {
      const error = await thrownBy(() => createAuthority({ keyAlgorithm: wrong as KeyAlgorithm }));
      expect(error.option).to.equal("keyAlgorithm");
      expect(error.message).to.contain("ecdsa-p256, ecdsa-p384");
    });
  }
});
