import { checkChoice } from "./choice.ts";

// CRLReason (RFC 5280 5.3.1) and the position in ReasonFlags (4.2.1.13), which is another one.
const reasons = {
  unspecified: { code: 0, flag: undefined },
  keyCompromise: { code: 1, flag: 1 },
  cACompromise: { code: 2, flag: 2 },
  affiliationChanged: { code: 3, flag: 3 },
  superseded: { code: 4, flag: 4 },
  cessationOfOperation: { code: 5, flag: 5 },
  certificateHold: { code: 6, flag: 6 },
  privilegeWithdrawn: { code: 9, flag: 7 },
  aACompromise: { code: 10, flag: 8 },
} as const;

/** removeFromCRL, which is no reason to revoke but takes an entry back in a delta list. */
export const removeFromCrlCode = 8;

/** Why a certificate is revoked (RFC 5280 5.3.1); only `certificateHold` can be taken back. */
export type RevocationReason = keyof typeof reasons;

const reasonNames = Object.keys(reasons) as readonly RevocationReason[];

export function checkReason(option: string, reason: unknown): RevocationReason {
  return checkChoice(option, reason, reasonNames);
}

/** The CRLReason. */
export function reasonCode(reason: RevocationReason): number {
  return reasons[reason].code;
}

/** The position of a reason among the ReasonFlags; `unspecified` has none. */
export function reasonFlag(reason: RevocationReason): number | undefined {
  return reasons[reason].flag;
}
