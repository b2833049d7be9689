import type { ReasonCode } from "../../reasons/reasons.ts";
import type { Certificate } from "../../x509/certificate.ts";

export type CertificateRole = "leaf" | "intermediate" | "anchor";

/** One thing that issuers must not do, and who refuses it. */
export interface IssuanceRule {
  readonly code: ReasonCode;
  readonly refusedBy: readonly ("strict" | "webpki")[];
  /** Profiles that do not refuse it warn of it. */
  readonly warns: boolean;
  /** What is wrong, for the operator; undefined: nothing. */
  readonly find: (
    certificate: Certificate,
    role: CertificateRole,
    isPublicSuffix: ((domain: string) => boolean) | undefined,
  ) => string | undefined;
}
