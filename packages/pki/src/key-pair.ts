import type { webcrypto } from "node:crypto";

import { checkChoice } from "./choice.ts";

const curves = {
  "ecdsa-p256": { namedCurve: "P-256", hash: "SHA-256" },
  "ecdsa-p384": { namedCurve: "P-384", hash: "SHA-384" },
  "ecdsa-p521": { namedCurve: "P-521", hash: "SHA-512" },
} as const;

const moduli = { "rsa-2048": 2048, "rsa-3072": 3072, "rsa-4096": 4096 } as const;

/** The kind and size of a key. ECDSA keys sign with the hash of their own size, RSA keys with SHA-256. */
export type KeyAlgorithm = keyof typeof curves | keyof typeof moduli | "ed25519";

const keyAlgorithms: readonly string[] = [
  ...Object.keys(curves),
  ...Object.keys(moduli),
  "ed25519",
];

export interface KeyPair {
  readonly algorithm: KeyAlgorithm;
  readonly publicKey: webcrypto.CryptoKey;
  readonly privateKey: webcrypto.CryptoKey;
  /** What WebCrypto needs to know to sign with the private key, beyond what the key knows. */
  readonly signing: { readonly name: string; readonly hash?: string };
}

/** Makes a new key pair whose private key can be exported. */
export async function generateKeyPair(algorithm: KeyAlgorithm): Promise<KeyPair> {
  checkChoice("keyAlgorithm", algorithm, keyAlgorithms);
  const { subtle } = globalThis.crypto;
  if (algorithm === "ed25519") {
    const pair = await subtle.generateKey({ name: "Ed25519" }, true, ["sign", "verify"]);
    return { ...ownKeys(pair as webcrypto.CryptoKeyPair), algorithm, signing: { name: "Ed25519" } };
  }
  if (algorithm in curves) {
    const { namedCurve, hash } = curves[algorithm as keyof typeof curves];
    const pair = await subtle.generateKey({ name: "ECDSA", namedCurve }, true, ["sign", "verify"]);
    return { ...ownKeys(pair), algorithm, signing: { name: "ECDSA", hash } };
  }
  const name = "RSASSA-PKCS1-v1_5";
  const pair = await subtle.generateKey(
    {
      name,
      hash: "SHA-256",
      modulusLength: moduli[algorithm as keyof typeof moduli],
      publicExponent: Uint8Array.of(1, 0, 1),
    },
    true,
    ["sign", "verify"],
  );
  return { ...ownKeys(pair), algorithm, signing: { name, hash: "SHA-256" } };
}

function ownKeys({ publicKey, privateKey }: webcrypto.CryptoKeyPair) {
  return { publicKey, privateKey };
}
