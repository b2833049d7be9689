import { equalBytes } from "../base/bytes.ts";
import type { Limits } from "../base/limits.ts";
import type { Certificate } from "../x509/certificate.ts";
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
 * Proposes paths from a client's certificate to an anchor (RFC 4158), the most promising first, by names and key
 * identifiers. It judges nothing: whether a path is sound is for `validatePath` to say.
 */
export function* proposePaths(
  client: Certificate,
  presented: readonly Certificate[],
  trust: TrustSet,
  limits: Limits,
  notes: SearchNotes,
): Generator<CandidatePath, void, undefined> {
  // What a client sends may come twice, or be in the trust set as well: every certificate is tried once.
  const sent = [
    ...new Map(presented.map((certificate) => [certificate.fingerprint, certificate])).values(),
  ].filter((certificate) => !trust.holds(certificate));
  let steps = 0;
  yield* extend([client]);

  function* extend(
    path: [Certificate, ...Certificate[]],
  ): Generator<CandidatePath, void, undefined> {
    const last = path[path.length - 1] as Certificate;
    const anchors = trust.anchorsNamed(last.issuer);
    for (const anchor of byKeyIdentifier(last, anchors)) {
      // An anchor is trusted to sign; presented as a client it has nobody above it (RFC 5280 6.1: it is not part of the path).
      if (!equalBytes(anchor.der, client.der)) yield [...path, anchor] as unknown as CandidatePath;
    }
    const issuers = [
      ...trust.intermediatesNamed(last.issuer),
      ...sent.filter((certificate) => certificate.subject.equals(last.issuer)),
    ];
    for (const issuer of byKeyIdentifier(last, issuers)) {
      if (path.some((above) => isSameEntity(above, issuer))) continue;
      if (path.length > limits.pathDepth) {
        notes.tooDeep = true;
        return;
      }
      if (++steps > maximumSteps) {
        notes.exhausted = true;
        return;
      }
      yield* extend([...path, issuer]);
    }
  }
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
  const wanted = child.extensions.authorityKeyIdentifier;
  if (wanted === undefined || issuers.length < 2) return issuers;
  const distance = ({ extensions: { subjectKeyIdentifier } }: Certificate): number =>
    subjectKeyIdentifier === undefined ? 1 : equalBytes(subjectKeyIdentifier, wanted) ? 0 : 2;
  return [...issuers].sort((a, b) => distance(a) - distance(b));
}
