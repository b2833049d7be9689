import type { RevocationCode } from "../path/path-acceptance.ts";

/** What is known of one certificate: until when it is good (for ever where none has to speak of it), or what is against it. */
export type CertificateStatus =
  { readonly outcome: "good"; readonly until: number } | OpposedStatus;

export interface OpposedStatus {
  /** `refused`: somebody with the say said no. `unknown`: nobody said anything that counts. */
  readonly outcome: "refused" | "unknown";
  /** Beside `unknown`, whatever is not `revocation-unknown` was said last, and is out of date. */
  readonly code: RevocationCode;
  readonly details: Readonly<Record<string, string>>;
}
