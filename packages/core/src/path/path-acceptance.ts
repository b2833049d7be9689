/** What a check of one's own says of a path that is sound by RFC 5280 section 6.1. */
export type PathAcceptance =
  | {
      readonly outcome: "accepted";
      /** Until when that holds, in epoch milliseconds; left out: as long as the certificates. */
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
