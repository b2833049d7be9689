import type { Budget } from "../../base/budget.ts";
import type { Certificate } from "../../x509/certificate.ts";
import type { DistinguishedName } from "../../x509/distinguished-name.ts";
import type { GeneralName } from "../../x509/general-name.ts";
import type { CandidatePath } from "../verified-path.ts";
import {
  certificateNames,
  type CertificateNames,
  type LocatedName,
} from "./name-constraints/certificate-names.ts";
import type { FormSubtrees } from "./name-constraints/form-subtrees.ts";
import {
  prepareConstraints,
  type PreparedConstraints,
} from "./name-constraints/prepared-constraints.ts";
import { printName } from "./name-constraints/print-name.ts";

/** Why the names of a path are not those that its authorities may issue. */
export interface NameConstraintFault {
  readonly code:
    | "name-constraints-malformed"
    | "name-constraints-unsupported"
    | "name-constraints-violated"
    | "name-comparison-limit";
  /** Whose name it is; of malformed constraints, whose they are. */
  readonly certificateIndex: number;
  readonly details: Readonly<Record<string, string | number>>;
}

/** An authority of the path, and its constraints. */
interface Constrainer {
  readonly authority: DistinguishedName;
  readonly constraints: PreparedConstraints;
}

/** What is wrong with one name. */
interface NameFault {
  readonly code: Exclude<NameConstraintFault["code"], "name-constraints-malformed">;
  readonly name: GeneralName;
}

/**
 * RFC 5280 6.1.3 (b), (c), 6.1.4 (g): what an authority constrains, the anchor included (RFC 5937), are the names of all
 * certificates below it. Instead of joining the constraints on the way down, every name is compared with those of each
 * authority: as much work, and no intersection of subtrees to get wrong.
 */
export function checkNameConstraints(
  path: CandidatePath,
  budget: Budget,
): NameConstraintFault | undefined {
  // Most paths have no constraints, and nothing is to be made for them. The leaf's own would have nobody below.
  if (path.findLastIndex(hasNameConstraints) < 1) return undefined;

  const constrainers: Constrainer[] = [];
  for (const [certificateIndex, certificate] of [...path.entries()].reverse()) {
    if (!isExempt(certificate, certificateIndex)) {
      const fault = checkNames(certificate, certificateIndex, constrainers, budget);
      if (fault !== undefined) return fault;
    }
    const { nameConstraints } = certificate.extensions;
    if (certificateIndex === 0 || nameConstraints === undefined) continue;
    const constraints = prepareConstraints(nameConstraints);
    const authority = certificate.subject;
    if (typeof constraints === "string") {
      const details = { constraint: constraints, authority: authority.text };
      return { code: "name-constraints-malformed", certificateIndex, details };
    }
    constrainers.push({ authority, constraints });
  }
  return undefined;
}

function hasNameConstraints({ extensions }: Certificate): boolean {
  return extensions.nameConstraints !== undefined;
}

/** RFC 5280 6.1.3 (b): a self-issued certificate, so that an authority can renew its key; never the leaf. */
function isExempt(certificate: Certificate, certificateIndex: number): boolean {
  return certificateIndex > 0 && certificate.isSelfIssued;
}

function checkNames(
  certificate: Certificate,
  certificateIndex: number,
  constrainers: readonly Constrainer[],
  budget: Budget,
): NameConstraintFault | undefined {
  for (const { authority, constraints } of constrainers) {
    const fault = findFault(certificateNames(certificate, budget), constraints, budget);
    if (fault === undefined) continue;
    const details = { name: printName(fault.name), authority: authority.text };
    return { code: fault.code, certificateIndex, details };
  }
  return undefined;
}

function findFault(
  names: CertificateNames,
  constraints: PreparedConstraints,
  budget: Budget,
): NameFault | undefined {
  return (
    findUnsupported(names, constraints, budget) ??
    findRefused(() => names.directory, constraints.directory, budget) ??
    findRefused(() => names.dns, constraints.dns, budget) ??
    findRefused(() => names.email, constraints.email, budget) ??
    findRefused(() => names.uri, constraints.uri, budget) ??
    findRefused(() => names.ip, constraints.ip, budget)
  );
}

/** RFC 5280 4.2.1.10: process the constraint on a form that appears, or refuse the certificate. */
function findUnsupported(
  { other }: CertificateNames,
  { otherForms }: PreparedConstraints,
  budget: Budget,
): NameFault | undefined {
  if (otherForms.size === 0) return undefined;
  for (const name of other) {
    if (!budget.spendNameComparisons(1)) return { code: "name-comparison-limit", name };
    if (otherForms.has(name.form)) return { code: "name-constraints-unsupported", name };
  }
  return undefined;
}

function findRefused<Name>(
  names: () => readonly LocatedName<Name>[],
  subtrees: FormSubtrees<Name>,
  budget: Budget,
): NameFault | undefined {
  if (subtrees.cost === 0) return undefined;
  for (const located of names()) {
    const name = located.written;
    if (subtrees.hasDistance) return { code: "name-constraints-unsupported", name };
    if (!budget.spendNameComparisons(subtrees.cost)) return { code: "name-comparison-limit", name };
    if (!subtrees.admits(located.location)) return { code: "name-constraints-violated", name };
  }
  return undefined;
}
