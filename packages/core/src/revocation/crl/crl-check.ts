import { toHex } from "../../base/bytes.ts";
import type { PathAcceptance } from "../../path/path-acceptance.ts";
import type { CandidatePath } from "../../path/verified-path.ts";
import type { Certificate } from "../../x509/certificate.ts";
import type { CertificateList } from "../../x509/certificate-list.ts";
import type { CrlEntry } from "../../x509/crl-entries.ts";
import type { GeneralName } from "../../x509/general-name.ts";
import { findFault } from "./crl-faults.ts";
import { CrlIndex, type IssuerLists } from "./crl-index.ts";
import { allReasons, CrlScope, generalNameKey } from "./crl-scope.ts";
import { CrlSigners, type CrlSignersOptions } from "./crl-signers.ts";
import { endOfCurrency } from "../end-of-currency.ts";
import type { CertificateStatus, OpposedStatus } from "../certificate-status.ts";

export interface CrlCheckOptions extends CrlSignersOptions {
  /** The lists there are. */
  readonly index: CrlIndex;
  /** The moment to judge, in epoch milliseconds. */
  readonly now: number;
  /** How long a list counts after its nextUpdate. Default: 0. */
  readonly toleranceMs?: number;
  /** How long it counts before its thisUpdate. Default: 0. */
  readonly skewMs?: number;
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
  /** The newest delta there is, which may not be current. */
  readonly lastDelta: CertificateList | undefined;
  /** RFC 5280 5.2.4: the dates of both together are those of the delta. */
  readonly until: number;
}

/**
 * Makes the check of one verification: whether the certificates of a path have been revoked, by RFC 5280 6.3.3. It may be
 * called for several paths, also from within `verifySigner`, which has to use this very function for signers' own status.
 */
export function createCrlCheck({
  lists,
  ...options
}: Omit<CrlCheckOptions, "index"> & {
  readonly lists: readonly CertificateList[];
}): (path: CandidatePath) => PathAcceptance {
  const check = new CrlCheck({ ...options, index: new CrlIndex(lists) });
  return (path) => acceptByLists(path, check);
}

/** From the anchor down, so that a certificate that signs lists was judged before its lists are used. */
function acceptByLists(path: CandidatePath, check: CrlCheck): PathAcceptance {
  let until = Infinity;
  for (let index = path.length - 2; index >= 0; index--) {
    const status = check.statusOf(path, index);
    if (status.outcome !== "good") {
      const { code, details } = status;
      return { outcome: "refused", code, certificateIndex: index, details };
    }
    until = Math.min(until, status.until);
  }
  return until === Infinity ? { outcome: "accepted" } : { outcome: "accepted", until };
}

/** What the lists say of the certificates of one verification. */
export class CrlCheck {
  readonly #index: CrlIndex;
  readonly #signers: CrlSigners;
  readonly #now: number;
  readonly #toleranceMs: number;
  readonly #skewMs: number;
  readonly #mode: CrlCheckOptions["mode"];

  constructor(options: CrlCheckOptions) {
    this.#index = options.index;
    this.#signers = new CrlSigners(options);
    this.#now = options.now;
    this.#toleranceMs = options.toleranceMs ?? 0;
    this.#skewMs = options.skewMs ?? 0;
    this.#mode = options.mode;
  }

  /** What the lists say of the certificate at this place of a path, which has an issuer above it. */
  statusOf(path: CandidatePath, index: number): CertificateStatus {
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
  #judge(path: CandidatePath, index: number, speaking: readonly IssuerLists[]): CertificateStatus {
    const certificate = path[index] as Certificate;
    const scope = new CrlScope(certificate);
    let covered = 0;
    let until = Infinity;
    let problem = "there is no list for the certificate";
    let held: OpposedStatus | undefined;
    for (const lists of speaking) {
      for (const complete of lists.complete) {
        const reasons = scope.reasonsOf(complete);
        if (reasons === undefined) continue;
        const current = this.#bringUpToDate(complete, lists, path, index);
        if (typeof current === "string") {
          problem = current;
          continue;
        }
        const outOfDate = this.#findDateFault(complete, current.until);
        const entry = findRevocation(current, certificate);
        // What was revoked stays so when newer lists are withheld, deltas included, or the clock was set back; only a hold may have
        // ended since (RFC 5280 5.3.1).
        const last = entry ?? findAddition(current.lastDelta, certificate);
        if (last !== undefined) {
          const isCurrent = outOfDate === undefined && last === entry;
          const mayHaveEnded = last.reason === "certificateHold" && !isCurrent;
          const status = revoked(certificate, last, complete);
          if (!mayHaveEnded) return status;
          held = status;
          continue;
        }
        if (outOfDate !== undefined) {
          problem = outOfDate;
          continue;
        }
        covered |= reasons;
        until = Math.min(until, current.until + this.#toleranceMs);
      }
    }
    if ((covered & allReasons) === allReasons) return { outcome: "good", until };
    if (held !== undefined) return outdated(held);
    return unknown(
      certificate,
      covered === 0 ? problem : "the lists do not speak of every reason to revoke",
    );
  }

  /** RFC 5280 6.3.3 (a), (c), (f) to (h): the list, which may not be current; a string says why it says nothing at all. */
  #bringUpToDate(
    complete: CertificateList,
    lists: IssuerLists,
    path: CandidatePath,
    index: number,
  ): CurrentList | string {
    const fault = findFault(complete);
    if (fault !== undefined) return fault;
    const signer = this.#signers.find(complete, path, index);
    if (signer === undefined) return "no certificate that may sign the list has signed it";
    const deltas = lists
      .deltasFor(complete)
      .filter((delta) => findFault(delta) === undefined && this.#signers.hasSigned(signer, delta));
    const delta = deltas.find((one) => this.#findDateFault(one, endOfCurrency(one)) === undefined);
    return { complete, delta, lastDelta: deltas[0], until: endOfCurrency(delta ?? complete) };
  }

  /** Why a list is not current; undefined: it is. */
  #findDateFault({ thisUpdate }: CertificateList, until: number): string | undefined {
    if (thisUpdate > this.#now + this.#skewMs) return "the list is not valid yet";
    return this.#now >= until + this.#toleranceMs ? "the list has expired" : undefined;
  }
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

/** What a delta adds to a complete list: it counts against the certificate also where the delta counts for nobody any more. */
function findAddition(
  delta: CertificateList | undefined,
  certificate: Certificate,
): CrlEntry | undefined {
  if (delta === undefined) return undefined;
  return entriesFor(certificate, delta).find(({ reason }) => reason !== "removeFromCRL");
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

function revoked(
  certificate: Certificate,
  { reason, revocationDate }: CrlEntry,
  list: CertificateList,
): OpposedStatus {
  const serialNumber = toHex(certificate.serialNumber);
  const revokedAt = new Date(revocationDate).toISOString();
  return {
    outcome: "refused",
    code: reason === "certificateHold" ? "certificate-on-hold" : "certificate-revoked",
    details: { serialNumber, reason, revokedAt, crlIssuer: list.issuer.text },
  };
}

/** Nobody says any more that it holds, nor that it ended: the code tells what was said last. */
function outdated({ code, details }: OpposedStatus): CertificateStatus {
  const problem = "the list that says so is out of date";
  return { outcome: "unknown", code, details: { ...details, problem } };
}

function unknown({ issuer, serialNumber }: Certificate, problem: string): CertificateStatus {
  return {
    outcome: "unknown",
    code: "revocation-unknown",
    details: { serialNumber: toHex(serialNumber), issuer: issuer.text, problem },
  };
}
