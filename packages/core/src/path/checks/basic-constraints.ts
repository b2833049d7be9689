import type { ReasonCode } from "../../reasons/reasons.ts";
import type { Certificate } from "../../x509/certificate.ts";

/** RFC 5280 6.1.4 (k): an issuer has to be a certificate authority. */
export function checkIsCa(certificate: Certificate): ReasonCode | undefined {
  return certificate.isCa ? undefined : "issuer-not-ca";
}

/** RFC 5280 4.2.1.9 for a trust anchor: one of version 1 or 2 cannot say that it is an authority. */
export function checkAnchorIsCa(anchor: Certificate): ReasonCode | undefined {
  return anchor.isCa || anchor.version !== 3 ? undefined : "issuer-not-ca";
}

/**
 * RFC 5280 6.1.4 (l), (m), from the anchor down, whose own limit applies too (RFC 5937).
 * `authorities` starts with the anchor; the leaf is not among them. `limit`: intermediates at most (6.1.2 (k)).
 * Returns the position of the first authority that is one too many.
 */
export function findPathLengthViolation(
  authorities: readonly Certificate[],
  limit: number,
): number | undefined {
  let left = limit;
  for (const [position, authority] of authorities.entries()) {
    if (position > 0 && !authority.isSelfIssued) {
      if (left <= 0) return position;
      left--;
    }
    left = Math.min(left, authority.extensions.basicConstraints?.pathLength ?? left);
  }
  return undefined;
}
