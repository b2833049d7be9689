import { equalBytes } from "../base/bytes.ts";
import { reason, type Reason } from "../reasons/reason.ts";
import type { ReasonCode } from "../reasons/reasons.ts";
import type { Certificate } from "../x509/certificate.ts";
import { checkAnchorIsCa, checkIsCa, findPathLengthViolation } from "./checks/basic-constraints.ts";
import { checkUnprocessedExtensions } from "./checks/critical-extensions.ts";
import { checkExtendedKeyUsage } from "./checks/extended-key-usage.ts";
import { checkKeyStrength } from "./checks/key-strength.ts";
import { checkClientKeyUsage, checkIssuerKeyUsage } from "./checks/key-usage.ts";
import { checkValidity } from "./checks/validity.ts";
import type { SignatureChecks } from "./signature-checks.ts";
import type { ValidationContext } from "./validation-context.ts";
import type { CandidatePath, VerifiedPath } from "./verified-path.ts";

export type PathVerdict =
  | { readonly outcome: "verified"; readonly path: VerifiedPath }
  | { readonly outcome: "refused"; readonly reason: Reason };

/**
 * Judges one path by RFC 5280 section 6.1. What costs nothing is checked first, so that nobody can make the engine
 * check signatures of a path that fails anyway.
 */
export function validatePath(
  path: CandidatePath,
  context: ValidationContext,
  signatures: SignatureChecks,
): PathVerdict {
  const refusal =
    refuseAuthorities(path, context) ??
    refuseClient(path[0], context) ??
    refuseSignatures(path, signatures);
  if (refusal !== undefined) return { outcome: "refused", reason: refusal };
  return { outcome: "verified", path: path as unknown as VerifiedPath };
}

/** What is asked of a trust anchor, whatever lies below it (RFC 5937): everything but its own signature. */
export function checkAnchor(anchor: Certificate, now: number): ReasonCode | undefined {
  return checkAnchorIsCa(anchor) ?? checkAuthority(anchor, now);
}

function checkIntermediate(intermediate: Certificate, now: number): ReasonCode | undefined {
  return checkIsCa(intermediate) ?? checkAuthority(intermediate, now);
}

function checkAuthority(authority: Certificate, now: number): ReasonCode | undefined {
  return (
    checkIssuerKeyUsage(authority) ??
    checkExtendedKeyUsage(authority, "pass") ??
    checkUnprocessedExtensions(authority) ??
    checkKeyStrength(authority.publicKey) ??
    checkValidity(authority, "issuer", now)
  );
}

function refuseAuthorities(path: CandidatePath, { now }: ValidationContext): Reason | undefined {
  const last = path.length - 1;
  for (let index = last; index > 0; index--) {
    const authority = path[index] as Certificate;
    const code = index === last ? checkAnchor(authority, now) : checkIntermediate(authority, now);
    if (code !== undefined) return about(code, authority, index);
  }
  // A path of two has no intermediate that could be one too many.
  if (last === 1) return undefined;
  const position = findPathLengthViolation(path.slice(1).reverse());
  if (position === undefined) return undefined;
  const index = last - position;
  return about("path-length-exceeded", path[index] as Certificate, index);
}

/** RFC 5280 6.1.5 for the client's own certificate: its basic constraints say nothing about its use as a client. */
function refuseClient(
  client: Certificate,
  { now, clientAuthUsage }: ValidationContext,
): Reason | undefined {
  const code =
    checkUnprocessedExtensions(client) ??
    checkClientKeyUsage(client) ??
    checkExtendedKeyUsage(client, clientAuthUsage === "required" ? "refuse" : "pass") ??
    checkKeyStrength(client.publicKey) ??
    checkValidity(client, "client", now);
  return code === undefined ? undefined : about(code, client, 0);
}

function refuseSignatures(path: CandidatePath, signatures: SignatureChecks): Reason | undefined {
  for (let index = path.length - 2; index >= 0; index--) {
    const certificate = path[index] as Certificate;
    const issuer = path[index + 1] as Certificate;
    const code = signatures.check(certificate, issuer);
    if (code === undefined) continue;
    // Two authorities may have one name: where the key identifiers differ too, the right one is simply not known.
    const isOtherAuthority = code === "signature-invalid" && namesAnotherKey(certificate, issuer);
    return about(isOtherAuthority ? "issuer-unknown" : code, certificate, index);
  }
  return undefined;
}

/** The key identifiers say that another key signed (RFC 5280 4.2.1.1). */
function namesAnotherKey(certificate: Certificate, issuer: Certificate): boolean {
  const { authorityKeyIdentifier } = certificate.extensions;
  const { subjectKeyIdentifier } = issuer.extensions;
  return (
    authorityKeyIdentifier !== undefined &&
    subjectKeyIdentifier !== undefined &&
    !equalBytes(authorityKeyIdentifier, subjectKeyIdentifier)
  );
}

function about(code: ReasonCode, certificate: Certificate, certificateIndex: number): Reason {
  return reason(code, { certificateIndex, details: { subject: certificate.subject.text } });
}
