import type { DerReader } from "../asn1/der-reader.ts";

const enumerated = 0x0a;

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

/** Reads a CRLReason. Later editions of X.509 add reasons: one that has no name here revokes all the same. */
export function readRevocationReason(reader: DerReader): string {
  const code = reader.readSmallInteger(enumerated);
  return reasonNames[code] ?? `reason ${code}`;
}
