import type { ReasonCode } from "../../reasons/reasons.ts";
import type { Certificate } from "../../x509/certificate.ts";

/** RFC 5280 6.1.3 (a)(2): the moment lies in the validity period, whose last second is part of it (4.1.2.5). */
export function checkValidity(
  certificate: Certificate,
  role: "leaf" | "issuer",
  now: number,
): ReasonCode | undefined {
  // Asked the positive way round, so that a moment that is no number lies in no period.
  if (!(now >= certificate.notBefore)) {
    return role === "leaf" ? "certificate-not-yet-valid" : "issuer-certificate-not-yet-valid";
  }
  if (!(now < endOfValidity(certificate))) {
    return role === "leaf" ? "certificate-expired" : "issuer-certificate-expired";
  }
  return undefined;
}

/** When every certificate of a path is valid, in epoch milliseconds: from `from` on, and no longer from `until` on. */
export function periodOf(path: readonly Certificate[]): {
  readonly from: number;
  readonly until: number;
} {
  let from = -Infinity;
  let until = Infinity;
  for (const certificate of path) {
    from = Math.max(from, certificate.notBefore);
    until = Math.min(until, endOfValidity(certificate));
  }
  return { from, until };
}

/** The first millisecond at which the certificate is no longer valid. */
export function endOfValidity(certificate: Certificate): number {
  return certificate.notAfter + 1000;
}
