import { equalBytes } from "../base/bytes.ts";
import type { SearchLimits } from "../base/limits.ts";
import type { Certificate } from "../x509/certificate.ts";
import type { Dismissals } from "./dismissals.ts";
import { IssuerPool } from "./issuer-pool.ts";
import type { TrustSet } from "./trust-set.ts";
import type { CandidatePath } from "./verified-path.ts";

/** What the search met besides the paths that it proposed. */
export interface SearchNotes {
  /** A branch was given up because it grew longer than `limits.pathDepth`. */
  tooDeep: boolean;
  /** The search was given up: the certificates allow more steps than any sound hierarchy needs. */
  exhausted: boolean;
}

/** Ten certificates that all fit each other have ten million orders; a sound hierarchy is found in a few dozen steps. */
const maximumSteps = 500;

/**
 * Proposes paths from a leaf to an anchor (RFC 4158), the most promising first, by names, key identifiers and the way that is
 * left to an anchor. It judges nothing: whether a path is sound is for `validatePath` to say, and `dismissals` are what it said so far.
 */
export function* proposePaths(
  leaf: Certificate,
  presented: readonly Certificate[],
  trust: TrustSet,
  limits: SearchLimits,
  notes: SearchNotes,
  dismissals: Dismissals,
): Generator<CandidatePath, void, undefined> {
  const pool = new IssuerPool(trust, presented, dismissals);
  let steps = 0;
  yield* extend([leaf]);
  notes.exhausted ||= pool.isExhausted;

  function* extend(
    path: readonly [Certificate, ...Certificate[]],
  ): Generator<CandidatePath, void, undefined> {
    const last = path[path.length - 1] as Certificate;
    for (const anchor of byKeyIdentifier(last, pool.anchorsFor(last))) {
      const whole = [...path, anchor] as const;
      // An anchor is trusted to sign; presented as a leaf it has nobody above it (RFC 5280 6.1: it is not part of the path).
      if (!equalBytes(anchor.der, leaf.der) && dismissals.allows(whole)) {
        yield whole as unknown as CandidatePath;
      }
    }
    const issuers = pool.intermediatesFor(last);
    for (const { issuer, distance } of issuers.length > 1
      ? forks(path, issuers)
      : onlyWay(issuers)) {
      if (path.some((below) => isSameEntity(below, issuer))) continue;
      const longer = [...path, issuer] as const;
      if (!dismissals.allows(longer)) continue;
      if (path.length + distance > limits.pathDepth) {
        notes.tooDeep = true;
        continue;
      }
      if (++steps > maximumSteps) {
        notes.exhausted = true;
        return;
      }
      yield* extend(longer);
    }
  }

  /** Issuers from which an anchor can be reached. */
  function* forks(
    path: readonly [Certificate, ...Certificate[]],
    issuers: readonly Certificate[],
  ): Generator<Way, void, undefined> {
    const last = path[path.length - 1] as Certificate;
    let dismissed = dismissals.count;
    let distances = pool.waysOut(path);
    const wayOver = (issuer: Certificate): readonly Way[] => {
      const distance = distances.get(issuer);
      return distance === undefined ? [] : [{ issuer, distance }];
    };
    for (const { issuer } of byPromise(last, issuers.flatMap(wayOver))) {
      if (dismissed !== dismissals.count) {
        distances = pool.waysOut(path);
        dismissed = dismissals.count;
      }
      yield* wayOver(issuer);
    }
  }
}

/** An issuer, and how many intermediates there are at least between it and an anchor. */
interface Way {
  readonly issuer: Certificate;
  readonly distance: number;
}

/** Where there is nothing to choose, as nearly everywhere, the distance shows by itself. */
function onlyWay(issuers: readonly Certificate[]): readonly Way[] {
  return issuers.map((issuer) => ({ issuer, distance: 0 }));
}

/** A matching key identifier first; then who is nearer to an anchor; of renewed certificates the one that ends last. */
function byPromise(child: Certificate, ways: readonly Way[]): readonly Way[] {
  const ofKey = keyIdentifierDistance(child);
  return [...ways].sort(
    (a, b) =>
      ofKey(a.issuer) - ofKey(b.issuer) ||
      a.distance - b.distance ||
      b.issuer.notAfter - a.issuer.notAfter,
  );
}

/** RFC 4158 2.4.1: a path that meets the same name with the same key again is a loop. */
function isSameEntity(a: Certificate, b: Certificate): boolean {
  return equalBytes(a.publicKey.der, b.publicKey.der) && a.subject.equals(b.subject);
}

/** RFC 4158 3.5.12: a matching key identifier comes first, a missing one next; a different one may still be right. */
function byKeyIdentifier(
  child: Certificate,
  issuers: readonly Certificate[],
): readonly Certificate[] {
  if (issuers.length < 2) return issuers;
  const distance = keyIdentifierDistance(child);
  return [...issuers].sort((a, b) => distance(a) - distance(b));
}

function keyIdentifierDistance(child: Certificate): (issuer: Certificate) => number {
  const wanted = child.extensions.authorityKeyIdentifier?.keyIdentifier;
  if (wanted === undefined) return () => 0;
  return ({ extensions: { subjectKeyIdentifier } }) =>
    subjectKeyIdentifier === undefined ? 1 : equalBytes(subjectKeyIdentifier, wanted) ? 0 : 2;
}
