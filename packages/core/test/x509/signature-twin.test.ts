import { expect } from "chai";

import { authority } from "@mtls-shield/testkit";

import { twinFingerprint } from "../../src/x509/signature-twin.ts";
import { parsed } from "../certificates.ts";

describe("twinFingerprint", () => {
  for (const keyAlgorithm of ["ecdsa-p256", "ecdsa-p384", "ecdsa-p521"] as const) {
    it(`is another fingerprint of an ECDSA certificate, ${keyAlgorithm}`, () => {
      const root = authority({ keyAlgorithm });
      for (let count = 0; count < 8; count++) {
        const certificate = parsed(root.client().leaf);
        const twin = twinFingerprint(certificate, parsed(root.certificate).publicKey);
        expect(twin).to.match(/^[0-9a-f]{64}$/);
        expect(twin).not.to.equal(certificate.fingerprint);
      }
    });
  }

  for (const keyAlgorithm of ["ed25519", "rsa-2048"] as const) {
    it(`does not exist for signatures that cannot be rewritten, ${keyAlgorithm}`, () => {
      const root = authority({ keyAlgorithm });
      const { leaf } = root.client();
      expect(twinFingerprint(parsed(leaf), parsed(root.certificate).publicKey)).to.equal(undefined);
    });
  }
});
