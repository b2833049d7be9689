import { createPublicKey, generateKeyPairSync } from "node:crypto";

import { expect } from "chai";

import { der, testKeyPair, type TestKeyAlgorithm } from "@mtls-shield/testkit";

import { DerError } from "../../src/asn1/der-error.ts";
import { DerReader } from "../../src/asn1/der-reader.ts";
import { PublicKey } from "../../src/x509/public-key.ts";

const rsaAlgorithm = der.sequence(der.oid("1.2.840.113549.1.1.1"), der.nullValue());
const curves = { p256: "1.2.840.10045.3.1.7", p384: "1.3.132.0.34", p521: "1.3.132.0.35" } as const;

function spki(algorithm: Uint8Array, bits: Uint8Array): Uint8Array {
  return der.sequence(algorithm, der.bitString(bits));
}

function ecAlgorithm(curve: keyof typeof curves): Uint8Array {
  return der.sequence(der.oid("1.2.840.10045.2.1"), der.oid(curves[curve]));
}

function read(bytes: Uint8Array): PublicKey {
  const reader = DerReader.of(bytes);
  const key = PublicKey.read(reader);
  reader.finish();
  return key;
}

/** The two coordinates of an EC public key, as DER holds them. */
function coordinates(algorithm: TestKeyAlgorithm) {
  const jwk = testKeyPair(algorithm).publicKey.export({ format: "jwk" });
  return { x: Buffer.from(jwk.x!, "base64url"), y: Buffer.from(jwk.y!, "base64url"), jwk };
}

describe("PublicKey", () => {
  for (const algorithm of [
    "rsa-2048",
    "rsa-3072",
    "ecdsa-p256",
    "ecdsa-p384",
    "ecdsa-p521",
    "ed25519",
    "ed448",
  ] as const) {
    it(`imports a key of ${algorithm} as node:crypto knows it`, () => {
      const { publicKey } = testKeyPair(algorithm);
      const key = read(publicKey.export({ type: "spki", format: "der" }));
      expect(key.keyObject?.equals(publicKey)).to.equal(true);
    });
  }

  it("knows the shape of an RSA key without importing it, sign octets left out", () => {
    const key = read(spki(rsaAlgorithm, der.sequence(der.integer(0xff01n), der.integer(65_537))));
    expect(key.shape).to.deep.equal({
      type: "rsa",
      modulus: Buffer.from([0xff, 0x01]),
      exponent: Buffer.from([1, 0, 1]),
      pssOnly: false,
    });
  });

  it("imports a key for RSASSA-PSS alone, and keeps that in its shape", () => {
    const { publicKey } = generateKeyPairSync("rsa-pss", { modulusLength: 2048 });
    const key = read(publicKey.export({ type: "spki", format: "der" }));
    expect(key.shape).to.include({ type: "rsa", pssOnly: true });
    expect(key.keyObject?.asymmetricKeyType).to.equal("rsa-pss");
  });

  it("imports a compressed point", () => {
    const { x, y, jwk } = coordinates("ecdsa-p256");
    const form = der.bytes((y.at(-1)! & 1) === 0 ? 2 : 3);
    const key = read(spki(ecAlgorithm("p256"), der.concat(form, x)));
    expect(key.shape).to.include({ type: "ec", curve: "P-256" });
    expect(key.keyObject?.equals(createPublicKey({ key: jwk, format: "jwk" }))).to.equal(true);
  });

  it("gives the same imported key again, for the same key in another certificate too", () => {
    const bytes = testKeyPair("ecdsa-p256").publicKey.export({ type: "spki", format: "der" });
    const key = read(bytes);
    expect(read(Buffer.from(bytes)).keyObject).to.equal(key.keyObject);
    expect(key.keyObject).to.equal(key.keyObject);
  });

  for (const [what, bytes] of Object.entries({
    "a point off the curve": spki(
      ecAlgorithm("p256"),
      der.concat(der.bytes(4), new Uint8Array(63), der.bytes(1)),
    ),
    "a compressed point whose X is on no curve": spki(
      ecAlgorithm("p256"),
      der.concat(der.bytes(2), new Uint8Array(32).fill(0xff)),
    ),
    "broken parameters of RSASSA-PSS": spki(
      der.sequence(der.oid("1.2.840.113549.1.1.10"), der.integer(1)),
      der.sequence(der.integer(0xff01n), der.integer(3)),
    ),
    "a key of an unknown kind": spki(der.sequence(der.oid("1.3.6.1.4.1.32473.97")), der.bytes(1)),
  })) {
    it(`has no key for node:crypto from ${what}, asked once or twice`, () => {
      const key = read(bytes);
      expect([key.keyObject, key.keyObject]).to.deep.equal([undefined, undefined]);
    });
  }

  for (const [what, bytes] of Object.entries({
    "an unknown algorithm": spki(der.sequence(der.oid("1.3.6.1.4.1.32473.97")), der.bytes(1)),
    "a DSA key": testKeyPair("dsa-2048").publicKey.export({ type: "spki", format: "der" }),
    "a curve that is not listed": testKeyPair("ecdsa-secp256k1").publicKey.export({
      type: "spki",
      format: "der",
    }),
    "an unknown curve": spki(
      der.sequence(der.oid("1.2.840.10045.2.1"), der.oid("1.3.6.1.4.1.32473.96")),
      der.bytes(4),
    ),
    "a curve that is spelled out (CVE-2020-0601)": testKeyPair(
      "ecdsa-p256-explicit",
    ).publicKey.export({ type: "spki", format: "der" }),
    "a curve that is left to the issuer": spki(
      der.sequence(der.oid("1.2.840.10045.2.1"), der.nullValue()),
      der.bytes(4),
    ),
    "an X25519 key, which cannot sign": generateKeyPairSync("x25519").publicKey.export({
      type: "spki",
      format: "der",
    }),
  })) {
    it(`takes ${what} for unsupported`, () => {
      expect(read(bytes).shape).to.deep.equal({ type: "unsupported" });
    });
  }

  const rsaKey = der.sequence(der.integer(0xff01n), der.integer(3));
  const point = der.concat(der.bytes(4), new Uint8Array(64));
  for (const [defect, bytes] of Object.entries({
    "RSA without its NULL": spki(der.sequence(der.oid("1.2.840.113549.1.1.1")), rsaKey),
    "RSA with a NULL that holds something": spki(
      der.sequence(der.oid("1.2.840.113549.1.1.1"), der.tlv(0x05, der.bytes(0))),
      rsaKey,
    ),
    "RSA with something after its NULL": spki(
      der.sequence(der.oid("1.2.840.113549.1.1.1"), der.nullValue(), der.nullValue()),
      rsaKey,
    ),
    "a negative modulus": spki(rsaAlgorithm, der.sequence(der.integer(-5), der.integer(3))),
    "a negative exponent": spki(rsaAlgorithm, der.sequence(der.integer(5), der.integer(-3))),
    "a padded modulus": spki(
      rsaAlgorithm,
      der.sequence(der.tlv(0x02, der.bytes(0, 5)), der.integer(3)),
    ),
    "three numbers": spki(
      rsaAlgorithm,
      der.sequence(der.integer(5), der.integer(3), der.integer(1)),
    ),
    "one number": spki(rsaAlgorithm, der.sequence(der.integer(5))),
    "something after the RSA key": spki(rsaAlgorithm, der.concat(rsaKey, der.bytes(0))),
    "an RSA key that is no SEQUENCE": spki(rsaAlgorithm, der.bytes(1, 2, 3)),
    "the point at infinity": spki(ecAlgorithm("p256"), der.bytes(0)),
    "an empty point": spki(ecAlgorithm("p256"), der.bytes()),
    "a hybrid point": spki(ecAlgorithm("p256"), der.concat(der.bytes(6), new Uint8Array(64))),
    "a point of another curve": spki(ecAlgorithm("p384"), point),
    "a point that is too long": spki(ecAlgorithm("p256"), der.concat(point, der.bytes(0))),
    "a compressed point of full length": spki(
      ecAlgorithm("p256"),
      der.concat(der.bytes(2), new Uint8Array(64)),
    ),
    "something after the curve": spki(
      der.sequence(der.oid("1.2.840.10045.2.1"), der.oid(curves.p256), der.nullValue()),
      point,
    ),
    "Ed25519 with parameters": spki(
      der.sequence(der.oid("1.3.101.112"), der.nullValue()),
      new Uint8Array(32),
    ),
    "an Ed25519 key of 33 octets": spki(der.sequence(der.oid("1.3.101.112")), new Uint8Array(33)),
    "an Ed448 key of 56 octets": spki(der.sequence(der.oid("1.3.101.113")), new Uint8Array(56)),
    "something after the key": der.sequence(rsaAlgorithm, der.bitString(rsaKey), der.nullValue()),
    "unused bits": der.sequence(rsaAlgorithm, der.bitString(rsaKey, 1)),
  })) {
    it(`refuses ${defect}`, () => {
      expect(() => read(bytes)).to.throw(DerError);
    });
  }
});
