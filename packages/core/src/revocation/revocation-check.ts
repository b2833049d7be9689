import { oid } from "../asn1/oids.ts";
import { toHex } from "../base/bytes.ts";
import type { SearchLimits } from "../base/limits.ts";
import { findPath } from "../path/find-path.ts";
import type { PathAcceptance } from "../path/path-acceptance.ts";
import { TrustSet } from "../path/trust-set.ts";
import type { ValidationRules } from "../path/validation-context.ts";
import type { CandidatePath } from "../path/verified-path.ts";
import { reason } from "../reasons/reason.ts";
import type { Certificate } from "../x509/certificate.ts";
import type { CertificateStatus, OpposedStatus } from "./certificate-status.ts";
import { clockSkewMs } from "./clock-skew.ts";
import { CrlCheck } from "./crl/crl-check.ts";
import type { KnownAnswer, StatusQuestion, ResponderAddress } from "./ocsp/ocsp-client.ts";
import { isExemptFromRevocation } from "./ocsp/ocsp-delegation.ts";
import type { RevocationSources } from "./revocation-sources.ts";
import type { RevocationSettings } from "./revocation-options.ts";
import { listAddresses, namesStatusAddress, responderAddresses } from "./status-addresses.ts";

/** Answers that are under way: once one has settled, a question may have another answer. None of them rejects. */
export type Waits = Promise<unknown>[];

/** What one verification asks by. */
export interface RevocationQuestion {
  readonly now: number;
  readonly trust: TrustSet;
  readonly settings: RevocationSettings;
  readonly sources: RevocationSources;
  readonly rules: ValidationRules;
  readonly limits: SearchLimits;
  /** Undefined: nobody waits, so what is under way does not matter. */
  readonly waits: Waits | undefined;
}

/** RFC 9608 2 */
const noRevAvail = oid("2.5.29.56");

/** How long a client passes whose status nobody can tell (`soft`), or only the second method: then it is asked again. */
const secondBestMs = 5_000;

/** Whether the certificates of a path were revoked: the check of one verification. */
export class RevocationCheck {
  readonly #question: RevocationQuestion;
  readonly #lists: CrlCheck;
  /** Above zero while a list signer's own path is judged. */
  #depth = 0;

  constructor(question: RevocationQuestion) {
    const { now, trust, settings, sources, rules } = question;
    this.#question = question;
    this.#lists = new CrlCheck({
      index: sources.library.index,
      now,
      toleranceMs: settings.toleranceMs,
      skewMs: clockSkewMs,
      mode: "required",
      signers: [...settings.listSigners, ...trust.intermediates],
      legacy: rules.legacy,
      verifySigner: (signer, anchor) => this.#verifySigner(signer, anchor),
    });
  }

  accept(path: CandidatePath | readonly [Certificate]): PathAcceptance {
    const denied = this.#findDenied(path);
    if (denied !== undefined) return denied;
    const { mode, hasSources } = this.#question.settings;
    // Who is pinned has no issuer that could revoke it; the own list is what speaks of it.
    if (mode === "off" || !hasSources || !hasAnchor(path)) return { outcome: "accepted" };
    return this.#acceptByStatus(path, mode);
  }

  /** The own list comes first, in every mode: what the operator denied, nobody forgives. */
  #findDenied(path: readonly Certificate[]): PathAcceptance | undefined {
    const { denyLists } = this.#question.settings;
    for (const list of denyLists) {
      if (!list.isReady) {
        // It rejects only where the list was closed, and then nobody is let in.
        this.#question.waits?.push(list.ready().catch(() => undefined));
        const details = { problem: "the list of denied certificates has not been read yet" };
        return { outcome: "refused", code: "revocation-unknown", certificateIndex: 0, details };
      }
      for (const [certificateIndex, certificate] of path.entries()) {
        const entry = list.find(certificate, path[certificateIndex + 1]);
        if (entry === undefined) continue;
        const { reason: why, date, comment } = entry;
        const details = {
          serialNumber: toHex(certificate.serialNumber),
          subject: certificate.subject.text,
          ...(why !== undefined && { reason: why }),
          ...(date !== undefined && { deniedAt: date }),
          ...(comment !== undefined && { comment }),
        };
        return { outcome: "refused", code: "certificate-denied", certificateIndex, details };
      }
    }
    return undefined;
  }

  /** From the anchor down, so that a certificate that signs lists was judged before its lists are used. */
  #acceptByStatus(path: CandidatePath, mode: "hard" | "soft"): PathAcceptance {
    const { now, settings, sources, trust, waits } = this.#question;
    let until = Infinity;
    const unknown: (Pick<OpposedStatus, "code" | "details"> & {
      readonly certificateIndex: number;
    })[] = [];
    const highest = settings.covers === "leaf" ? 0 : path.length - 2;
    for (let certificateIndex = highest; certificateIndex >= 0; certificateIndex--) {
      const status = this.#statusOf(path, certificateIndex);
      if (status.outcome === "good") {
        until = Math.min(until, status.until);
        continue;
      }
      const { outcome, code, details } = status;
      if (outcome === "refused") return { outcome, code, certificateIndex, details };
      unknown.push({ code, certificateIndex, details });
    }
    const [first] = unknown;
    if (first === undefined) return { outcome: "accepted", until };
    if (mode === "hard") return { outcome: "refused", ...first, code: "revocation-unknown" };
    // Whoever was on hold, or a stranger, when somebody spoke last would only have to silence them.
    const opposed = unknown.find(({ code }) => code !== "revocation-unknown");
    if (opposed !== undefined) return { outcome: "refused", ...opposed };
    if (this.#depth === 0 && (waits === undefined || waits.length === 0)) {
      for (const { details } of unknown) {
        sources.emit({ type: "revocation-status-forgiven", trust: trust.name, details });
      }
    }
    const warnings = unknown.map(({ code, ...facts }) => reason(code, facts));
    return { outcome: "accepted", until: Math.min(until, now + secondBestMs), warnings };
  }

  #statusOf(path: CandidatePath, index: number): CertificateStatus {
    const { now, settings } = this.#question;
    const byList = this.#lists.statusOf(path, index);
    // A list is at hand and costs nothing to look at, so whom it revokes needs no other opinion.
    if (byList.outcome === "refused") return byList;
    if (index === 0 && this.#needsNoStatus(path[0])) return { outcome: "good", until: Infinity };
    if (byList.outcome === "good" && settings.first === "crl") return byList;
    const byResponder = this.#askResponder(path, index);
    if (byResponder !== undefined && byResponder.outcome !== "unknown") return byResponder;
    if (byList.outcome === "good") {
      const until = byResponder === undefined ? Infinity : now + secondBestMs;
      return { outcome: "good", until: Math.min(byList.until, until) };
    }
    this.#fetchLists(path, index);
    if (byResponder === undefined) return byList;
    const problems = this.#question.sources.hasLists
      ? `${byList.details["problem"]}; ${byResponder.details["problem"]}`
      : byResponder.details["problem"];
    const { code } = byList.code === "revocation-unknown" ? byResponder : byList;
    return { ...byList, code, details: { ...byList.details, problem: problems as string } };
  }

  #needsNoStatus(leaf: Certificate): boolean {
    const { noRevAvail: isHonoured, shortLivedMs } = this.#question.settings;
    // RFC 9608 3: the extension has no place in an authority's certificate, nor beside addresses that tell a status; there it is no answer.
    const saysSo = leaf.extensions.all.has(noRevAvail) && !leaf.isCa && !namesStatusAddress(leaf);
    if (isHonoured && saysSo) return true;
    return shortLivedMs > 0 && leaf.notAfter - leaf.notBefore <= shortLivedMs;
  }

  #askResponder(path: CandidatePath, index: number): CertificateStatus | undefined {
    const { settings, sources, waits } = this.#question;
    const certificate = path[index] as Certificate;
    const issuer = path[index + 1] as Certificate;
    const responders = this.#respondersFor(certificate);
    const details = { serialNumber: toHex(certificate.serialNumber), issuer: issuer.subject.text };
    if (responders.length === 0) {
      if (!settings.asksResponders) return undefined;
      const problem = "the certificate names no OCSP responder that may be asked";
      return { outcome: "unknown", code: "revocation-unknown", details: { ...details, problem } };
    }
    const answer = sources.responders.answerTo(certificate, issuer);
    if (typeof answer === "string") {
      const isSignerRevoked = this.#signerCheck(path, index);
      const question: StatusQuestion = { certificate, issuer, responders, isSignerRevoked };
      const pending = sources.responders.ask(question);
      if (pending !== undefined) waits?.push(pending);
      const said = statusBy(sources.responders.lastAnswerTo(certificate, issuer), details);
      const code = said.outcome === "good" ? "revocation-unknown" : said.code;
      return { outcome: "unknown", code, details: { ...details, problem: answer } };
    }
    return statusBy(answer, details);
  }

  #respondersFor(certificate: Certificate): readonly ResponderAddress[] {
    const { responders, certificateAddresses: policy } = this.#question.settings;
    if (policy === undefined) return responders;
    const named = responderAddresses(certificate, policy).map((url) => ({ url, policy }));
    return [...responders, ...named];
  }

  /** Lists of the operator's own first: while they are loading, there is something to wait for; then those that the certificate names. */
  #fetchLists(path: CandidatePath, index: number): void {
    const { settings, sources, waits } = this.#question;
    const pending = sources.pendingLists();
    if (pending !== undefined) waits?.push(pending);
    const { certificateAddresses: policy } = settings;
    if (policy === undefined) return;
    for (const url of listAddresses(path[index] as Certificate, policy)) {
      const loading = sources.fetchLists(url, policy, path.slice(index + 1));
      if (loading !== undefined) waits?.push(loading);
    }
  }

  /**
   * A delegated responder's certificate comes from the same issuer as the one that it speaks of. It is asked about at each answer,
   * long after this check, so that it is judged by the lists of that moment, and holds none of this one.
   */
  #signerCheck(path: CandidatePath, index: number): StatusQuestion["isSignerRevoked"] {
    const question = { ...this.#question, waits: undefined };
    const above = path.slice(index + 1);
    return (signer, now) => {
      const signerPath = [signer, ...above] as unknown as CandidatePath;
      return new RevocationCheck({ ...question, now }).#isSignerRevoked(signerPath);
    };
  }

  /** Against a stolen key whose certificate nobody is to check (id-pkix-ocsp-nocheck) the own list is all there is. */
  #isSignerRevoked(path: CandidatePath): boolean {
    if (this.#findDenied(path) !== undefined) return true;
    return !isExemptFromRevocation(path[0]) && this.#lists.statusOf(path, 0).outcome === "refused";
  }

  /** RFC 5280 6.3.3 (f): a path to the same anchor, judged as a client's is but for the usage; its status counts as well. */
  #verifySigner(signer: Certificate, anchor: Certificate): boolean {
    const { now, trust, settings, rules, limits } = this.#question;
    const signers = new TrustSet({
      name: trust.name,
      anchors: [anchor],
      intermediates: [...trust.intermediates, ...settings.listSigners],
      pinned: new Set(),
    });
    const context = {
      ...rules,
      now,
      purpose: undefined,
      keyUsage: 0,
      extendedKeyUsage: "if-present",
      profile: rules.profile === "spiffe" ? "default" : rules.profile,
      acceptPath: (path: CandidatePath | readonly [Certificate]) => this.accept(path),
    } as const;
    this.#depth++;
    try {
      return findPath(signer, [], signers, context, limits).outcome === "verified";
    } finally {
      this.#depth--;
    }
  }
}

/** What a responder's answer means; without one, nothing is known. */
function statusBy(
  answer: KnownAnswer | undefined,
  details: OpposedStatus["details"],
): CertificateStatus {
  switch (answer?.status) {
    case undefined:
      return { outcome: "unknown", code: "revocation-unknown", details };
    case "good":
      return { outcome: "good", until: answer.goodUntil };
    case "unknown":
      return { outcome: "refused", code: "responder-unknown", details };
    case "revoked": {
      const { reason: why, revocationDate } = answer;
      const code = why === "certificateHold" ? "certificate-on-hold" : "certificate-revoked";
      const revokedAt = new Date(revocationDate).toISOString();
      return { outcome: "refused", code, details: { ...details, reason: why, revokedAt } };
    }
  }
}

function hasAnchor(path: CandidatePath | readonly [Certificate]): path is CandidatePath {
  return path.length > 1;
}
