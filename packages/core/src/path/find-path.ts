import { Budget } from "../base/budget.ts";
import type { SearchLimits } from "../base/limits.ts";
import { mostUseful } from "../reasons/most-useful.ts";
import { reason, type Reason } from "../reasons/reason.ts";
import type { Certificate } from "../x509/certificate.ts";
import { proposePaths, type SearchNotes } from "./build-path.ts";
import { dismissRefused } from "./dismiss-refused.ts";
import { Dismissals } from "./dismissals.ts";
import { SignatureChecks } from "./signature-checks.ts";
import type { TrustSet } from "./trust-set.ts";
import { validatePath, type PathWork, type SoundPath } from "./validate-path.ts";
import type { ValidationContext } from "./validation-context.ts";
import type { CandidatePath } from "./verified-path.ts";

export type PathSearch = SoundPath | FailedSearch;

/** No path holds. */
export interface FailedSearch {
  readonly outcome: "refused";
  /** The most useful of all that was found. */
  readonly reason: Reason;
  /** Every path that was tried, in order. Paths that a refusal rules out as well are not tried. */
  readonly tried: readonly TriedPath[];
}

/** A path that does not hold, and why. */
export interface TriedPath {
  /** The leaf first, the anchor last. */
  readonly path: CandidatePath;
  readonly reason: Reason;
}

/** Finds a sound path from a leaf to an anchor of the trust set, among intermediates that came with it and those of the set. */
export function findPath(
  leaf: Certificate,
  presented: readonly Certificate[],
  trust: TrustSet,
  context: ValidationContext,
  limits: SearchLimits,
): PathSearch {
  const budget = new Budget(limits);
  const signatures = new SignatureChecks(budget, context.legacy, trust.signatures);
  const work: PathWork = { budget, signatures };
  const notes: SearchNotes = { tooDeep: false, exhausted: false };
  const tried: TriedPath[] = [];
  const dismissals = new Dismissals();
  for (const path of proposePaths(leaf, presented, trust, limits, notes, dismissals)) {
    if (!budget.spendPath()) return fail(reason("path-search-limit"), tried);
    const verdict = validatePath(path, context, work);
    if (verdict.outcome === "verified") return verdict;
    tried.push({ path, reason: verdict.reason });
    // What is spent stays spent: no other path could be judged.
    if (isSpent(verdict.reason)) return fail(verdict.reason, tried);
    dismissRefused(path, verdict.reason, context.pathLength, budget, dismissals);
  }
  if (notes.exhausted) return fail(reason("path-search-limit"), tried);
  const [first, ...others] = tried.map((attempt) => attempt.reason);
  if (first !== undefined) return fail(mostUseful([first, ...others]), tried);
  if (notes.tooDeep) return fail(reason("path-too-deep"), tried);
  const why = leaf.isSelfIssued ? "certificate-self-signed" : "issuer-unknown";
  return fail(reason(why, { details: { issuer: leaf.issuer.text } }), tried);
}

function isSpent({ code }: Reason): boolean {
  return code === "path-search-limit" || code === "name-comparison-limit";
}

function fail(why: Reason, tried: readonly TriedPath[]): FailedSearch {
  return { outcome: "refused", reason: why, tried };
}
