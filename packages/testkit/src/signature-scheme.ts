import { constants, sign, type KeyObject } from "node:crypto";

import * as der from "./der-writer.ts";

interface Scheme {
  /** The AlgorithmIdentifier that names it. */
  readonly algorithm: Uint8Array;
  readonly sign: (tbs: Uint8Array, key: KeyObject) => Uint8Array;
}

const hashOids = { sha1: "1.3.14.3.2.26", sha256: "2.16.840.1.101.3.4.2.1" } as const;

const signatureSchemes = {
  "ecdsa-sha1": plain("1.2.840.10045.4.1", "sha1"),
  "ecdsa-sha256": plain("1.2.840.10045.4.3.2", "sha256"),
  "ecdsa-sha384": plain("1.2.840.10045.4.3.3", "sha384"),
  "ecdsa-sha512": plain("1.2.840.10045.4.3.4", "sha512"),
  "rsa-md5": plain("1.2.840.113549.1.1.4", "md5", der.nullValue()),
  "rsa-sha1": plain("1.2.840.113549.1.1.5", "sha1", der.nullValue()),
  "rsa-sha256": plain("1.2.840.113549.1.1.11", "sha256", der.nullValue()),
  "rsa-sha384": plain("1.2.840.113549.1.1.12", "sha384", der.nullValue()),
  "rsa-sha512": plain("1.2.840.113549.1.1.13", "sha512", der.nullValue()),
  "rsa-pss-sha1": pss("sha1", 20),
  "rsa-pss-sha256": pss("sha256", 32),
  "dsa-sha256": plain("2.16.840.1.101.3.4.3.2", "sha256"),
  ed25519: plain("1.3.101.112", null),
  ed448: plain("1.3.101.113", null),
} as const;

export type SignatureSchemeName = keyof typeof signatureSchemes;

/** How a scheme is named in a certificate, and how it signs. */
export function signatureScheme(name: SignatureSchemeName): Scheme {
  return signatureSchemes[name];
}

// The key types and the curves whose usual scheme is not ECDSA over SHA-256.
const usualSchemes: Readonly<Record<string, SignatureSchemeName>> = {
  dsa: "dsa-sha256",
  ed25519: "ed25519",
  ed448: "ed448",
  rsa: "rsa-sha256",
  secp384r1: "ecdsa-sha384",
  secp521r1: "ecdsa-sha512",
};

/** The scheme whose hash suits the key. */
export function usualScheme(key: KeyObject): SignatureSchemeName {
  const kind = key.asymmetricKeyDetails?.namedCurve ?? key.asymmetricKeyType ?? "";
  return usualSchemes[kind] ?? "ecdsa-sha256";
}

function plain(oid: string, hash: string | null, ...parameters: readonly Uint8Array[]): Scheme {
  return {
    algorithm: der.sequence(der.oid(oid), ...parameters),
    sign: (tbs, key) => new Uint8Array(sign(hash, tbs, key)),
  };
}

/** RSASSA-PSS with MGF1 over the same hash and a salt as long as it (RFC 4055 3.1). */
function pss(hash: keyof typeof hashOids, saltLength: number): Scheme {
  const hashAlgorithm = der.sequence(der.oid(hashOids[hash]), der.nullValue());
  // SHA-1 and its salt of 20 octets are the defaults, which DER leaves out.
  const parameters =
    hash === "sha1"
      ? der.sequence()
      : der.sequence(
          der.constructed(0, hashAlgorithm),
          der.constructed(1, der.sequence(der.oid("1.2.840.113549.1.1.8"), hashAlgorithm)),
          der.constructed(2, der.integer(saltLength)),
        );
  return {
    algorithm: der.sequence(der.oid("1.2.840.113549.1.1.10"), parameters),
    sign: (tbs, key) =>
      new Uint8Array(
        sign(hash, tbs, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }),
      ),
  };
}
