import { createHash, ECDH } from "node:crypto";
import { authority, der, testKeyPair, type TestCertificate } from "@mtls-shield/testkit";
import { expect } from "chai";

import type { DenyEntryInput } from "../../../src/revocation/deny-list/deny-entry.ts";
import { createDenyList } from "../../../src/revocation/deny-list/deny-list.ts";
import { parsed } from "../../certificates.ts";
import { bestCpuMs } from "../../cpu-time.ts";

function isDenied(
  entry: DenyEntryInput,
  certificate: Pick<TestCertificate, "der">,
  issuer?: Pick<TestCertificate, "der">,
): boolean {
  const list = createDenyList({ entries: [entry] });
  const found = list.find(parsed(certificate), issuer === undefined ? undefined : parsed(issuer));
  return found !== undefined;
}

function pinOf(spki: Uint8Array): string {
  return createHash("sha256").update(spki).digest("hex");
}

describe("what a list of denied certificates finds", () => {
  const serialNumber = "1";
  const root = authority({ commonName: "Corp CA", keyAlgorithm: "ecdsa-p256" });
  // As after a new key: the same name, and serial numbers from the start.
  const renewed = authority({ commonName: "Corp CA", keyAlgorithm: "ecdsa-p256" });
  const { leaf } = root.client({ serialNumber: 1n });
  const { leaf: other } = renewed.client({ serialNumber: 1n });
  const rootPin = pinOf(root.certificate.publicKey.export({ type: "spki", format: "der" }));

  it("is told apart by the issuer's key where the entry names that", () => {
    for (const issuer of [root.certificate.pem, rootPin]) {
      expect(isDenied({ issuer, serialNumber }, leaf, root.certificate)).to.equal(true);
      expect(isDenied({ issuer, serialNumber }, other, renewed.certificate)).to.equal(false);
    }
  });

  it("is everything of that name and number where the entry names no key", () => {
    const entry = { issuer: "CN=Corp CA", serialNumber };
    expect(isDenied(entry, leaf, root.certificate)).to.equal(true);
    expect(isDenied(entry, other, renewed.certificate)).to.equal(true);
  });

  it("errs on the safe side where nobody knows whose key signed", () => {
    expect(isDenied({ issuer: root.certificate.pem, serialNumber }, leaf)).to.equal(true);
    expect(isDenied({ issuer: root.certificate.pem, serialNumber }, other)).to.equal(true);
    expect(isDenied({ issuer: rootPin, serialNumber }, other)).to.equal(true);
    expect(isDenied({ issuer: "CN=Corp CA", serialNumber }, leaf)).to.equal(true);
    const stranger = authority({ commonName: "Other" }).client({ serialNumber: 1n }).leaf;
    expect(isDenied({ issuer: root.certificate.pem, serialNumber }, stranger)).to.equal(false);
    expect(isDenied({ issuer: "CN=Corp CA", serialNumber }, stranger)).to.equal(false);
  });

  it("is not a root of another key with the same serial number", () => {
    const anchor = authority({ serialNumber: 1n }).certificate;
    expect(isDenied({ issuer: rootPin, serialNumber }, anchor)).to.equal(false);
    const own = pinOf(anchor.publicKey.export({ type: "spki", format: "der" }));
    expect(isDenied({ issuer: own, serialNumber }, anchor)).to.equal(true);
  });

  it("is asked again for the same certificate with another issuer", () => {
    const list = createDenyList({ entries: [{ issuer: root.certificate.pem, serialNumber }] });
    const certificate = parsed(leaf);
    expect(list.find(certificate, parsed(renewed.certificate))).to.equal(undefined);
    expect(list.find(certificate, parsed(root.certificate))).to.be.an("object");
    expect(list.find(certificate, undefined)).to.be.an("object");
  });

  it("is every certificate of a denied key, whoever issued it", () => {
    const keyPair = testKeyPair("ecdsa-p256");
    const publicKey = root.client({ keyPair }).leaf.pem;
    const next = renewed.client({ keyPair, serialNumber: 77n }).leaf;
    expect(isDenied({ publicKey }, next, renewed.certificate)).to.equal(true);
    expect(isDenied({ publicKey }, leaf, root.certificate)).to.equal(false);
  });

  it("is a denied key that is written in another way: an elliptic point with half its octets", () => {
    const keyPair = testKeyPair("ecdsa-p256");
    const usual = keyPair.publicKey.export({ type: "spki", format: "der" });
    const point = ECDH.convertKey(usual.subarray(-65), "prime256v1", "hex", "hex", "compressed");
    const algorithm = der.split(usual)[0] as Uint8Array;
    const short = der.sequence(algorithm, der.bitString(Buffer.from(point as string, "hex")));
    const evasive = root.client({
      keyPair,
      raw: (sound) => ({ ...sound, subjectPublicKeyInfo: short }),
    }).leaf;
    expect(isDenied({ publicKey: pinOf(usual) }, evasive, root.certificate)).to.equal(true);
    const honest = root.client({ keyPair }).leaf;
    expect(isDenied({ publicKey: evasive.pem }, honest, root.certificate)).to.equal(true);
    expect(isDenied({ publicKey: evasive.pem }, evasive, root.certificate)).to.equal(true);
  });

  it("is a denied key that is written in another way: an RSA key for PSS alone", () => {
    const keyPair = testKeyPair("rsa-2048");
    const usual = keyPair.publicKey.export({ type: "spki", format: "der" });
    const pss = der.sequence(
      der.sequence(der.oid("1.2.840.113549.1.1.10")),
      der.bitString(keyPair.publicKey.export({ type: "pkcs1", format: "der" })),
    );
    const evasive = root.client({
      keyPair,
      raw: (sound) => ({ ...sound, subjectPublicKeyInfo: pss }),
    }).leaf;
    expect(isDenied({ publicKey: pinOf(usual) }, evasive, root.certificate)).to.equal(true);
  });

  it("is a certificate by its fingerprint, though its ECDSA signature was rewritten", () => {
    const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
    const [signed, algorithm, signature] = der.split(leaf.der) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const pair = der.split(der.contentOf(signature).subarray(1));
    const s = BigInt(`0x${Buffer.from(der.contentOf(pair[1]!)).toString("hex")}`);
    const twin = der.sequence(
      signed,
      algorithm,
      der.bitString(der.sequence(pair[0]!, der.integer(order - s))),
    );
    const { fingerprint } = leaf;
    expect(isDenied({ fingerprint }, { der: twin }, root.certificate)).to.equal(true);
    // Without the issuer its curve is not known.
    expect(isDenied({ fingerprint }, { der: twin })).to.equal(false);
    expect(isDenied({ fingerprint }, leaf)).to.equal(true);
    expect(isDenied({ fingerprint }, other, renewed.certificate)).to.equal(false);
  });

  it("is nothing, and no exception, for a signature or a key that is none", () => {
    const fingerprint = "00".repeat(32);
    const rsaSigned = authority({ keyAlgorithm: "rsa-2048" }).client().leaf;
    expect(isDenied({ fingerprint }, rsaSigned, root.certificate)).to.equal(false);
    const ed25519 = authority({ keyAlgorithm: "ed25519" });
    expect(isDenied({ fingerprint }, ed25519.client().leaf, ed25519.certificate)).to.equal(false);
    const keyPair = testKeyPair("ecdsa-p256");
    const usual = keyPair.publicKey.export({ type: "spki", format: "der" });
    const nowhere = Buffer.concat([Buffer.of(4), Buffer.alloc(64, 1)]);
    const offCurve = root.client({
      keyPair,
      raw: (sound) => ({
        ...sound,
        subjectPublicKeyInfo: der.sequence(der.split(usual)[0]!, der.bitString(nowhere)),
      }),
    }).leaf;
    expect(isDenied({ fingerprint }, offCurve, root.certificate)).to.equal(false);
  });

  it("is found by a negative serial number as well", () => {
    const negative = root.client({ serialNumber: -1n }).leaf;
    const issuer = "CN=Corp CA";
    expect(isDenied({ issuer, serialNumber: "-01" }, negative, root.certificate)).to.equal(true);
    expect(isDenied({ issuer, serialNumber: "01" }, negative, root.certificate)).to.equal(false);
  });

  it("does not depend on an issuer's name that is too long to be written in a list", () => {
    const commonName = "x".repeat(9_000);
    const long = authority({ commonName });
    const { leaf: ofLong } = long.client({ serialNumber: 1n });
    const entry = { issuer: long.certificate.pem, serialNumber };
    expect(isDenied(entry, ofLong, long.certificate)).to.equal(true);
    expect(isDenied(entry, ofLong)).to.equal(true);
    expect(isDenied({ issuer: "CN=x", serialNumber }, ofLong, long.certificate)).to.equal(false);
  });

  it("is found as quickly among 100,000 entries as among one", () => {
    const entries = Array.from({ length: 100_000 }, (_, index) => ({
      issuer: "CN=Corp CA,O=Example",
      serialNumber: (index + 2).toString(16),
    }));
    const list = createDenyList({ entries });
    const certificate = parsed(leaf);
    const issuer = parsed(root.certificate);
    const find = () => {
      for (let count = 0; count < 10_000; count++) list.find(certificate, issuer);
    };
    expect(bestCpuMs(find)).to.be.below(100);
  });
});
