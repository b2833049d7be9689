import type { DerReader } from "../asn1/der-reader.ts";
import { tags } from "../asn1/tags.ts";

/** RFC 5280 5.3.1; 7 is not used. */
const reasonNames = [
  "unspecified",
  "keyCompromise",
  "cACompromise",
  "affiliationChanged",
  "superseded",
  "cessationOfOperation",
  "certificateHold",
  undefined,
  "removeFromCRL",
  "privilegeWithdrawn",
  "aACompromise",
] as const;

/** Reads a CRLReason, as its number. */
export function readReasonCode(reader: DerReader): number {
  return reader.readSmallInteger(tags.enumerated);
}

/** Later editions of X.509 add reasons: one that has no name here revokes all the same. */
export function reasonNameOf(code: number): string {
  return reasonNames[code] ?? `reason ${code}`;
}

/** Reads a CRLReason, as its name. */
export function readRevocationReason(reader: DerReader): string {
  return reasonNameOf(readReasonCode(reader));
}
