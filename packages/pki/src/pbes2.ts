import { createCipheriv, pbkdf2Sync, randomBytes } from "node:crypto";

import type { asn1 } from "node-forge";

import { nothing, octets, oid, sequence, whole } from "./forge-asn1.ts";

/** What OWASP's Password Storage Cheat Sheet asks of PBKDF2-HMAC-SHA256 since 2023. */
export const passwordIterations = 600_000;

/** Bytes under a password, and the AlgorithmIdentifier that says how (RFC 8018 6.2). */
export interface Encrypted {
  readonly algorithm: asn1.Asn1;
  readonly ciphertext: Uint8Array;
}

/** PBES2 with PBKDF2-HMAC-SHA256 and AES-256-CBC. */
export function encryptWithPassword(plaintext: Uint8Array, password: string): Encrypted {
  const salt = randomBytes(16);
  const iv = randomBytes(16);
  const key = pbkdf2Sync(Buffer.from(password, "utf8"), salt, passwordIterations, 32, "sha256");
  const cipher = createCipheriv("aes-256-cbc", key, iv);
  const derivation = sequence(
    oid("1.2.840.113549.1.5.12"),
    sequence(
      octets(salt),
      whole(passwordIterations),
      sequence(oid("1.2.840.113549.2.9"), nothing()),
    ),
  );
  const encryption = sequence(oid("2.16.840.1.101.3.4.1.42"), octets(iv));
  return {
    algorithm: sequence(oid("1.2.840.113549.1.5.13"), sequence(derivation, encryption)),
    ciphertext: Buffer.concat([cipher.update(plaintext), cipher.final()]),
  };
}
