import { expect } from "chai";

import { authority, brokenCertificates, der, soundChain } from "@mtls-shield/testkit";

import { Budget } from "../../src/base/budget.ts";
import { defaultLimits } from "../../src/base/limits.ts";
import { SignatureChecks } from "../../src/path/signature-checks.ts";
import { noLegacy, type LegacyAlgorithm } from "../../src/x509/signature.ts";
import { parsed } from "../certificates.ts";

function checks(
  signatureChecks = defaultLimits.signatureChecks,
  legacy: ReadonlySet<LegacyAlgorithm> = noLegacy,
): SignatureChecks {
  return new SignatureChecks(new Budget({ ...defaultLimits, signatureChecks }), legacy);
}

describe("SignatureChecks", () => {
  const { leaf, chain, root } = soundChain();
  const [client, issuer, anchor] = [parsed(leaf), parsed(chain[1]!), parsed(root)];

  it("tells whether the issuer signed the certificate", () => {
    expect(checks().check(client, issuer)).to.equal(undefined);
    expect(checks().check(client, anchor)).to.equal("signature-invalid");
  });

  it("does not accept that the two algorithm identifiers differ, even when the signature is right", () => {
    const { leaf: odd, chain: above } = brokenCertificates["signature-parameters-differ"].make();
    expect(checks().check(parsed(odd), parsed(above[1]!))).to.equal("signature-algorithm-mismatch");
  });

  it("names algorithms and keys that are not accepted", () => {
    const sha1 = authority().client({ signatureScheme: "ecdsa-sha1" });
    expect(checks().check(parsed(sha1.leaf), parsed(sha1.root))).to.equal(
      "signature-algorithm-unsupported",
    );
    const odd = authority({ keyAlgorithm: "ecdsa-secp256k1" }).client();
    expect(checks().check(parsed(odd.leaf), parsed(odd.root))).to.equal("key-unsupported");
  });

  it("accepts a weak algorithm that it was told to accept", () => {
    const { leaf: sha1, root: issuing } = authority().client({ signatureScheme: "ecdsa-sha1" });
    const check = (legacy: ReadonlySet<LegacyAlgorithm>) =>
      checks(9, legacy).check(parsed(sha1), parsed(issuing));
    expect(check(new Set(["sha1"]))).to.equal(undefined);
    expect(check(new Set(["md5", "rsa-1024"]))).to.equal("signature-algorithm-unsupported");
  });

  it("makes no check twice, and pays for each once", () => {
    const twice = checks(2);
    for (let attempt = 0; attempt < 5; attempt++) {
      expect(twice.check(client, issuer)).to.equal(undefined);
      expect(twice.check(client, anchor)).to.equal("signature-invalid");
    }
    expect(twice.check(issuer, anchor)).to.equal("path-search-limit");
    expect(twice.check(client, issuer), "what is known stays known").to.equal(undefined);
  });

  it("does not remember one certificate's verdict for another", () => {
    const shared = checks();
    expect(shared.check(client, issuer)).to.equal(undefined);
    const forged = authority().client({
      raw: (sound) => ({ ...sound, alterSignature: () => der.bytes(...client.signature) }),
    });
    expect(shared.check(parsed(forged.leaf), issuer)).to.equal("signature-invalid");
  });
});
