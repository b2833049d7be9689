import { generateKeyPairSync, type KeyObject } from "node:crypto";

export interface TestKeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const ec = (namedCurve: string) => (): TestKeyPair => generateKeyPairSync("ec", { namedCurve });
const rsa = (modulusLength: number) => (): TestKeyPair =>
  generateKeyPairSync("rsa", { modulusLength });

const generators = {
  "ecdsa-p192": ec("prime192v1"),
  "ecdsa-p224": ec("secp224r1"),
  "ecdsa-p256": ec("prime256v1"),
  "ecdsa-p384": ec("secp384r1"),
  "ecdsa-p521": ec("secp521r1"),
  "ecdsa-secp256k1": ec("secp256k1"),
  "ecdsa-brainpool-p256r1": ec("brainpoolP256r1"),
  "ecdsa-p256-explicit": (): TestKeyPair =>
    generateKeyPairSync("ec", { namedCurve: "prime256v1", paramEncoding: "explicit" }),
  "rsa-1024": rsa(1024),
  "rsa-2048": rsa(2048),
  "rsa-3072": rsa(3072),
  "rsa-4096": rsa(4096),
  "dsa-2048": (): TestKeyPair =>
    generateKeyPairSync("dsa", { modulusLength: 2048, divisorLength: 256 }),
  ed25519: (): TestKeyPair => generateKeyPairSync("ed25519"),
  ed448: (): TestKeyPair => generateKeyPairSync("ed448"),
} as const;

export type TestKeyAlgorithm = keyof typeof generators;

// Four slow keys are enough for root, two intermediates and a leaf without one key serving twice.
const slowKeysKept = 4;
const slowKeys = new Map<TestKeyAlgorithm, { readonly pairs: TestKeyPair[]; next: number }>();

/**
 * A key pair: new each time where that is cheap. RSA and DSA keys come in turn from four that are
 * made once per process, so a test that needs more than four different ones must make its own.
 */
export function testKeyPair(algorithm: TestKeyAlgorithm): TestKeyPair {
  const generate = generators[algorithm];
  if (!/^(?:rsa|dsa)-/.test(algorithm)) return generate();
  const kept = slowKeys.get(algorithm) ?? { pairs: [], next: 0 };
  slowKeys.set(algorithm, kept);
  const index = kept.next;
  kept.next = (index + 1) % slowKeysKept;
  return (kept.pairs[index] ??= generate());
}
