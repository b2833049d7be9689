import { reason, type Reason } from "../../reasons/reason.ts";
import type { ReasonCode } from "../../reasons/reasons.ts";
import type { Certificate } from "../../x509/certificate.ts";
import type { CertificateRole, IssuanceRule } from "./issuance-rule.ts";
import { rfc5280Rules } from "./rfc5280-rules.ts";
import { webPkiRules } from "./web-pki-rules.ts";
import type { Profile } from "../profile.ts";
import type { ValidationContext } from "../validation-context.ts";

/** Faults of issuance in a path: one that the profile refuses, or those that it lets pass. */
export interface IssuanceFaults {
  readonly refusal: Reason | undefined;
  readonly warnings: readonly Reason[];
}

/** Every rule, in the order in which they are asked. */
export const issuanceRules: readonly IssuanceRule[] = [...rfc5280Rules, ...webPkiRules];

type Context = Pick<ValidationContext, "profile" | "isPublicSuffix">;

/** Looks through a path, or a leaf by itself. RFC 5280 section 4 against section 6: what issuers must not do, and what a path is refused for, are two questions. */
export function findIssuanceFaults(path: readonly Certificate[], context: Context): IssuanceFaults {
  const warnings: Reason[] = [];
  for (let index = path.length - 1; index >= 0; index--) {
    const certificate = path[index] as Certificate;
    for (const fault of findFaults(certificate, roleOf(path, index), context)) {
      const found = reason(fault.code, { certificateIndex: index, details: fault.details });
      if (fault.refuses) return { refusal: found, warnings: [] };
      warnings.push(found);
    }
  }
  return { refusal: undefined, warnings };
}

/** Why no path to this anchor can hold under the profile. */
export function findAnchorFault(anchor: Certificate, profile: Profile): Fault | undefined {
  const context = { profile, isPublicSuffix: undefined };
  return findFaults(anchor, "anchor", context).find(({ refuses }) => refuses);
}

/** A rule of issuance that a certificate breaks. */
export interface Fault {
  readonly code: ReasonCode;
  readonly refuses: boolean;
  readonly details: Readonly<Record<string, string>>;
}

function findFaults(
  certificate: Certificate,
  role: CertificateRole,
  { profile, isPublicSuffix }: Context,
): readonly Fault[] {
  const faults: Fault[] = [];
  for (const { code, refusedBy, warns, find } of issuanceRules) {
    const refuses = (refusedBy as readonly Profile[]).includes(profile);
    if (!refuses && !warns) continue;
    const detail = find(certificate, role, isPublicSuffix);
    if (detail === undefined) continue;
    const details = { subject: certificate.subject.text, fault: detail };
    faults.push({ code, refuses, details });
  }
  return faults;
}

function roleOf(path: readonly Certificate[], index: number): CertificateRole {
  if (index === 0) return "leaf";
  return index === path.length - 1 ? "anchor" : "intermediate";
}
