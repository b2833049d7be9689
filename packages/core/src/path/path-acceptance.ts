/**
 * What a check of revocation says of a path that is sound by RFC 5280 section 6.1. `certificate-revoked` speaks of the
 * certificate, so that no other path through it is tried; `revocation-unknown` speaks of this path alone.
 */
export type PathAcceptance =
  | {
      readonly outcome: "accepted";
      /** Until when that holds, in epoch milliseconds, which has to be in the future; left out: as long as the certificates. */
      readonly until?: number;
    }
  | {
      readonly outcome: "refused";
      readonly code: "certificate-revoked" | "revocation-unknown";
      /** Which certificate of the path: 0 is the leaf. */
      readonly certificateIndex: number;
      /** Facts for the operator. */
      readonly details?: Readonly<Record<string, string | number>>;
    };
