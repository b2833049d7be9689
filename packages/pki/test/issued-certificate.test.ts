import { createHash, X509Certificate } from "node:crypto";
import { inspect } from "node:util";

import { expect } from "chai";

import { createAuthority } from "@mtls-shield/pki";

describe("an issued certificate", () => {
  it("tells what it is", async () => {
    const { certificate } = await createAuthority();
    const read = new X509Certificate(certificate.pem);
    expect(Buffer.from(certificate.der).equals(read.raw)).to.equal(true);
    expect(certificate.fingerprint).to.equal(
      createHash("sha256").update(certificate.der).digest("hex"),
    );
    expect(certificate.serialNumber).to.equal(read.serialNumber.toLowerCase());
    expect(certificate.notBefore).to.equal(Date.parse(read.validFrom));
    expect(certificate.notAfter).to.equal(Date.parse(read.validTo));
  });

  it("does not show its key when it is printed or turned to JSON", async () => {
    const root = await createAuthority();
    const client = await root.issueClient();
    expect(client.privateKeyPem).to.match(/^-----BEGIN PRIVATE KEY-----\n/);
    for (const text of [
      inspect(client, { depth: 5 }),
      inspect(root, { depth: 5 }),
      JSON.stringify(client),
      JSON.stringify(root),
    ]) {
      expect(text).to.contain("BEGIN CERTIFICATE").and.not.contain("PRIVATE");
    }
  });

  it("cannot be changed", async () => {
    const { certificate } = await createAuthority();
    expect(() => {
      Object.assign(certificate, { pem: "" });
    }).to.throw(TypeError);
  });
});
