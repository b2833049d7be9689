import { createPrivateKey } from "node:crypto";
import { createSecureContext } from "node:tls";

import { expect } from "chai";

import { createAuthority, type EncryptedKeyOptions, type KeyAlgorithm } from "@mtls-shield/pki";
import { requireTool, runOpenssl } from "@mtls-shield/testkit";

import { thrownBy } from "./thrown-by.ts";

const algorithms: readonly KeyAlgorithm[] = ["rsa-2048", "ecdsa-p256", "ed25519"];
const passphrase = "correct hörse battery 🔋";

describe("an encrypted key", () => {
  for (const keyAlgorithm of algorithms) {
    it(`opens in openssl and in Node with its passphrase: ${keyAlgorithm}`, async function () {
      requireTool(this, "openssl");
      const { certificate } = await createAuthority({ keyAlgorithm });
      const pem = certificate.encryptedPrivateKeyPem({ passphrase });
      expect(pem).to.match(/^-----BEGIN ENCRYPTED PRIVATE KEY-----\n/);
      expect(
        createPrivateKey({ key: pem, passphrase }).equals(
          createPrivateKey(certificate.privateKeyPem),
        ),
      ).to.equal(true);
      const opened = runOpenssl(["pkey", "-passin", `pass:${passphrase}`], { input: pem });
      expect(opened).to.deep.include({ status: 0 });
      expect(opened.stdout.toString()).to.equal(certificate.privateKeyPem);
      const wrong = runOpenssl(["pkey", "-passin", "pass:wrong"], { input: pem });
      expect(wrong.status).to.not.equal(0);
    });
  }

  it("says how it is encrypted", async function () {
    requireTool(this, "openssl");
    const { certificate } = await createAuthority();
    const pem = certificate.encryptedPrivateKeyPem({ passphrase });
    const parsed = runOpenssl(["asn1parse"], { input: pem }).stdout.toString();
    for (const expected of ["PBES2", "PBKDF2", "hmacWithSHA256", "aes-256-cbc", ":0927C0"]) {
      expect(parsed).to.contain(expected);
    }
  });

  it("is another one each time", async () => {
    const { certificate } = await createAuthority();
    const [first, second] = [1, 2].map(() => certificate.encryptedPrivateKeyPem({ passphrase }));
    expect(first).to.not.equal(second);
  });

  it("serves a TLS context", async () => {
    const { certificate } = await createAuthority();
    const key = certificate.encryptedPrivateKeyPem({ passphrase });
    expect(() =>
      createSecureContext({ cert: certificate.chainPem, key, passphrase }),
    ).to.not.throw();
    expect(() => createSecureContext({ key, passphrase: "wrong" })).to.throw();
  });

  it("is refused without a passphrase", async () => {
    const { certificate } = await createAuthority();
    const empty = await thrownBy(() => certificate.encryptedPrivateKeyPem({ passphrase: "" }));
    const missing = await thrownBy(() =>
      certificate.encryptedPrivateKeyPem({} as EncryptedKeyOptions),
    );
    const misspelt = await thrownBy(() =>
      certificate.encryptedPrivateKeyPem({ password: "a" } as unknown as EncryptedKeyOptions),
    );
    expect([empty.option, missing.option]).to.deep.equal(["passphrase", "passphrase"]);
    expect(misspelt.message).to.contain("passphrase");
  });
});
