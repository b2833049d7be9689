import type { Reason } from "../reasons/reason.ts";
import type { Certificate } from "../x509/certificate.ts";
import type { CandidatePath } from "./verified-path.ts";

/**
 * What a check of revocation says of a path that is sound by RFC 5280 section 6.1. `revocation-unknown` speaks of this path
 * alone, the other codes of the certificate, so that no other path through it is tried.
 */
export type PathAcceptance =
  | {
      readonly outcome: "accepted";
      /** Until when that holds, in epoch milliseconds, which has to be in the future; left out: as long as the certificates. */
      readonly until?: number;
      /** What was forgiven. */
      readonly warnings?: readonly Reason[];
    }
  | {
      readonly outcome: "refused";
      readonly code: RevocationCode;
      /** Which certificate of the path: 0 is the leaf. */
      readonly certificateIndex: number;
      /** Facts for the operator. */
      readonly details?: Readonly<Record<string, string | number>>;
    };

/** Why a check of revocation refuses. */
export const revocationCodes = [
  "certificate-revoked",
  "certificate-on-hold",
  "certificate-denied",
  "responder-unknown",
  "revocation-unknown",
] as const;

export type RevocationCode = (typeof revocationCodes)[number];

/** Asked about each path that is sound otherwise, and about a pinned client, which is a path by itself. */
export type AcceptPath = (path: CandidatePath | readonly [Certificate]) => PathAcceptance;
