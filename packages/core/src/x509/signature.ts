import { constants, verify, type KeyObject, type VerifyKeyObjectInput } from "node:crypto";
import { DerReader } from "../asn1/der-reader.ts";
import { oid, oids } from "../asn1/oids.ts";
import { contextConstructed, tags } from "../asn1/tags.ts";
import { tryParse } from "../asn1/try-parse.ts";
import type { PublicKey } from "./public-key.ts";

type Hash = "sha256" | "sha384" | "sha512" | LegacyHash;
type LegacyHash = "md5" | "sha1";

/** What is too weak to be accepted unless an operator says so: a hash in signatures, or RSA keys from 1024 bits up. */
export type LegacyAlgorithm = (typeof legacyAlgorithms)[number];

export const legacyAlgorithms = ["md5", "sha1", "rsa-1024"] as const;

export const noLegacy: ReadonlySet<LegacyAlgorithm> = new Set();

/** A signature algorithm that the engine knows. Everything that is not listed is refused. */
export type SignatureAlgorithm =
  | { readonly scheme: "ecdsa" | "rsa-pkcs1"; readonly hash: Hash }
  | { readonly scheme: "rsa-pss"; readonly hash: Hash; readonly saltLength: number }
  | { readonly scheme: "Ed25519" | "Ed448" };

/** One whose message can be hashed piece by piece. */
type HashingAlgorithm = Extract<SignatureAlgorithm, { hash: Hash }>;

/** RFC 3279 2.2, RFC 5758 3.2, RFC 4055 5, RFC 8410 3 */
const algorithms = new Map<string, SignatureAlgorithm>([
  [oid("1.2.840.10045.4.1"), { scheme: "ecdsa", hash: "sha1" }],
  [oid("1.2.840.10045.4.3.2"), { scheme: "ecdsa", hash: "sha256" }],
  [oid("1.2.840.10045.4.3.3"), { scheme: "ecdsa", hash: "sha384" }],
  [oid("1.2.840.10045.4.3.4"), { scheme: "ecdsa", hash: "sha512" }],
  [oid("1.2.840.113549.1.1.4"), { scheme: "rsa-pkcs1", hash: "md5" }],
  [oid("1.2.840.113549.1.1.5"), { scheme: "rsa-pkcs1", hash: "sha1" }],
  [oid("1.2.840.113549.1.1.11"), { scheme: "rsa-pkcs1", hash: "sha256" }],
  [oid("1.2.840.113549.1.1.12"), { scheme: "rsa-pkcs1", hash: "sha384" }],
  [oid("1.2.840.113549.1.1.13"), { scheme: "rsa-pkcs1", hash: "sha512" }],
  [oids.ed25519, { scheme: "Ed25519" }],
  [oids.ed448, { scheme: "Ed448" }],
]);

const hashes = new Map<string, Hash>([
  [oids.sha1, "sha1"],
  [oids.sha256, "sha256"],
  [oids.sha384, "sha384"],
  [oids.sha512, "sha512"],
]);

/** Reads an AlgorithmIdentifier (its whole DER); undefined when the engine does not know it. */
export function parseSignatureAlgorithm(der: Buffer): SignatureAlgorithm | undefined {
  const identifier = DerReader.of(der).read(tags.sequence);
  const type = identifier.readOid();
  if (type === oids.rsassaPss) return readPss(identifier);
  const algorithm = algorithms.get(type);
  if (algorithm === undefined) return undefined;
  // RFC 4055 5: NULL parameters with RSA, which must also be accepted when absent; none with the others.
  if (algorithm.scheme === "rsa-pkcs1" && !identifier.atEnd) identifier.readNull();
  identifier.finish();
  return algorithm;
}

/** RSASSA-PSS-params (RFC 4055 3.1); the hash of the mask generation has to be the hash of the message. */
function readPss(identifier: DerReader): SignatureAlgorithm | undefined {
  const parameters = identifier.readOptional(tags.sequence);
  identifier.finish();
  if (parameters === undefined) return undefined;
  const hash = readHash(parameters.readOptional(contextConstructed(0)));
  const maskHash = readMaskHash(parameters.readOptional(contextConstructed(1)));
  const salt = parameters.readOptional(contextConstructed(2));
  // RFC 4055 3.1: the default is 20 octets.
  const saltLength = salt?.readSmallInteger() ?? 20;
  salt?.finish();
  // The trailer field has one value, its default, which DER leaves out.
  parameters.finish();
  if (hash === undefined || hash !== maskHash) return undefined;
  return { scheme: "rsa-pss", hash, saltLength };
}

function readHash(wrapper: DerReader | undefined): Hash | undefined {
  // RFC 4055 2.1: the default.
  if (wrapper === undefined) return "sha1";
  const identifier = wrapper.read(tags.sequence);
  wrapper.finish();
  return readHashAlgorithm(identifier);
}

function readMaskHash(wrapper: DerReader | undefined): Hash | undefined {
  if (wrapper === undefined) return "sha1";
  const identifier = wrapper.read(tags.sequence);
  wrapper.finish();
  if (identifier.readOid() !== oids.mgf1) return undefined;
  const hash = readHashAlgorithm(identifier.read(tags.sequence));
  identifier.finish();
  return hash;
}

function readHashAlgorithm(identifier: DerReader): Hash | undefined {
  const hash = hashes.get(identifier.readOid());
  if (hash === undefined) return undefined;
  if (!identifier.atEnd) identifier.readNull();
  identifier.finish();
  return hash;
}

export type SignatureVerdict = "valid" | "invalid" | "key-unsupported" | "algorithm-unsupported";

/** Checks a signature over the original bytes with `node:crypto`; a weak hash only counts where `legacy` names it. */
export function verifySignature(
  algorithm: SignatureAlgorithm | undefined,
  signed: Buffer,
  signature: Buffer,
  key: PublicKey,
  legacy: ReadonlySet<LegacyAlgorithm> = noLegacy,
): SignatureVerdict {
  if (algorithm === undefined || !isAcceptedAlgorithm(algorithm, legacy)) {
    return "algorithm-unsupported";
  }
  const keyObject = keyToVerifyWith(algorithm, signature, key);
  if (typeof keyObject === "string") return keyObject;
  return check(algorithm, signed, signature, keyObject) ? "valid" : "invalid";
}

/** The key for `node:crypto`, where key and signature are such as the algorithm asks for; the verdict where they are not. */
export function keyToVerifyWith(
  algorithm: SignatureAlgorithm,
  signature: Buffer,
  key: PublicKey,
): KeyObject | Exclude<SignatureVerdict, "valid"> {
  if (!fits(algorithm, key))
    return key.shape.type === "unsupported" ? "key-unsupported" : "invalid";
  if (algorithm.scheme === "ecdsa" && !isEcdsaSignature(signature)) return "invalid";
  return key.keyObject ?? "key-unsupported";
}

/** Whether an algorithm that the engine knows is strong enough, or named as weak but accepted. */
export function isAcceptedAlgorithm(
  algorithm: SignatureAlgorithm,
  legacy: ReadonlySet<LegacyAlgorithm>,
): boolean {
  if (!("hash" in algorithm)) return true;
  const { hash } = algorithm;
  return (hash !== "sha1" && hash !== "md5") || legacy.has(hash);
}

/** An algorithm goes with one kind of key: nothing is coerced. */
function fits(algorithm: SignatureAlgorithm, { shape }: PublicKey): boolean {
  switch (algorithm.scheme) {
    case "ecdsa":
      return shape.type === "ec";
    case "rsa-pkcs1":
      // RFC 4055 1.2: a key for RSASSA-PSS must not be used with PKCS #1 v1.5.
      return shape.type === "rsa" && !shape.pssOnly;
    case "rsa-pss":
      return shape.type === "rsa";
    case "Ed25519":
    case "Ed448":
      return shape.type === "eddsa" && shape.curve === algorithm.scheme;
  }
}

function check(
  algorithm: SignatureAlgorithm,
  signed: Buffer,
  signature: Buffer,
  key: KeyObject,
): boolean {
  if (!("hash" in algorithm)) return verify(null, signed, key, signature);
  return withPadding(algorithm, key, (padded) => verify(algorithm.hash, signed, padded, signature));
}

/** Lets a signature be checked with the padding that its algorithm names, and no other. */
export function withPadding(
  algorithm: HashingAlgorithm,
  key: KeyObject,
  isValid: (key: VerifyKeyObjectInput | KeyObject) => boolean,
): boolean {
  switch (algorithm.scheme) {
    case "ecdsa":
      return isValid(key);
    case "rsa-pkcs1":
      return isValid({ key, padding: constants.RSA_PKCS1_PADDING });
    case "rsa-pss": {
      const { saltLength } = algorithm;
      try {
        return isValid({ key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });
      } catch {
        // OpenSSL throws where a PSS key's own parameters forbid this hash or salt: no valid signature either.
        return false;
      }
    }
  }
}

/** Ecdsa-Sig-Value (RFC 3279 2.2.3) in strict DER with positive numbers. */
function isEcdsaSignature(signature: Buffer): boolean {
  const isPositive = (number: Buffer): boolean => (number[0] as number) < 0x80;
  const verdict = tryParse(() => {
    const outer = DerReader.of(signature);
    const pair = outer.read(tags.sequence);
    outer.finish();
    const positive = [pair.readInteger(), pair.readInteger()].every(isPositive);
    pair.finish();
    return positive;
  });
  return verdict === true;
}
