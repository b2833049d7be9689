import { expect } from "chai";

import { der, testKeyPair, type TestKeyAlgorithm } from "@mtls-shield/testkit";

import { DerReader } from "../../../src/asn1/der-reader.ts";
import { checkKeyStrength } from "../../../src/path/checks/key-strength.ts";
import { PublicKey } from "../../../src/x509/public-key.ts";
import { noLegacy, type LegacyAlgorithm } from "../../../src/x509/signature.ts";

function rsa(modulus: bigint, exponent = 65_537n, legacy: ReadonlySet<LegacyAlgorithm> = noLegacy) {
  const algorithm = der.sequence(der.oid("1.2.840.113549.1.1.1"), der.nullValue());
  const numbers = der.sequence(der.integer(modulus), der.integer(exponent));
  const spki = der.sequence(algorithm, der.bitString(numbers));
  return checkKeyStrength(PublicKey.read(DerReader.of(spki)), legacy);
}

/** An odd number of exactly this many bits. */
function ofBits(bits: number): bigint {
  return (1n << BigInt(bits - 1)) | 1n;
}

function ofAlgorithm(algorithm: TestKeyAlgorithm) {
  const spki = testKeyPair(algorithm).publicKey.export({ type: "spki", format: "der" });
  return checkKeyStrength(PublicKey.read(DerReader.of(spki)), noLegacy);
}

describe("checkKeyStrength", () => {
  for (const [bits, code] of [
    [1, "key-too-weak"],
    [1_024, "key-too-weak"],
    [2_040, "key-too-weak"],
    [2_047, "key-too-weak"],
    [2_048, undefined],
    [2_049, undefined],
    [4_096, undefined],
    [8_192, undefined],
    [8_193, "key-too-weak"],
    [16_384, "key-too-weak"],
  ] as const) {
    it(`says ${String(code)} of an RSA modulus of ${bits} bits`, () => {
      expect(rsa(ofBits(bits))).to.equal(code);
      // All bits set: the sign octet that DER puts in front does not count.
      expect(rsa((1n << BigInt(bits)) - 1n)).to.equal(code);
    });
  }

  for (const [name, exponent, code] of [
    ["0", 0n, "key-too-weak"],
    ["1, with which every signature is its own message", 1n, "key-too-weak"],
    ["2", 2n, "key-too-weak"],
    ["3", 3n, undefined],
    ["17", 17n, undefined],
    ["65537", 65_537n, undefined],
    ["65538", 65_538n, "key-too-weak"],
    ["257, whose last octet is 1", 257n, undefined],
    ["64 bits", (1n << 63n) | 1n, undefined],
    ["65 bits", (1n << 64n) | 1n, "key-too-weak"],
    ["2048 bits", ofBits(2_048), "key-too-weak"],
  ] as const) {
    it(`says ${String(code)} of the RSA exponent ${name}`, () => {
      expect(rsa(ofBits(2_048), exponent)).to.equal(code);
    });
  }

  for (const [bits, code] of [
    [1_023, "key-too-weak"],
    [1_024, undefined],
    [1_536, undefined],
    [2_048, undefined],
    [8_193, "key-too-weak"],
  ] as const) {
    it(`says ${String(code)} of an RSA modulus of ${bits} bits where rsa-1024 is accepted`, () => {
      expect(rsa(ofBits(bits), 65_537n, new Set(["rsa-1024"]))).to.equal(code);
    });
  }

  it("accepts no short modulus for the sake of another weakness", () => {
    expect(rsa(ofBits(1_024), 65_537n, new Set(["md5", "sha1"]))).to.equal("key-too-weak");
  });

  it("accepts no exponent that gives the key away, whatever is accepted", () => {
    expect(rsa(ofBits(1_024), 1n, new Set(["rsa-1024"]))).to.equal("key-too-weak");
  });

  it("refuses a modulus that is even or zero", () => {
    expect(rsa(1n << 2_047n)).to.equal("key-too-weak");
    expect(rsa(0n)).to.equal("key-too-weak");
  });

  it("accepts the named curves, and no others", () => {
    for (const algorithm of [
      "ecdsa-p256",
      "ecdsa-p384",
      "ecdsa-p521",
      "ed25519",
      "ed448",
    ] as const) {
      expect(ofAlgorithm(algorithm), algorithm).to.equal(undefined);
    }
    for (const algorithm of ["ecdsa-p192", "ecdsa-secp256k1", "dsa-2048"] as const) {
      expect(ofAlgorithm(algorithm), algorithm).to.equal("key-unsupported");
    }
  });
});
