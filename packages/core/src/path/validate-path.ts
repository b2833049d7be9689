import { equalBytes } from "../base/bytes.ts";
import type { Budget } from "../base/budget.ts";
import { findSvidFault } from "../x509/svid.ts";
import { reason, type Reason } from "../reasons/reason.ts";
import type { ReasonCode } from "../reasons/reasons.ts";
import type { Certificate } from "../x509/certificate.ts";
import { checkAnchorIsCa, checkIsCa, findPathLengthViolation } from "./checks/basic-constraints.ts";
import { processPolicies } from "./checks/certificate-policies.ts";
import { checkUnprocessedExtensions } from "./checks/critical-extensions.ts";
import { checkExtendedKeyUsage } from "./checks/extended-key-usage.ts";
import { checkKeyStrength } from "./checks/key-strength.ts";
import { checkIssuerKeyUsage, checkLeafKeyUsage } from "./checks/key-usage.ts";
import { checkNameConstraints } from "./checks/name-constraints.ts";
import { checkValidity, periodOf } from "./checks/validity.ts";
import { findIssuanceFaults } from "./issuance/issuance-faults.ts";
import { judgeAcceptance } from "./judge-acceptance.ts";
import { holdsPeerName } from "./peer-name.ts";
import type { SignatureChecks } from "./signature-checks.ts";
import type { ValidationContext } from "./validation-context.ts";
import type { CandidatePath, VerifiedPath } from "./verified-path.ts";

export type PathVerdict = SoundPath | { readonly outcome: "refused"; readonly reason: Reason };

/** A path that holds, and what it says. */
export interface SoundPath {
  readonly outcome: "verified";
  readonly path: VerifiedPath;
  /** The user-constrained policy set (RFC 5280 6.1.6): object identifier keys. */
  readonly policies: readonly string[];
  /** Epoch milliseconds: all that was checked holds from `validFrom` on, and no longer from `validUntil` on. */
  readonly validFrom: number;
  readonly validUntil: number;
  /** Faults of issuance that the profile lets pass, and what the check of revocation forgave. */
  readonly warnings: readonly Reason[];
}

/** What the judgement of several paths shares. */
export interface PathWork {
  readonly signatures: SignatureChecks;
  readonly budget: Budget;
}

/**
 * Judges one path by RFC 5280 section 6.1. What costs nothing is checked first, so that nobody can make the engine
 * check signatures of a path that fails anyway; what costs time for every octet comes after them.
 */
export function validatePath(
  path: CandidatePath,
  context: ValidationContext,
  { signatures, budget }: PathWork,
): PathVerdict {
  const refusal =
    refuseAuthorities(path, context) ?? refuseLeaf(path[0], context) ?? refuseNames(path, budget);
  if (refusal !== undefined) return refuse(refusal);

  const unsigned = refuseSignatures(path, signatures);
  if (unsigned !== undefined) return refuse(unsigned);
  // Policies and rules of issuance have no budget: whoever is not signed for gets none of their time.
  const policies = processPolicies(path, context.policies);
  if (policies.outcome === "refused") {
    return refuse(about(policies.code, path, policies.certificateIndex));
  }
  const faults = findIssuanceFaults(path, context);
  if (faults.refusal !== undefined) return refuse(faults.refusal);

  const validity = periodOf(path);
  const acceptance = judgeAcceptance(path, context);
  if (acceptance.outcome === "refused") return acceptance;
  return {
    outcome: "verified",
    path: path as unknown as VerifiedPath,
    policies: policies.policies,
    validFrom: validity.from,
    validUntil: Math.min(validity.until, acceptance.until),
    warnings: [...faults.warnings, ...acceptance.warnings],
  };
}

/** What is asked of every certificate that signs others. */
type AuthorityContext = Pick<ValidationContext, "now" | "purpose" | "legacy">;

/** What is asked of a trust anchor, whatever lies below it (RFC 5937): everything but its own signature. */
export function checkAnchor(
  anchor: Certificate,
  context: AuthorityContext,
): ReasonCode | undefined {
  return checkAnchorIsCa(anchor) ?? checkAuthority(anchor, context);
}

function checkIntermediate(
  intermediate: Certificate,
  context: AuthorityContext,
): ReasonCode | undefined {
  return checkIsCa(intermediate) ?? checkAuthority(intermediate, context);
}

function checkAuthority(
  authority: Certificate,
  { now, purpose, legacy }: AuthorityContext,
): ReasonCode | undefined {
  return (
    checkIssuerKeyUsage(authority) ??
    checkExtendedKeyUsage(authority, purpose, "pass") ??
    checkUnprocessedExtensions(authority) ??
    checkKeyStrength(authority.publicKey, legacy) ??
    checkValidity(authority, "issuer", now)
  );
}

function refuseAuthorities(path: CandidatePath, context: ValidationContext): Reason | undefined {
  const last = path.length - 1;
  for (let index = last; index > 0; index--) {
    const authority = path[index] as Certificate;
    const code =
      index === last ? checkAnchor(authority, context) : checkIntermediate(authority, context);
    if (code !== undefined) return about(code, path, index);
  }
  // A path of two has no intermediate that could be one too many.
  if (last === 1) return undefined;
  const position = findPathLengthViolation(path.slice(1).reverse(), context.pathLength);
  return position === undefined ? undefined : about("path-length-exceeded", path, last - position);
}

/** RFC 5280 6.1.5 for the leaf: its basic constraints say nothing about its use as a client or server. */
function refuseLeaf(leaf: Certificate, context: ValidationContext): Reason | undefined {
  const { now, purpose, extendedKeyUsage, keyUsage, legacy, names, profile } = context;
  const code =
    checkUnprocessedExtensions(leaf) ??
    checkLeafKeyUsage(leaf, keyUsage) ??
    checkExtendedKeyUsage(leaf, purpose, extendedKeyUsage === "required" ? "refuse" : "pass") ??
    checkKeyStrength(leaf.publicKey, legacy) ??
    checkValidity(leaf, "leaf", now);
  if (code !== undefined) return about(code, [leaf], 0);
  const missing = names.find((name) => !holdsPeerName(leaf, name));
  if (missing !== undefined) {
    return reason("peer-name-mismatch", { certificateIndex: 0, details: { name: missing.value } });
  }
  const fault = profile === "spiffe" ? findSvidFault(leaf) : undefined;
  if (fault === undefined) return undefined;
  return reason("svid-invalid", { certificateIndex: 0, details: { fault } });
}

function refuseNames(path: CandidatePath, budget: Budget): Reason | undefined {
  const fault = checkNameConstraints(path, budget);
  if (fault === undefined) return undefined;
  const { code, certificateIndex, details } = fault;
  return reason(code, { certificateIndex, details });
}

function refuseSignatures(path: CandidatePath, signatures: SignatureChecks): Reason | undefined {
  for (let index = path.length - 2; index >= 0; index--) {
    const certificate = path[index] as Certificate;
    const issuer = path[index + 1] as Certificate;
    const code = signatures.check(certificate, issuer);
    if (code === undefined) continue;
    // Two authorities may have one name: where the key identifiers differ too, the right one is simply not known.
    const isOtherAuthority = code === "signature-invalid" && namesAnotherKey(certificate, issuer);
    return about(isOtherAuthority ? "issuer-unknown" : code, path, index);
  }
  return undefined;
}

/** The key identifiers say that another key signed (RFC 5280 4.2.1.1). */
function namesAnotherKey(certificate: Certificate, issuer: Certificate): boolean {
  const wanted = certificate.extensions.authorityKeyIdentifier?.keyIdentifier;
  const { subjectKeyIdentifier } = issuer.extensions;
  return (
    wanted !== undefined &&
    subjectKeyIdentifier !== undefined &&
    !equalBytes(wanted, subjectKeyIdentifier)
  );
}

function refuse(why: Reason): PathVerdict {
  return { outcome: "refused", reason: why };
}

function about(code: ReasonCode, path: readonly Certificate[], certificateIndex: number): Reason {
  const { subject } = path[certificateIndex] as Certificate;
  return reason(code, { certificateIndex, details: { subject: subject.text } });
}
