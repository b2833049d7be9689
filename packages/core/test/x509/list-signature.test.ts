import { generateKeyPairSync } from "node:crypto";

import { expect } from "chai";

import {
  authority,
  certificateList,
  der,
  type TestKeyPair,
  type CrlChanges,
  type SignatureSchemeName,
  type TestKeyAlgorithm,
} from "@mtls-shield/testkit";

import { DerReader } from "../../src/asn1/der-reader.ts";
import { PublicKey } from "../../src/x509/public-key.ts";
import { noLegacy } from "../../src/x509/signature.ts";
import { parsed } from "../certificates.ts";
import { parsedList } from "../revocation/parsed-list.ts";

const root = authority();
const rootKey = parsed(root.certificate).publicKey;
const otherKeys = (count: number) =>
  Array.from({ length: count }, () => keyOf(generateKeyPairSync("ec", { namedCurve: "P-256" })));

function keyOf({ publicKey }: Pick<TestKeyPair, "publicKey">): PublicKey {
  return PublicKey.read(DerReader.of(publicKey.export({ type: "spki", format: "der" })));
}

/** A list of more than three megabytes: hashed in several slices. */
const long: CrlChanges = {
  raw: (sound) => {
    const entry = der.sequence(der.integer(1n << 500n), der.time(Date.now()));
    const entries = Array.from({ length: 40_000 }, () => entry);
    return { ...sound, revokedCertificates: der.tlv(0x30, Buffer.concat(entries)) };
  },
};

/** A clock that only tells how often others had their turn. */
function counter() {
  const pauses = { count: 0, pause: () => Promise.resolve(pauses.count++).then(() => undefined) };
  return pauses;
}

describe("CertificateList, its signature", () => {
  const schemes: readonly (readonly [TestKeyAlgorithm, SignatureSchemeName])[] = [
    ["ecdsa-p256", "ecdsa-sha256"],
    ["ecdsa-p384", "ecdsa-sha384"],
    ["rsa-2048", "rsa-sha256"],
    ["rsa-2048", "rsa-pss-sha256"],
    ["ed25519", "ed25519"],
  ];
  for (const [keyAlgorithm, signatureScheme] of schemes) {
    it(`is checked alike at once and in slices (${signatureScheme})`, async () => {
      const signer = authority({ keyAlgorithm });
      const made = certificateList(signer.certificate, { signatureScheme });
      const forged = { der: Uint8Array.from(made.der) };
      forged.der[forged.der.length - 9]! ^= 1;
      const { publicKey } = parsed(signer.certificate);
      expect(parsedList(made).verify(publicKey)).to.equal("valid");
      expect(await parsedList(made).verifyInSlices(publicKey)).to.equal("valid");
      expect(parsedList(forged).verify(publicKey)).to.equal("invalid");
      expect(await parsedList(forged).verifyInSlices(publicKey)).to.equal("invalid");
      expect(await parsedList(made).verifyInSlices(rootKey)).to.equal("invalid");
    });
  }

  it("is checked alike where OpenSSL throws: a PSS key that forbids the hash", async () => {
    const signer = authority({ keyAlgorithm: "rsa-2048" });
    const made = certificateList(signer.certificate, { signatureScheme: "rsa-pss-sha256" });
    const forbidding = keyOf(
      generateKeyPairSync("rsa-pss", {
        modulusLength: 2048,
        hashAlgorithm: "sha512",
        mgf1HashAlgorithm: "sha512",
      }),
    );
    expect(parsedList(made).verify(forbidding)).to.equal("invalid");
    expect(await parsedList(made).verifyInSlices(forbidding)).to.equal("invalid");
  });

  it("is hashed with a pause after every megabyte", async () => {
    const list = parsedList(certificateList(root.certificate, long));
    const pauses = counter();
    expect(await list.verifyInSlices(rootKey, noLegacy, pauses.pause)).to.equal("valid");
    expect(pauses.count).to.equal(4);
  });

  it("is checked once for each key", async () => {
    const list = parsedList(certificateList(root.certificate));
    const [other] = otherKeys(1) as [PublicKey];
    expect(list.knownVerdict(rootKey)).to.equal(undefined);
    expect([list.verify(rootKey), list.verify(other)]).to.deep.equal(["valid", "invalid"]);
    expect([list.knownVerdict(rootKey), list.knownVerdict(other)]).to.deep.equal([
      "valid",
      "invalid",
    ]);
    const pauses = counter();
    expect(await list.verifyInSlices(other, noLegacy, pauses.pause)).to.equal("invalid");
    expect(pauses.count).to.equal(0);
  });

  it("is forgotten for keys that were asked about long ago, but never for the signer's", () => {
    const list = parsedList(certificateList(root.certificate));
    const keys = otherKeys(9);
    list.verify(rootKey);
    for (const key of keys) list.verify(key);
    expect(list.knownVerdict(keys[0]!)).to.equal(undefined);
    expect(list.knownVerdict(keys[8]!)).to.equal("invalid");
    expect(list.knownVerdict(rootKey)).to.equal("valid");
  });

  it("counts with a weak hash only where that is accepted, whatever was asked before", async () => {
    const signer = authority({ keyAlgorithm: "rsa-2048" });
    const { publicKey } = parsed(signer.certificate);
    const list = parsedList(certificateList(signer.certificate, { signatureScheme: "rsa-sha1" }));
    const weak = new Set(["sha1"] as const);
    expect(list.verify(publicKey, weak)).to.equal("valid");
    expect(list.verify(publicKey)).to.equal("algorithm-unsupported");
    expect(await list.verifyInSlices(publicKey)).to.equal("algorithm-unsupported");
    list.release();
    expect(list.verify(publicKey)).to.equal("algorithm-unsupported");
    expect(list.verify(publicKey, weak)).to.equal("valid");
  });

  it("is nobody's with an unknown algorithm", async () => {
    const unknown = der.sequence(der.oid("1.3.6.1.4.1.32473.2"));
    const list = parsedList(
      certificateList(root.certificate, {
        raw: (sound) => ({ ...sound, innerSignatureAlgorithm: unknown }),
      }),
    );
    expect(list.verify(rootKey)).to.equal("algorithm-unsupported");
    expect(await list.verifyInSlices(rootKey)).to.equal("algorithm-unsupported");
  });
});

describe("CertificateList.release", () => {
  it("keeps the signer's verdict, and takes every key that was not asked about for another", async () => {
    const list = parsedList(certificateList(root.certificate));
    const [known, unknown] = otherKeys(2) as [PublicKey, PublicKey];
    list.verify(known);
    await list.verifyInSlices(rootKey);
    list.release();
    for (const key of [known, unknown]) {
      expect(list.knownVerdict(key)).to.equal("invalid");
      expect(list.verify(key)).to.equal("invalid");
      expect(await list.verifyInSlices(key)).to.equal("invalid");
    }
    expect(list.verify(rootKey)).to.equal("valid");
  });

  it("does nothing before a signer is known, since nobody could ever be found then", () => {
    const list = parsedList(certificateList(root.certificate));
    list.verify(otherKeys(1)[0]!);
    list.release();
    expect(list.verify(rootKey)).to.equal("valid");
  });

  it("does not disturb a check that is under way", async () => {
    const list = parsedList(certificateList(root.certificate, long));
    const another = list.verifyInSlices(otherKeys(1)[0]!);
    list.verify(rootKey);
    list.release();
    expect(await another).to.equal("invalid");
    expect(list.verify(rootKey)).to.equal("valid");
  });
});
