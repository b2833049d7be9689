import { createPrivateKey } from "node:crypto";
import { createSecureContext } from "node:tls";

import { expect } from "chai";

import { createAuthority, type KeyAlgorithm, type Pkcs12Options } from "@mtls-shield/pki";
import { requireTool, runOpenssl } from "@mtls-shield/testkit";

import { thrownBy } from "./thrown-by.ts";

const algorithms: readonly KeyAlgorithm[] = ["rsa-2048", "ecdsa-p256", "ed25519"];
const password = "pässword 🔑";

async function issueBelowIntermediate(keyAlgorithm: KeyAlgorithm) {
  const intermediate = await (await createAuthority()).createIntermediate();
  const client = await intermediate.issueClient({
    keyAlgorithm,
    subject: { commonName: "Álice" },
  });
  return { client, intermediate };
}

function pemBlocks(text: string): string[] {
  return text.match(/-----BEGIN [^]*?-----END [A-Z ]+-----\n/g) ?? [];
}

describe("a PKCS#12 bundle", function () {
  // Each bundle takes its 600,000 iterations three times.
  this.timeout(30_000);

  for (const keyAlgorithm of algorithms) {
    it(`gives key and chain back to openssl and to Node: ${keyAlgorithm}`, async function () {
      requireTool(this, "openssl");
      const { client, intermediate } = await issueBelowIntermediate(keyAlgorithm);
      const bundle = client.toPkcs12({ password });
      const opened = runOpenssl(
        ["pkcs12", "-in", "a.p12", "-passin", `pass:${password}`, "-nodes"],
        { files: { "a.p12": bundle } },
      );
      expect([opened.stderr, opened.status]).to.deep.equal(["", 0]);
      const blocks = pemBlocks(opened.stdout.toString());
      const certificates = blocks.filter((block) => block.includes("BEGIN CERTIFICATE"));
      expect(certificates).to.deep.equal([client.pem, intermediate.certificate.pem]);
      const key = blocks.find((block) => block.includes("PRIVATE KEY"))!;
      expect(createPrivateKey(key).equals(createPrivateKey(client.privateKeyPem))).to.equal(true);

      expect(() =>
        createSecureContext({ pfx: Buffer.from(bundle), passphrase: password }),
      ).to.not.throw();
      expect(() =>
        createSecureContext({ pfx: Buffer.from(bundle), passphrase: "wrong" }),
      ).to.throw();
      const wrong = runOpenssl(["pkcs12", "-in", "a.p12", "-passin", "pass:wrong", "-nodes"], {
        files: { "a.p12": bundle },
      });
      expect(wrong.status).to.not.equal(0);
      expect(wrong.stderr).to.contain("invalid password");
    });
  }

  it("encrypts and authenticates with current algorithms only", async function () {
    requireTool(this, "openssl");
    const { client } = await issueBelowIntermediate("ecdsa-p256");
    const bundle = client.toPkcs12({ password: "secret", friendlyName: "Bob's phone" });
    const { stderr, stdout } = runOpenssl(
      ["pkcs12", "-in", "a.p12", "-passin", "pass:secret", "-info", "-nodes"],
      { files: { "a.p12": bundle } },
    );
    expect(stderr).to.contain("MAC: sha256, Iteration 600000");
    const method = "PBES2, PBKDF2, AES-256-CBC, Iteration 600000, PRF hmacWithSHA256";
    expect(stderr).to.contain(`PKCS7 Encrypted data: ${method}`);
    expect(stderr).to.contain(`Shrouded Keybag: ${method}`);
    // Once on the certificate and once on its key.
    expect(stdout.toString().match(/friendlyName: Bob's phone/g)).to.have.length(2);
  });

  it("carries the common name as its friendly name unless there is none", async () => {
    const root = await createAuthority();
    const named = await root.issueClient({ subject: { commonName: "Álice" } });
    const nameless = await root.issueClient({ dnsNames: ["a.example"], subject: {} });
    const friendlyName = Buffer.from("Álice", "utf16le").swap16();
    expect(Buffer.from(named.toPkcs12({ password: "secret" })).includes(friendlyName)).to.equal(
      true,
    );
    const pfx = Buffer.from(nameless.toPkcs12({ password: "secret" }));
    expect(() => createSecureContext({ pfx, passphrase: "secret" })).to.not.throw();
  });

  it("is refused without a password", async () => {
    const { certificate } = await createAuthority();
    const empty = await thrownBy(() => certificate.toPkcs12({ password: "" }));
    const missing = await thrownBy(() => certificate.toPkcs12({} as Pkcs12Options));
    const misspelt = await thrownBy(() =>
      certificate.toPkcs12({ pasword: "a" } as unknown as Pkcs12Options),
    );
    expect([empty.option, missing.option]).to.deep.equal(["password", "password"]);
    expect(misspelt.message).to.contain(`Did you mean "password"?`);
  });
});
