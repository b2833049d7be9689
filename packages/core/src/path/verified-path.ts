import type { Certificate } from "../x509/certificate.ts";

declare const verified: unique symbol;

/** A path that `validatePath` judged to be sound: the leaf first, the trust anchor last. */
export type VerifiedPath = readonly [Certificate, Certificate, ...Certificate[]] & {
  readonly [verified]: true;
};

/** A path that the search proposes: in the right order, not judged. */
export type CandidatePath = readonly [Certificate, Certificate, ...Certificate[]];
