import { randomBytes } from "node:crypto";
import { expect } from "chai";
import { authority, der, ocspCertificateId, requireTool, runOpenssl } from "@mtls-shield/testkit";

import { encodeOcspRequest } from "../../src/x509/ocsp-request.ts";
import { parsed } from "../certificates.ts";

describe("encodeOcspRequest", () => {
  const root = authority();
  const { leaf } = root.client({ serialNumber: 0x80aabbn });
  const issued = { certificate: parsed(leaf), issuer: parsed(root.certificate) };

  for (const hash of ["sha1", "sha256"] as const) {
    it(`asks for one certificate by ${hash}, and for nothing else`, () => {
      const id = ocspCertificateId({ certificate: leaf, hash }, root.certificate);
      const request = encodeOcspRequest(issued, { hash, nonce: undefined });
      expect(request).to.deep.equal(
        Buffer.from(der.sequence(der.sequence(der.sequence(der.sequence(id))))),
      );
    });
  }

  it("is a request that OpenSSL reads, nonce included", function () {
    requireTool(this, "openssl");
    const nonce = randomBytes(32);
    const request = encodeOcspRequest(issued, { hash: "sha256", nonce });
    const { stdout, status } = runOpenssl(["ocsp", "-reqin", "q.der", "-req_text", "-noverify"], {
      files: { "q.der": request },
    });
    expect(status).to.equal(0);
    const text = stdout.toString();
    expect(text).to.contain("Hash Algorithm: sha256");
    expect(text).to.match(/Serial Number: 80AABB$/m);
    expect(text.replace(/\s/g, "")).to.contain(
      `OCSPNonce:0420${nonce.toString("hex").toUpperCase()}`,
    );
  });

  it("writes long lengths in the fewest octets", () => {
    const long = root.client({ serialNumber: 1n << 500n }).leaf;
    const asked = { certificate: parsed(long), issuer: parsed(root.certificate) };
    for (const octets of [1, 32, 128]) {
      const nonce = randomBytes(octets);
      const request = encodeOcspRequest(asked, { hash: "sha256", nonce });
      const id = ocspCertificateId({ certificate: long, hash: "sha256" }, root.certificate);
      const extension = der.sequence(
        der.oid("1.3.6.1.5.5.7.48.1.2"),
        der.octetString(der.octetString(nonce)),
      );
      expect(request).to.deep.equal(
        Buffer.from(
          der.sequence(
            der.sequence(
              der.sequence(der.sequence(id)),
              der.constructed(2, der.sequence(extension)),
            ),
          ),
        ),
      );
    }
  });
});
