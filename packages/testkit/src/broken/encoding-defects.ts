import * as der from "../der-writer.ts";
import { extension } from "../certificate-extensions.ts";
import { chainWith, intermediateOf, leafOf, type Defect } from "./broken-certificate.ts";

const rsaAlgorithm = der.sequence(der.oid("1.2.840.113549.1.1.1"), der.nullValue());
const p256Algorithm = der.sequence(der.oid("1.2.840.10045.2.1"), der.oid("1.2.840.10045.3.1.7"));
const ed25519Algorithm = der.sequence(der.oid("1.3.101.112"));

/** A leaf whose notAfter is other bytes; the notBefore stays. */
function leafWithNotAfter(tag: number, text: string): Defect["make"] {
  return leafOf(({ validity }) => {
    const [notBefore] = der.split(validity);
    const notAfter = der.tlv(tag, new TextEncoder().encode(text));
    return { validity: der.sequence(notBefore ?? der.bytes(), notAfter) };
  });
}

function leafWithKeyBits(algorithm: Uint8Array, bits: Uint8Array): Defect["make"] {
  return leafOf(() => ({ subjectPublicKeyInfo: der.sequence(algorithm, der.bitString(bits)) }));
}

/** A point of the right length that is not on the curve: X is 1, Y is 1. */
function pointOffCurve(): Uint8Array {
  const point = new Uint8Array(65);
  point[0] = 4;
  point[32] = 1;
  point[64] = 1;
  return point;
}

const utcTimeTag = 0x17;
const generalizedTimeTag = 0x18;

/** Bytes that are not DER, or not a certificate as RFC 5280 4.1 writes it; names and extensions apart. */
export const encodingDefects = {
  "trailing-byte": {
    defect: "a byte follows the leaf certificate",
    expected: "certificate-malformed",
    handshake: false,
    make: leafOf(() => ({
      reencodeCertificate: (certificate) => der.concat(certificate, der.bytes(0)),
    })),
  },
  "truncated-certificate": {
    defect: "the leaf certificate lacks its last byte",
    expected: "certificate-malformed",
    handshake: false,
    make: leafOf(() => ({ reencodeCertificate: (certificate) => certificate.slice(0, -1) })),
  },
  "element-after-extensions": {
    defect: "an element follows the extensions in the leaf's signed part",
    expected: "certificate-malformed",
    handshake: false,
    make: leafOf(() => ({ afterExtensions: der.nullValue() })),
  },
  "element-after-signature": {
    defect: "an element follows the signature within the leaf certificate",
    expected: "certificate-malformed",
    handshake: false,
    make: leafOf(() => ({
      encodeSignature: (signature) => der.concat(der.bitString(signature), der.nullValue()),
    })),
  },
  "non-minimal-length": {
    defect: "the length of the whole leaf certificate has a leading zero octet",
    expected: "certificate-malformed",
    handshake: false,
    make: leafOf(() => ({ reencodeCertificate: der.withNonMinimalLength })),
  },
  "non-minimal-length-in-subject": {
    defect: "the length of the leaf's subject has a leading zero octet",
    expected: "certificate-malformed",
    handshake: true,
    make: leafOf(({ subject }) => ({ subject: der.withNonMinimalLength(subject) })),
  },
  "indefinite-length": {
    defect: "the whole leaf certificate has indefinite length",
    expected: "certificate-malformed",
    handshake: false,
    make: leafOf(() => ({ reencodeCertificate: der.withIndefiniteLength })),
  },
  "indefinite-length-in-subject": {
    defect: "the leaf's subject has indefinite length",
    expected: "certificate-malformed",
    handshake: true,
    make: leafOf(({ subject }) => ({ subject: der.withIndefiniteLength(subject) })),
  },
  "version-1-with-extensions": {
    defect: "the leaf is a version 1 certificate but has extensions",
    expected: "certificate-malformed",
    handshake: true,
    make: leafOf(() => ({ version: der.bytes() })),
  },
  "version-1-written-out": {
    defect: "the leaf writes out version 1, which DER leaves out as the default",
    expected: "certificate-malformed",
    handshake: true,
    make: leafOf(() => ({
      version: der.constructed(0, der.integer(0)),
      extensions: [],
    })),
  },
  "version-4": {
    defect: "the leaf claims to be of version 4, which does not exist",
    expected: "certificate-malformed",
    handshake: true,
    make: leafOf(() => ({ version: der.constructed(0, der.integer(3)) })),
  },
  "long-serial-number": {
    defect: "the leaf's serial number has 65 octets",
    expected: "certificate-malformed",
    handshake: true,
    make: leafOf(() => ({ serialNumber: der.integer(1n << 512n) })),
  },
  "padded-serial-number": {
    defect: "the leaf's serial number has a needless leading zero octet",
    expected: "certificate-malformed",
    handshake: false,
    make: leafOf(() => ({ serialNumber: der.tlv(0x02, der.bytes(0, 1)) })),
  },
  "empty-serial-number": {
    defect: "the leaf's serial number has no octets",
    expected: "certificate-malformed",
    handshake: false,
    make: leafOf(() => ({ serialNumber: der.tlv(0x02) })),
  },
  "empty-issuer": {
    defect: "the leaf's issuer name is empty",
    expected: "certificate-malformed",
    handshake: true,
    make: leafOf(() => ({ issuer: der.sequence() })),
  },
  "time-without-seconds": {
    defect: "the leaf's notAfter has no seconds",
    expected: "certificate-malformed",
    handshake: true,
    make: leafWithNotAfter(utcTimeTag, "4901010000Z"),
  },
  "time-with-offset": {
    defect: "the leaf's notAfter is in a time zone instead of UTC",
    expected: "certificate-malformed",
    handshake: true,
    make: leafWithNotAfter(utcTimeTag, "490101000000+0000"),
  },
  "time-with-fraction": {
    defect: "the leaf's notAfter has a fraction of a second",
    expected: "certificate-malformed",
    handshake: true,
    make: leafWithNotAfter(generalizedTimeTag, "20510101000000.5Z"),
  },
  "impossible-date": {
    defect: "the leaf's notAfter is the 30th of February",
    expected: "certificate-malformed",
    handshake: true,
    make: leafWithNotAfter(utcTimeTag, "490230000000Z"),
  },
  "time-not-in-digits": {
    defect: "the leaf's notAfter holds letters instead of digits",
    expected: "certificate-malformed",
    handshake: true,
    make: leafWithNotAfter(utcTimeTag, "49010100000xZ"),
  },
  "signature-with-unused-bits": {
    defect: "the leaf's signature field claims three unused bits",
    expected: "certificate-malformed",
    handshake: false,
    make: leafOf(() => ({ encodeSignature: (signature) => der.bitString(signature, 3) })),
  },
  "key-with-unused-bits": {
    defect: "the leaf's RSA public key field claims three unused bits, which are not zero",
    expected: "certificate-malformed",
    handshake: false,
    make: (options) =>
      chainWith(
        {
          leaf: {
            keyAlgorithm: "rsa-2048",
            raw: (sound) => {
              const [algorithm, bits] = der.split(sound.subjectPublicKeyInfo);
              const key = der.contentOf(bits ?? der.bytes(3, 0)).slice(1);
              const field = der.sequence(algorithm ?? der.bytes(), der.bitString(key, 3));
              return { ...sound, subjectPublicKeyInfo: field };
            },
          },
        },
        options,
      ),
  },
  "rsa-key-garbage": {
    defect: "the leaf's RSA key is not an RSAPublicKey",
    expected: "certificate-malformed",
    handshake: false,
    make: leafWithKeyBits(rsaAlgorithm, der.bytes(1, 2, 3, 4)),
  },
  "rsa-modulus-negative": {
    defect: "the leaf's RSA modulus is a negative number",
    expected: "certificate-malformed",
    handshake: false,
    make: leafWithKeyBits(
      rsaAlgorithm,
      der.sequence(der.integer(-(1n << 2047n) + 1n), der.integer(65_537)),
    ),
  },
  "ec-point-truncated": {
    defect: "the leaf's EC public key is too short for its curve",
    expected: "certificate-malformed",
    handshake: false,
    make: leafWithKeyBits(p256Algorithm, pointOffCurve().slice(0, 40)),
  },
  "ed25519-key-short": {
    defect: "the leaf's Ed25519 key has 31 octets instead of 32",
    expected: "certificate-malformed",
    handshake: false,
    make: leafWithKeyBits(ed25519Algorithm, new Uint8Array(31).fill(9)),
  },
  "empty-extensions": {
    defect: "the leaf has an extensions field without extensions",
    expected: "certificate-malformed",
    handshake: true,
    make: leafOf(() => ({ extensionsField: der.constructed(3, der.sequence()) })),
  },
  "duplicate-extension": {
    defect: "the leaf has two extensions with one identifier",
    expected: "certificate-malformed",
    handshake: true,
    make: leafOf(({ extensions }) => {
      const unknown = extension("1.3.6.1.4.1.32473.99", der.nullValue());
      return { extensions: [...extensions, unknown, unknown] };
    }),
  },
  "duplicate-extension-in-intermediate": {
    defect: "the intermediate has two extensions with one identifier",
    expected: "certificate-malformed",
    handshake: true,
    make: intermediateOf(({ extensions }) => {
      const unknown = extension("1.3.6.1.4.1.32473.99", der.nullValue());
      return { extensions: [...extensions, unknown, unknown] };
    }),
  },
  "non-canonical-boolean": {
    defect: "the leaf's critical extensions are marked with 01 instead of FF",
    expected: "certificate-malformed",
    handshake: true,
    make: leafOf(({ extensions }) => ({
      extensions: extensions.map((sound) => {
        const [oid, , value] = der.split(sound);
        if (value === undefined) return sound;
        return der.sequence(oid ?? der.bytes(), der.tlv(0x01, der.bytes(1)), value);
      }),
    })),
  },
} satisfies Readonly<Record<string, Defect>>;
