import { constants, generateKeyPairSync, randomBytes, sign, type KeyObject } from "node:crypto";

import { expect } from "chai";

import {
  der,
  signatureScheme,
  testKeyPair,
  usualScheme,
  type SignatureSchemeName,
  type TestKeyAlgorithm,
} from "@mtls-shield/testkit";

import { DerError } from "../../src/asn1/der-error.ts";
import { DerReader } from "../../src/asn1/der-reader.ts";
import { PublicKey } from "../../src/x509/public-key.ts";
import {
  isAcceptedAlgorithm,
  legacyAlgorithms,
  noLegacy,
  parseSignatureAlgorithm,
  verifySignature,
  type LegacyAlgorithm,
  type SignatureAlgorithm,
} from "../../src/x509/signature.ts";

const signed = Buffer.from("what is signed");
const pssId = "1.2.840.113549.1.1.10";
const mgf1 = "1.2.840.113549.1.1.8";
const sha256Algorithm = der.sequence(der.oid("2.16.840.1.101.3.4.2.1"), der.nullValue());
const sha384Algorithm = der.sequence(der.oid("2.16.840.1.101.3.4.2.2"), der.nullValue());
const md5Algorithm = der.sequence(der.oid("1.2.840.113549.2.5"), der.nullValue());
const sha1Algorithm = der.sequence(der.oid("1.3.14.3.2.26"), der.nullValue());
const rsaPss: SignatureAlgorithm = { scheme: "rsa-pss", hash: "sha256", saltLength: 32 };

function parse(algorithm: Uint8Array): SignatureAlgorithm | undefined {
  return parseSignatureAlgorithm(Buffer.from(algorithm));
}

function parsePss(...parameters: readonly Uint8Array[]): SignatureAlgorithm | undefined {
  return parse(der.sequence(der.oid(pssId), der.sequence(...parameters)));
}

function engineKey(key: KeyObject): PublicKey {
  return PublicKey.read(DerReader.of(key.export({ type: "spki", format: "der" })));
}

function engineRsaKey(modulus: bigint, exponent: bigint): PublicKey {
  const algorithm = der.sequence(der.oid("1.2.840.113549.1.1.1"), der.nullValue());
  const numbers = der.sequence(der.integer(modulus), der.integer(exponent));
  return PublicKey.read(DerReader.of(der.sequence(algorithm, der.bitString(numbers))));
}

function schemeOf(name: SignatureSchemeName): SignatureAlgorithm | undefined {
  return parse(signatureScheme(name).algorithm);
}

/** Signs with the key, and asks the engine about it. */
function verdictOn(
  algorithm: TestKeyAlgorithm,
  scheme: SignatureSchemeName,
  change: (signature: Buffer) => Uint8Array = (signature) => signature,
) {
  const { privateKey, publicKey } = testKeyPair(algorithm);
  const signature = Buffer.from(signatureScheme(scheme).sign(signed, privateKey));
  const changed = Buffer.from(change(signature));
  return verifySignature(schemeOf(scheme), signed, changed, engineKey(publicKey));
}

describe("parseSignatureAlgorithm", () => {
  for (const [name, algorithm] of [
    ["ecdsa-sha256", { scheme: "ecdsa", hash: "sha256" }],
    ["ecdsa-sha384", { scheme: "ecdsa", hash: "sha384" }],
    ["ecdsa-sha512", { scheme: "ecdsa", hash: "sha512" }],
    ["rsa-sha256", { scheme: "rsa-pkcs1", hash: "sha256" }],
    ["rsa-sha384", { scheme: "rsa-pkcs1", hash: "sha384" }],
    ["rsa-sha512", { scheme: "rsa-pkcs1", hash: "sha512" }],
    ["rsa-pss-sha256", rsaPss],
    ["ed25519", { scheme: "Ed25519" }],
    ["ed448", { scheme: "Ed448" }],
  ] as const) {
    it(`accepts ${name}`, () => {
      expect(schemeOf(name)).to.deep.equal(algorithm);
    });
  }

  for (const [name, algorithm] of [
    ["ecdsa-sha1", { scheme: "ecdsa", hash: "sha1" }],
    ["rsa-md5", { scheme: "rsa-pkcs1", hash: "md5" }],
    ["rsa-sha1", { scheme: "rsa-pkcs1", hash: "sha1" }],
    ["rsa-pss-sha1", { scheme: "rsa-pss", hash: "sha1", saltLength: 20 }],
  ] as const) {
    it(`knows ${name}, which is not to say that it is accepted`, () => {
      expect(schemeOf(name)).to.deep.equal(algorithm);
    });
  }

  it("knows no dsa-sha256", () => {
    expect(schemeOf("dsa-sha256")).to.equal(undefined);
  });

  it("accepts RSA without its NULL, as RFC 4055 5 demands", () => {
    expect(parse(der.sequence(der.oid("1.2.840.113549.1.1.11")))).to.deep.equal({
      scheme: "rsa-pkcs1",
      hash: "sha256",
    });
  });

  for (const [defect, algorithm] of Object.entries({
    "RSA with a NULL that holds something": der.sequence(
      der.oid("1.2.840.113549.1.1.11"),
      der.tlv(0x05, der.bytes(0)),
    ),
    "RSA with something after its NULL": der.sequence(
      der.oid("1.2.840.113549.1.1.11"),
      der.nullValue(),
      der.nullValue(),
    ),
    "RSA with other parameters": der.sequence(der.oid("1.2.840.113549.1.1.11"), der.integer(1)),
    "ECDSA with parameters": der.sequence(der.oid("1.2.840.10045.4.3.2"), der.nullValue()),
    "Ed25519 with parameters": der.sequence(der.oid("1.3.101.112"), der.nullValue()),
    "no identifier": der.sequence(),
  })) {
    it(`refuses ${defect}`, () => {
      expect(() => parse(algorithm)).to.throw(DerError);
    });
  }
});

describe("parseSignatureAlgorithm, RSASSA-PSS", () => {
  const hash = (algorithm: Uint8Array) => der.constructed(0, algorithm);
  const mask = (algorithm: Uint8Array) =>
    der.constructed(1, der.sequence(der.oid(mgf1), algorithm));
  const salt = (length: number) => der.constructed(2, der.integer(length));

  it("accepts one hash throughout, with any salt", () => {
    expect(parsePss(hash(sha256Algorithm), mask(sha256Algorithm), salt(32))).to.deep.equal(rsaPss);
    expect(parsePss(hash(sha384Algorithm), mask(sha384Algorithm), salt(0))).to.deep.equal({
      scheme: "rsa-pss",
      hash: "sha384",
      saltLength: 0,
    });
  });

  it("reads what the parameters leave out: SHA-1, and a salt of 20 octets (RFC 4055 3.1)", () => {
    const sha1 = { scheme: "rsa-pss", hash: "sha1", saltLength: 20 };
    expect(parsePss()).to.deep.equal(sha1);
    expect(parsePss(hash(sha1Algorithm), mask(sha1Algorithm), salt(20))).to.deep.equal(sha1);
    expect(parsePss(salt(7))).to.deep.equal({ ...sha1, saltLength: 7 });
    expect(parsePss(hash(sha256Algorithm), mask(sha256Algorithm))).to.deep.equal({
      ...rsaPss,
      saltLength: 20,
    });
  });

  it("accepts hashes without their NULL (RFC 4055 2.1)", () => {
    const bare = der.sequence(der.oid("2.16.840.1.101.3.4.2.1"));
    expect(parsePss(hash(bare), mask(bare), salt(32))).to.deep.equal(rsaPss);
  });

  for (const [what, algorithm] of Object.entries({
    "without parameters": der.sequence(der.oid(pssId)),
    "without a mask function": der.sequence(
      der.oid(pssId),
      der.sequence(hash(sha256Algorithm), salt(32)),
    ),
    "without a hash": der.sequence(der.oid(pssId), der.sequence(mask(sha256Algorithm), salt(32))),
    "with two hashes": der.sequence(
      der.oid(pssId),
      der.sequence(hash(sha256Algorithm), mask(sha384Algorithm), salt(32)),
    ),
    "over MD5": der.sequence(
      der.oid(pssId),
      der.sequence(hash(md5Algorithm), mask(md5Algorithm), salt(16)),
    ),
    "over an unknown hash, whatever its parameters": der.sequence(
      der.oid(pssId),
      der.sequence(
        hash(der.sequence(der.oid("1.3.6.1.4.1.32473.95"), der.integer(1))),
        mask(sha256Algorithm),
        salt(32),
      ),
    ),
    "with a mask over SHA-1": der.sequence(
      der.oid(pssId),
      der.sequence(hash(sha256Algorithm), mask(sha1Algorithm), salt(32)),
    ),
    "with another mask function": der.sequence(
      der.oid(pssId),
      der.sequence(
        hash(sha256Algorithm),
        der.constructed(1, der.sequence(der.oid("1.2.3"), sha256Algorithm)),
        salt(32),
      ),
    ),
  })) {
    it(`accepts none ${what}`, () => {
      expect(parse(algorithm)).to.equal(undefined);
    });
  }

  const sound = [hash(sha256Algorithm), mask(sha256Algorithm)];
  for (const [defect, parameters] of Object.entries({
    "a negative salt length": [...sound, salt(-1)],
    "a trailer field written out": [...sound, salt(32), der.constructed(3, der.integer(1))],
    "something after the salt length": [
      ...sound,
      der.constructed(2, der.integer(32), der.integer(1)),
    ],
    "something after the hash": [
      der.constructed(0, sha256Algorithm, der.nullValue()),
      mask(sha256Algorithm),
      salt(32),
    ],
    "something after the mask function": [
      hash(sha256Algorithm),
      der.constructed(1, der.sequence(der.oid(mgf1), sha256Algorithm), der.nullValue()),
      salt(32),
    ],
    "something within the mask function": [
      hash(sha256Algorithm),
      der.constructed(1, der.sequence(der.oid(mgf1), sha256Algorithm, der.nullValue())),
      salt(32),
    ],
    "a mask function without a hash": [
      hash(sha256Algorithm),
      der.constructed(1, der.sequence(der.oid(mgf1))),
      salt(32),
    ],
    "a NULL of a hash that holds something": [
      hash(der.sequence(der.oid("2.16.840.1.101.3.4.2.1"), der.tlv(0x05, der.bytes(0)))),
      mask(sha256Algorithm),
      salt(32),
    ],
  })) {
    it(`refuses ${defect}`, () => {
      expect(() => parsePss(...parameters)).to.throw(DerError);
    });
  }

  it("refuses something after the parameters", () => {
    const algorithm = der.sequence(der.oid(pssId), der.sequence(), der.nullValue());
    expect(() => parse(algorithm)).to.throw(DerError);
  });
});

describe("isAcceptedAlgorithm", () => {
  it("accepts what is strong, whatever is named", () => {
    for (const name of ["ecdsa-sha256", "rsa-sha512", "rsa-pss-sha256", "ed25519"] as const) {
      expect(isAcceptedAlgorithm(schemeOf(name)!, noLegacy), name).to.equal(true);
    }
  });

  it("accepts what is weak where it is named, and no other weakness for its sake", () => {
    const weak = schemeOf("rsa-sha1")!;
    for (const name of legacyAlgorithms) {
      expect(isAcceptedAlgorithm(weak, new Set([name])), name).to.equal(name === "sha1");
    }
    expect(isAcceptedAlgorithm(weak, noLegacy)).to.equal(false);
  });
});

describe("verifySignature", () => {
  const pairs: readonly (readonly [TestKeyAlgorithm, SignatureSchemeName])[] = [
    ["ecdsa-p256", "ecdsa-sha256"],
    ["ecdsa-p384", "ecdsa-sha384"],
    ["ecdsa-p521", "ecdsa-sha512"],
    ["ecdsa-p256", "ecdsa-sha512"],
    ["rsa-2048", "rsa-sha256"],
    ["rsa-2048", "rsa-sha384"],
    ["rsa-2048", "rsa-sha512"],
    ["rsa-2048", "rsa-pss-sha256"],
    ["ed25519", "ed25519"],
    ["ed448", "ed448"],
  ];

  for (const [key, scheme] of pairs) {
    it(`tells a good signature of ${scheme} with ${key} from an altered one`, () => {
      expect(verdictOn(key, scheme)).to.equal("valid");
      const altered = verdictOn(key, scheme, (signature) => {
        signature[signature.length - 1]! ^= 1;
        return signature;
      });
      expect(altered).to.equal("invalid");
      expect(verdictOn(key, scheme, () => der.bytes())).to.equal("invalid");
    });

    it(`takes a good signature of ${scheme} with another key of ${key} for invalid`, () => {
      const { privateKey } = testKeyPair(key);
      const other = engineKey(testKeyPair(key).publicKey);
      const signature = Buffer.from(signatureScheme(scheme).sign(signed, privateKey));
      expect(verifySignature(schemeOf(scheme), signed, signature, other)).to.equal("invalid");
    });
  }

  it("takes a signature over other bytes for invalid", () => {
    const { privateKey, publicKey } = testKeyPair("ecdsa-p256");
    const signature = Buffer.from(signatureScheme("ecdsa-sha256").sign(signed, privateKey));
    const other = Buffer.concat([signed, Buffer.from([0])]);
    const algorithm = schemeOf("ecdsa-sha256");
    expect(verifySignature(algorithm, other, signature, engineKey(publicKey))).to.equal("invalid");
  });

  it("names algorithms that are not accepted", () => {
    const key = engineKey(testKeyPair("rsa-2048").publicKey);
    expect(verifySignature(undefined, signed, randomBytes(256), key)).to.equal(
      "algorithm-unsupported",
    );
  });

  for (const [key, scheme, hash] of [
    ["ecdsa-p256", "ecdsa-sha1", "sha1"],
    ["rsa-2048", "rsa-sha1", "sha1"],
    ["rsa-2048", "rsa-pss-sha1", "sha1"],
    ["rsa-2048", "rsa-md5", "md5"],
  ] as const) {
    it(`checks a signature of ${scheme} only where ${hash} is named`, () => {
      const { privateKey, publicKey } = testKeyPair(key);
      const signature = Buffer.from(signatureScheme(scheme).sign(signed, privateKey));
      const verdict = (bytes: Buffer, ...legacy: readonly LegacyAlgorithm[]) =>
        verifySignature(schemeOf(scheme), bytes, signature, engineKey(publicKey), new Set(legacy));
      expect(verdict(signed, hash)).to.equal("valid");
      expect(verdict(Buffer.from("something else"), hash)).to.equal("invalid");
      expect(verdict(signed)).to.equal("algorithm-unsupported");
      const others = legacyAlgorithms.filter((name) => name !== hash);
      expect(verdict(signed, ...others)).to.equal("algorithm-unsupported");
      expect(verifySignature(schemeOf(scheme), signed, signature, engineKey(publicKey))).to.equal(
        "algorithm-unsupported",
      );
    });
  }

  it("names keys that are not accepted", () => {
    const key = engineKey(testKeyPair("ecdsa-secp256k1").publicKey);
    expect(verifySignature(schemeOf("ecdsa-sha256"), signed, randomBytes(70), key)).to.equal(
      "key-unsupported",
    );
  });

  it("names keys that OpenSSL does not accept", () => {
    const point = der.concat(der.bytes(4), new Uint8Array(63), der.bytes(1));
    const algorithm = der.sequence(der.oid("1.2.840.10045.2.1"), der.oid("1.2.840.10045.3.1.7"));
    const spki = der.sequence(algorithm, der.bitString(point));
    const key = PublicKey.read(DerReader.of(spki));
    const pair = Buffer.from(der.sequence(der.integer(1), der.integer(1)));
    expect(verifySignature(schemeOf("ecdsa-sha256"), signed, pair, key)).to.equal(
      "key-unsupported",
    );
  });

  it("coerces no algorithm to a key of another kind", () => {
    const algorithms = [
      "ecdsa-sha256",
      "rsa-sha256",
      "rsa-pss-sha256",
      "ed25519",
      "ed448",
    ] as const;
    const keys = ["ecdsa-p256", "rsa-2048", "ed25519", "ed448"] as const;
    for (const keyName of keys) {
      const { privateKey, publicKey } = testKeyPair(keyName);
      const own = usualScheme(privateKey);
      const signature = Buffer.from(signatureScheme(own).sign(signed, privateKey));
      const accepted = algorithms.filter(
        (name) =>
          verifySignature(schemeOf(name), signed, signature, engineKey(publicKey)) !== "invalid",
      );
      expect(accepted, keyName).to.deep.equal([own]);
    }
  });

  it("takes PKCS #1 v1.5 with a key for RSASSA-PSS alone for invalid (RFC 4055 1.2)", () => {
    const { privateKey, publicKey } = generateKeyPairSync("rsa-pss", { modulusLength: 2048 });
    const pss = sign("sha256", signed, {
      key: privateKey,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: 32,
    });
    const key = engineKey(publicKey);
    expect(verifySignature(rsaPss, signed, pss, key)).to.equal("valid");
    expect(verifySignature(schemeOf("rsa-sha256"), signed, pss, key)).to.equal("invalid");
  });

  it("takes a hash that the key's own parameters forbid for invalid", () => {
    const { publicKey } = generateKeyPairSync("rsa-pss", {
      modulusLength: 2048,
      hashAlgorithm: "sha512",
      mgf1HashAlgorithm: "sha512",
    });
    const verdict = verifySignature(rsaPss, signed, randomBytes(256), engineKey(publicKey));
    expect(verdict).to.equal("invalid");
  });

  it("takes another salt length than the one that is named for invalid", () => {
    const { privateKey, publicKey } = testKeyPair("rsa-2048");
    const padding = constants.RSA_PKCS1_PSS_PADDING;
    const signature = sign("sha256", signed, { key: privateKey, padding, saltLength: 20 });
    expect(verifySignature(rsaPss, signed, signature, engineKey(publicKey))).to.equal("invalid");
  });

  it("takes a salt length that no number of OpenSSL holds for invalid", () => {
    const algorithm: SignatureAlgorithm = { ...rsaPss, saltLength: 2 ** 32 - 1 };
    const key = engineKey(testKeyPair("rsa-2048").publicKey);
    expect(verifySignature(algorithm, signed, randomBytes(256), key)).to.equal("invalid");
  });

  describe("with ECDSA signatures that are not strict DER", () => {
    const numbers = (signature: Buffer): Uint8Array[] => der.split(signature);
    const changes: Readonly<Record<string, (signature: Buffer) => Uint8Array>> = {
      "a byte after it": (signature) => der.concat(signature, der.bytes(0)),
      "a third number": (signature) => der.sequence(...numbers(signature), der.integer(1)),
      "one number": (signature) => der.sequence(numbers(signature)[0]!),
      "a non-minimal length": der.withNonMinimalLength,
      "an indefinite length": der.withIndefiniteLength,
      "a padded number": (signature) => {
        const [r, s] = numbers(signature);
        const content = der.contentOf(r!);
        const zeros = content[0] === 0 ? der.bytes(0) : der.bytes(0, 0);
        return der.sequence(der.tlv(0x02, zeros, content), s!);
      },
      "a negative number": (signature) => der.sequence(der.integer(-1), numbers(signature)[1]!),
      "a second negative number": (signature) =>
        der.sequence(numbers(signature)[0]!, der.integer(-1)),
      "zeros for both numbers": () => der.sequence(der.integer(0), der.integer(0)),
      "a SET in place of a SEQUENCE": (signature) => der.set(...numbers(signature)),
      "its plain form of 64 octets": () => randomBytes(64),
    };
    for (const [change, apply] of Object.entries(changes)) {
      it(`takes ${change} for invalid`, () => {
        expect(verdictOn("ecdsa-p256", "ecdsa-sha256", apply)).to.equal("invalid");
      });
    }
  });

  it("throws at nothing that a hostile RSA key is", () => {
    // Random moduli: whether they have factors does not matter to a verifier.
    const modulus = BigInt(`0x8${randomBytes(256).toString("hex").slice(1)}`) | 1n;
    const hostile: Readonly<Record<string, readonly [bigint, bigint]>> = {
      "a modulus of 0": [0n, 3n],
      "a modulus of 1": [1n, 3n],
      "a modulus of 8 bits": [255n, 3n],
      "an even modulus": [modulus - 1n, 65_537n],
      "an exponent of 0": [modulus, 0n],
      "an exponent of 1": [modulus, 1n],
      "an even exponent": [modulus, 2n],
      "an exponent as large as the modulus": [modulus, modulus - 2n],
      "a modulus of 16,384 bits": [(1n << 16_383n) + 1n, 65_537n],
      "a modulus of 20,000 bits": [(1n << 19_999n) + 1n, 65_537n],
    };
    for (const [name, [n, e]] of Object.entries(hostile)) {
      const key = engineRsaKey(n, e);
      for (const scheme of ["rsa-sha256", "rsa-pss-sha256"] as const) {
        for (const signature of [der.bytes(), randomBytes(256), new Uint8Array(256).fill(255)]) {
          const verdict = verifySignature(schemeOf(scheme), signed, Buffer.from(signature), key);
          expect(verdict, name).to.be.oneOf(["invalid", "key-unsupported"]);
        }
      }
    }
  });

  it("throws at misuse by its caller, rather than call it an invalid signature", () => {
    const key = engineKey(testKeyPair("ecdsa-p256").publicKey);
    expect(() =>
      verifySignature(schemeOf("ecdsa-sha256"), signed, undefined as never, key),
    ).to.throw(TypeError);
  });
});
