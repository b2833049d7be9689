import type { Budget } from "../base/budget.ts";
import type { Reason } from "../reasons/reason.ts";
import type { ReasonCode } from "../reasons/reasons.ts";
import type { Certificate } from "../x509/certificate.ts";
import { findPathLengthViolation } from "./checks/basic-constraints.ts";
import { checkNameConstraints } from "./checks/name-constraints.ts";
import type { Dismissals } from "./dismissals.ts";
import type { CandidatePath } from "./verified-path.ts";

/** Of which of its parts the refusal of a path speaks: the rest could be exchanged, and it would be refused all the same. */
type Blame = "certificate" | "link" | "path-length" | "names" | "whole-path";

const blames: Partial<Record<ReasonCode, Blame>> = {
  "signature-algorithm-mismatch": "link",
  "signature-algorithm-unsupported": "link",
  "signature-invalid": "link",
  "issuer-unknown": "link",
  "key-unsupported": "link",
  "path-length-exceeded": "path-length",
  "name-constraints-violated": "names",
  "name-constraints-unsupported": "names",
  "policy-mapping-invalid": "whole-path",
  "policy-missing": "whole-path",
  "revocation-unknown": "whole-path",
  "path-search-limit": "whole-path",
  "name-comparison-limit": "whole-path",
};

type Run = readonly [Certificate, ...Certificate[]];

/** Learns from a refused path which others need not be tried. */
export function dismissRefused(
  path: CandidatePath,
  { code, certificateIndex = 0 }: Reason,
  pathLength: number,
  budget: Budget,
  dismissals: Dismissals,
): void {
  const certificate = path[certificateIndex] as Certificate;
  const issuer = path[certificateIndex + 1];
  switch (blames[code] ?? "certificate") {
    case "certificate":
      dismissals.dismissRun([certificate]);
      return;
    case "link":
      if (issuer === undefined) dismissals.dismissRun([certificate]);
      else dismissals.dismissLink(certificate, issuer);
      return;
    case "path-length":
      dismissals.dismissRun(findTooLong(path, pathLength));
      return;
    case "names": {
      const top = path.findIndex(
        (authority, index) =>
          index > certificateIndex &&
          checkNameConstraints([certificate, authority], budget)?.code === code,
      );
      // Nothing was found where the budget for comparisons is spent.
      if (top === -1) return;
      // The leaf is in every path: there the authority has no place in any.
      if (certificateIndex === 0) dismissals.dismissRun([path[top] as Certificate]);
      else dismissals.dismissRun([certificate, ...path.slice(certificateIndex + 1, top + 1)]);
      return;
    }
    case "whole-path":
      return;
  }
}

/** The lowest part of a path that is too long for the authority on top of it, and as little of that as is needed. */
function findTooLong(path: CandidatePath, limit: number): Run {
  const isTooLong = (part: readonly Certificate[]) =>
    findPathLengthViolation([...part].reverse(), limit) !== undefined;
  const top = path.findIndex((_, index) => isTooLong(path.slice(1, index + 1)));
  const bottom = path.findLastIndex((_, index) => isTooLong(path.slice(index, top + 1)));
  return path.slice(bottom, top + 1) as unknown as Run;
}
