import { toHex } from "../base/bytes.ts";
import type { PathAcceptance } from "../path/path-acceptance.ts";
import type { CandidatePath } from "../path/verified-path.ts";
import type { Certificate } from "../x509/certificate.ts";
import type { CertificateList } from "../x509/certificate-list.ts";
import type { CrlEntry } from "../x509/crl-entries.ts";
import type { GeneralName } from "../x509/general-name.ts";
import { findFault } from "./crl-faults.ts";
import { CrlIndex, type IssuerLists } from "./crl-index.ts";
import { allReasons, CrlScope, generalNameKey } from "./crl-scope.ts";
import { CrlSigners, type CrlSignersOptions } from "./crl-signers.ts";

export interface CrlCheckOptions extends CrlSignersOptions {
  readonly lists: readonly CertificateList[];
  /** The moment to judge, in epoch milliseconds. */
  readonly now: number;
  /**
   * - `if-covered`: a certificate whose issuer has no list passes; where there is one, the status has to be known.
   * - `required`: the status of every certificate has to be known.
   */
  readonly mode: "if-covered" | "required";
}

/** Certificates name one or two; a client may fill its certificate with thousands. */
const mostDistributionPoints = 64;

/** A list that its authority signed, together with the delta that brings it up to date. */
interface CurrentList {
  readonly complete: CertificateList;
  readonly delta: CertificateList | undefined;
  /** RFC 5280 5.2.4: the dates of both together are those of the delta. */
  readonly until: number;
}

/** What the lists say of one certificate: until when it is good (for ever where none speaks of it), or what is against it. */
type Status =
  | { readonly outcome: "good"; readonly until: number }
  | {
      readonly outcome: "revoked" | "unknown";
      readonly details: Readonly<Record<string, string>>;
    };

/**
 * Makes the check of one verification: whether the certificates of a path have been revoked, by RFC 5280 6.3.3. It may be
 * called for several paths, also from within `verifySigner`, which has to use this very function for signers' own status.
 */
export function createCrlCheck(options: CrlCheckOptions): (path: CandidatePath) => PathAcceptance {
  const check = new CrlCheck(options);
  return (path) => check.accept(path);
}

class CrlCheck {
  readonly #index: CrlIndex;
  readonly #signers: CrlSigners;
  readonly #now: number;
  readonly #mode: CrlCheckOptions["mode"];

  constructor(options: CrlCheckOptions) {
    this.#index = new CrlIndex(options.lists);
    this.#signers = new CrlSigners(options);
    this.#now = options.now;
    this.#mode = options.mode;
  }

  /** From the anchor down, so that a certificate that signs lists was judged before its lists are used. */
  accept(path: CandidatePath): PathAcceptance {
    let until = Infinity;
    for (let index = path.length - 2; index >= 0; index--) {
      const status = this.#statusOf(path, index);
      if (status.outcome !== "good") {
        const code = status.outcome === "revoked" ? "certificate-revoked" : "revocation-unknown";
        const { details } = status;
        return { outcome: "refused", code, certificateIndex: index, details };
      }
      until = Math.min(until, status.until);
    }
    return until === Infinity ? { outcome: "accepted" } : { outcome: "accepted", until };
  }

  #statusOf(path: CandidatePath, index: number): Status {
    const certificate = path[index] as Certificate;
    const { crlDistributionPoints = [] } = certificate.extensions;
    if (crlDistributionPoints.length > mostDistributionPoints) {
      return unknown(certificate, "the certificate names too many distribution points");
    }
    const speaking = this.#listsAbout(certificate);
    if (speaking.length === 0 && this.#mode === "if-covered") {
      return { outcome: "good", until: Infinity };
    }
    return this.#judge(path, index, speaking);
  }

  /** Those of its issuer, and of whoever its distribution points say signs for the issuer. */
  #listsAbout({ issuer, extensions }: Certificate): readonly IssuerLists[] {
    const crlIssuers = (extensions.crlDistributionPoints ?? [])
      .flatMap((point) => point.crlIssuer ?? [])
      .map((name) => (name.type === "directory" ? name.value.comparisonKey : ""));
    return [...new Set([issuer.comparisonKey, ...crlIssuers])]
      .map((key) => this.#index.get(key))
      .filter((lists) => lists !== undefined);
  }

  /**
   * Every list is looked at, also when earlier ones cover all reasons (RFC 5280 6.3.3 stops there): the answer must not hang
   * on their order.
   */
  #judge(path: CandidatePath, index: number, speaking: readonly IssuerLists[]): Status {
    const certificate = path[index] as Certificate;
    const scope = new CrlScope(certificate);
    let covered = 0;
    let until = Infinity;
    let problem = "there is no list for the certificate";
    for (const lists of speaking) {
      for (const complete of lists.complete) {
        const reasons = scope.reasonsOf(complete);
        if (reasons === undefined) continue;
        const current = this.#bringUpToDate(complete, lists, path, index);
        if (typeof current === "string") {
          problem = current;
          continue;
        }
        const isExpired = this.#now >= current.until;
        const entry = findRevocation(current, certificate);
        // What was revoked stays so when newer lists are withheld; only a hold may have ended since (RFC 5280 5.3.1).
        if (entry !== undefined && !(isExpired && entry.reason === "certificateHold")) {
          return revoked(certificate, entry, complete);
        }
        if (isExpired) {
          problem = "the list has expired";
          continue;
        }
        covered |= reasons;
        until = Math.min(until, current.until);
      }
    }
    if ((covered & allReasons) === allReasons) return { outcome: "good", until };
    return unknown(
      certificate,
      covered === 0 ? problem : "the lists do not speak of every reason to revoke",
    );
  }

  /** RFC 5280 6.3.3 (a), (c), (f) to (h): the list, which may have expired; a string says why it says nothing at all. */
  #bringUpToDate(
    complete: CertificateList,
    lists: IssuerLists,
    path: CandidatePath,
    index: number,
  ): CurrentList | string {
    const fault = findFault(complete);
    if (fault !== undefined) return fault;
    if (complete.thisUpdate > this.#now) return "the list is not valid yet";
    const deltas = lists.deltasFor(complete).filter((delta) => this.#isCurrent(delta));
    const signer = this.#signers.find(complete, path, index);
    if (signer === undefined) return "no certificate that may sign the list has signed it";
    const delta = deltas.find((one) => this.#signers.hasSigned(signer, one));
    return { complete, delta, until: endOfCurrency(delta ?? complete) };
  }

  #isCurrent(delta: CertificateList): boolean {
    return (
      findFault(delta) === undefined &&
      delta.thisUpdate <= this.#now &&
      this.#now < endOfCurrency(delta)
    );
  }
}

/** The first millisecond at which the list is no longer current. */
function endOfCurrency({ nextUpdate }: CertificateList): number {
  return nextUpdate + 1000;
}

/** RFC 5280 6.3.3 (i) to (k): what the delta says goes before what the complete list says. */
function findRevocation(
  { complete, delta }: CurrentList,
  certificate: Certificate,
): CrlEntry | undefined {
  const changes = delta === undefined ? [] : entriesFor(certificate, delta);
  if (changes.length === 0) {
    // RFC 5280 5.3.1: removeFromCRL has a meaning in deltas only, so that here it revokes as any other reason.
    const [entry] = entriesFor(certificate, complete);
    return entry;
  }
  return changes.find(({ reason }) => reason !== "removeFromCRL");
}

/** RFC 5280 5.3.3: serial numbers are the issuer's own, so the entry has to be of the certificate's issuer. */
function entriesFor(
  { issuer, serialNumber }: Certificate,
  list: CertificateList,
): readonly CrlEntry[] {
  const key = generalNameKey({ type: "directory", value: issuer });
  // Entries share the names that hold for all of them, so these are compared once.
  const known = new Map<readonly GeneralName[], boolean>();
  const isAmong = (names: readonly GeneralName[]): boolean => {
    const isOne = known.get(names) ?? names.some((name) => generalNameKey(name) === key);
    known.set(names, isOne);
    return isOne;
  };
  return list.entries
    .find(serialNumber)
    .filter(({ certificateIssuer }) =>
      certificateIssuer === undefined ? list.issuer.equals(issuer) : isAmong(certificateIssuer),
    );
}

function revoked(certificate: Certificate, { reason }: CrlEntry, list: CertificateList): Status {
  const serialNumber = toHex(certificate.serialNumber);
  return {
    outcome: "revoked",
    details: { serialNumber, reason, crlIssuer: list.issuer.text },
  };
}

function unknown({ issuer, serialNumber }: Certificate, problem: string): Status {
  return {
    outcome: "unknown",
    details: { serialNumber: toHex(serialNumber), issuer: issuer.text, problem },
  };
}
