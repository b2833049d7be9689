import type { KeyAlgorithm } from "@mtls-shield/pki";

/** One of each way to sign; the larger RSA keys sign as the smallest does, which is made sooner. */
export const keyAlgorithms = [
  "ecdsa-p256",
  "ecdsa-p384",
  "ecdsa-p521",
  "rsa-2048",
  "ed25519",
] as const satisfies readonly KeyAlgorithm[];
