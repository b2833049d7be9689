import { createPublicKey, generateKeyPairSync, randomBytes } from "node:crypto";
import {
  authority,
  signatureScheme,
  type IssuedChain,
  type TestAuthority,
  type TestKeyPair,
} from "@mtls-shield/testkit";

/** Chains that cost whoever verifies them the most for what fits into a handshake (OpenSSL takes 100 KB of certificates). */
export const hostileChains = {
  /** The slowest curve that OpenSSL knows, 46 KB. */
  "slow-curve": () => longChain(91, () => generateKeyPairSync("ec", { namedCurve: "sect571r1" })),
  "64-kilobytes": () => longChain(88, () => generateKeyPairSync("ec", { namedCurve: "secp521r1" })),
  "chain-of-100": () =>
    longChain(100, () => generateKeyPairSync("ec", { namedCurve: "prime256v1" })),
  "rsa-16384": rsaChain,
} as const satisfies Readonly<Record<string, () => IssuedChain>>;

export type HostileChainName = keyof typeof hostileChains;

/** The same key for all authorities: it is checked each time all the same. */
function longChain(length: number, makeKey: () => TestKeyPair): IssuedChain {
  const keyPair = makeKey();
  let issuer = authority({ keyPair });
  for (let count = 2; count < length; count++) issuer = issuer.intermediate({ keyPair });
  return issuer.client();
}

/** Nobody has to have the private keys: the signatures are as wrong as they are slow to check. */
function rsaChain(): IssuedChain {
  let issuer: TestAuthority = authority();
  for (let count = 0; count < 20; count++) {
    issuer = issuer.intermediate({ keyPair: hugeKey(), raw: falselySigned });
  }
  return issuer.client({ raw: falselySigned });
}

function falselySigned<Parts extends object>(sound: Parts): Parts {
  const { algorithm } = signatureScheme("rsa-sha256");
  const sign = (): Uint8Array => Buffer.concat([Buffer.from([0]), randomBytes(2_047)]);
  return { ...sound, innerSignatureAlgorithm: algorithm, sign };
}

/** The longest modulus and exponent that OpenSSL works with. */
function hugeKey(): TestKeyPair {
  const modulus = randomBytes(2_048);
  modulus[0]! |= 0x80;
  modulus[2_047]! |= 1;
  const exponent = Buffer.alloc(8, 0xff);
  const n = modulus.toString("base64url");
  const e = exponent.toString("base64url");
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  return { privateKey, publicKey: createPublicKey({ key: { kty: "RSA", n, e }, format: "jwk" }) };
}
