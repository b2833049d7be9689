import * as der from "../der-writer.ts";
import { signatureScheme, type SignatureSchemeName } from "../signature-scheme.ts";
import { authority } from "../test-authority.ts";
import { testKeyPair, type TestKeyAlgorithm } from "../test-key-pair.ts";
import {
  chainWith,
  clientNames,
  intermediateOf,
  leafOf,
  type Defect,
} from "./broken-certificate.ts";

function lastBitFlipped(signature: Uint8Array): Uint8Array {
  return signature.map((octet, index) => (index === signature.length - 1 ? octet ^ 1 : octet));
}

/** A leaf that an intermediate signed with a scheme that is no longer safe. */
function leafSignedWith(
  keyAlgorithm: TestKeyAlgorithm,
  signatureScheme: SignatureSchemeName,
): Defect["make"] {
  return (options) =>
    chainWith({ intermediate: { keyAlgorithm }, leaf: { signatureScheme } }, options);
}

function leafWithKey(keyAlgorithm: TestKeyAlgorithm): Defect["make"] {
  return (options) => chainWith({ leaf: { keyAlgorithm } }, options);
}

/** Signatures that do not verify, and algorithms and keys that must not be used. */
export const signatureDefects = {
  "leaf-signature-altered": {
    defect: "the last bit of the leaf's signature is flipped",
    expected: "signature-invalid",
    handshake: true,
    make: leafOf(() => ({ alterSignature: lastBitFlipped })),
  },
  "intermediate-signature-altered": {
    defect: "the last bit of the intermediate's signature is flipped",
    expected: "signature-invalid",
    handshake: true,
    make: intermediateOf(() => ({ alterSignature: lastBitFlipped })),
  },
  "signature-empty": {
    defect: "the leaf's signature has no bits",
    expected: "signature-invalid",
    handshake: true,
    make: leafOf(() => ({ alterSignature: () => der.bytes() })),
  },
  "signature-zero": {
    defect: "both numbers of the leaf's ECDSA signature are zero",
    expected: "signature-invalid",
    handshake: true,
    make: leafOf(() => ({
      alterSignature: () => der.sequence(der.integer(0), der.integer(0)),
    })),
  },
  "altered-after-signing": {
    defect: "the leaf's serial number was changed after it was signed",
    expected: "signature-invalid",
    handshake: true,
    make: leafOf(() => ({
      alterTbs: (tbs) => {
        const [version, , ...others] = der.split(tbs);
        return der.sequence(version ?? der.bytes(), der.integer(7), ...others);
      },
    })),
  },
  "impostor-issuer": {
    defect: "the leaf names the intermediate as its issuer, but another key signed it",
    expected: "signature-invalid",
    handshake: true,
    make: leafOf(() => {
      const { privateKey } = testKeyPair("ecdsa-p256");
      return { sign: (tbs) => signatureScheme("ecdsa-sha256").sign(tbs, privateKey) };
    }),
  },
  "impostor-root": {
    defect: "the chain leads to a root with the trusted one's name but another key",
    expected: "signature-invalid",
    handshake: true,
    make: (options) => {
      const trusted = authority(options);
      const keyId = trusted.certificate.parts.extensions[0] ?? der.bytes();
      // With the trusted root's key identifier, nothing but the signature tells the two apart.
      const impostor = authority({ ...options, extensions: { subjectKeyIdentifier: keyId } });
      const authorityKeyIdentifier = trusted.certificate.parts.extensions[1] ?? der.bytes();
      const issued = impostor
        .intermediate({ extensions: { authorityKeyIdentifier } })
        .client(clientNames);
      return { ...issued, root: trusted.root };
    },
  },
  "sha1-ecdsa-leaf": {
    defect: "the leaf is signed with ECDSA over SHA-1",
    expected: "signature-algorithm-unsupported",
    handshake: false,
    make: leafSignedWith("ecdsa-p256", "ecdsa-sha1"),
  },
  "sha1-rsa-leaf": {
    defect: "the leaf is signed with RSA over SHA-1",
    expected: "signature-algorithm-unsupported",
    handshake: false,
    make: leafSignedWith("rsa-2048", "rsa-sha1"),
  },
  "sha1-rsa-pss-leaf": {
    defect: "the leaf is signed with RSA-PSS over SHA-1",
    expected: "signature-algorithm-unsupported",
    handshake: false,
    make: leafSignedWith("rsa-2048", "rsa-pss-sha1"),
  },
  "md5-rsa-leaf": {
    defect: "the leaf is signed with RSA over MD5",
    expected: "signature-algorithm-unsupported",
    handshake: false,
    make: leafSignedWith("rsa-2048", "rsa-md5"),
  },
  "sha1-intermediate": {
    defect: "the intermediate is signed with ECDSA over SHA-1",
    expected: "signature-algorithm-unsupported",
    handshake: false,
    make: (options) => chainWith({ intermediate: { signatureScheme: "ecdsa-sha1" } }, options),
  },
  "unknown-signature-algorithm": {
    defect: "the leaf's signature algorithm is one that nobody knows",
    expected: "signature-algorithm-unsupported",
    handshake: false,
    make: leafOf(() => ({
      innerSignatureAlgorithm: der.sequence(der.oid("1.3.6.1.4.1.32473.98")),
    })),
  },
  "signature-algorithms-differ": {
    defect: "the leaf's signed part names ECDSA over SHA-384, its signature SHA-256",
    expected: "signature-algorithm-mismatch",
    handshake: true,
    make: leafOf((sound) => ({
      innerSignatureAlgorithm: signatureScheme("ecdsa-sha384").algorithm,
      outerSignatureAlgorithm: sound.innerSignatureAlgorithm,
    })),
  },
  "signature-parameters-differ": {
    defect: "the RSA signature algorithm has NULL parameters inside the leaf and none outside",
    expected: "signature-algorithm-mismatch",
    handshake: true,
    make: (options) =>
      chainWith(
        {
          intermediate: { keyAlgorithm: "rsa-2048" },
          leaf: {
            raw: (sound) => ({
              ...sound,
              outerSignatureAlgorithm: der.sequence(der.oid("1.2.840.113549.1.1.11")),
            }),
          },
        },
        options,
      ),
  },
  "rsa-1024-leaf": {
    defect: "the leaf's RSA key has 1024 bits",
    expected: "key-too-weak",
    handshake: false,
    make: leafWithKey("rsa-1024"),
  },
  "rsa-1024-intermediate": {
    defect: "the intermediate's RSA key has 1024 bits",
    expected: "key-too-weak",
    handshake: false,
    make: (options) => chainWith({ intermediate: { keyAlgorithm: "rsa-1024" } }, options),
  },
  "dsa-leaf": {
    defect: "the leaf has a DSA key",
    expected: "key-unsupported",
    handshake: false,
    make: leafWithKey("dsa-2048"),
  },
  "p192-leaf": {
    defect: "the leaf's key is on the curve P-192",
    expected: "key-unsupported",
    handshake: false,
    make: leafWithKey("ecdsa-p192"),
  },
  "secp256k1-leaf": {
    defect: "the leaf's key is on the curve secp256k1",
    expected: "key-unsupported",
    handshake: false,
    make: leafWithKey("ecdsa-secp256k1"),
  },
  "secp256k1-intermediate": {
    defect: "the intermediate's key is on the curve secp256k1",
    expected: "key-unsupported",
    handshake: true,
    make: (options) => chainWith({ intermediate: { keyAlgorithm: "ecdsa-secp256k1" } }, options),
  },
  "brainpool-leaf": {
    defect: "the leaf's key is on the curve brainpoolP256r1",
    expected: "key-unsupported",
    handshake: false,
    make: leafWithKey("ecdsa-brainpool-p256r1"),
  },
  "explicit-curve-leaf": {
    defect: "the leaf's key spells its curve out instead of naming it",
    expected: "key-unsupported",
    handshake: false,
    make: leafWithKey("ecdsa-p256-explicit"),
  },
  "unknown-key-algorithm": {
    defect: "the leaf's key is of a kind that nobody knows",
    expected: "key-unsupported",
    handshake: false,
    make: leafOf(() => ({
      subjectPublicKeyInfo: der.sequence(
        der.sequence(der.oid("1.3.6.1.4.1.32473.97")),
        der.bitString(der.bytes(1, 2, 3, 4)),
      ),
    })),
  },
} satisfies Readonly<Record<string, Defect>>;
