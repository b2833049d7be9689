import { createVerify, verify, type KeyObject } from "node:crypto";
import type { PublicKey } from "./public-key.ts";
import {
  keyToVerifyWith,
  withPadding,
  type SignatureAlgorithm,
  type SignatureVerdict,
} from "./signature.ts";
import type { Pause } from "../base/sliced-work.ts";

/** Octets that are hashed in one slice: two milliseconds at the speed of a slow machine. */
const octetsPerSlice = 1_048_576;

/** What `verifySignature` says of an accepted algorithm, but with pauses while a long message is hashed. */
export async function verifySignatureInSlices(
  algorithm: SignatureAlgorithm,
  signed: Buffer,
  signature: Buffer,
  key: PublicKey,
  pause: Pause,
): Promise<SignatureVerdict> {
  const keyObject = keyToVerifyWith(algorithm, signature, key);
  if (typeof keyObject === "string") return keyObject;
  // EdDSA takes its message in one piece; a thread of Node's pool hashes that.
  if (!("hash" in algorithm)) return verifyInThread(signed, keyObject, signature);
  const verifier = createVerify(algorithm.hash);
  for (let at = 0; at < signed.length; at += octetsPerSlice) {
    verifier.update(signed.subarray(at, at + octetsPerSlice));
    await pause();
  }
  const isValid = withPadding(algorithm, keyObject, (padded) => verifier.verify(padded, signature));
  return isValid ? "valid" : "invalid";
}

function verifyInThread(
  signed: Buffer,
  key: KeyObject,
  signature: Buffer,
): Promise<SignatureVerdict> {
  return new Promise((resolve) => {
    verify(null, signed, key, signature, (_error, isValid) => {
      resolve(isValid ? "valid" : "invalid");
    });
  });
}
