import type { WeakAlgorithm } from "../read-weak-labels.ts";
import type { SuiteCase } from "../suite.ts";

export const ocspVerdicts = ["good", "revoked", "unknown", "invalid"] as const;

/** `invalid` is whatever tells nothing of the certificate. */
export type OcspVerdictName = (typeof ocspVerdicts)[number];

/** One case of an OCSP suite: a response, and the certificate that it is asked about. */
export interface OcspCase extends SuiteCase {
  /** DER, as those below. */
  readonly certificate: Buffer;
  readonly issuer: Buffer;
  /** Keys that are trusted, the issuer's among them: authorities, or responders. */
  readonly trusted: readonly Buffer[];
  /** Certificates that may be those of delegates, trusted no further. */
  readonly others: readonly Buffer[];
  readonly response: Buffer;
  /** In epoch milliseconds; undefined: now. */
  readonly time: number | undefined;
  readonly maxAgeMs: number | undefined;
  readonly legacy: readonly WeakAlgorithm[];
  readonly expected: OcspVerdictName;
}
