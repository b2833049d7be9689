import { BoundedMap } from "../../base/bounded-map.ts";
import { sha256, toHex } from "../../base/bytes.ts";
import type { Surroundings } from "../../base/surroundings.ts";
import type { AddressPolicy } from "../../network/address-policy.ts";
import {
  fetchBytes,
  type FailedFetch,
  type FetchSurroundings,
} from "../../network/fetch-limited.ts";
import type { Certificate } from "../../x509/certificate.ts";
import { encodeOcspRequest } from "../../x509/ocsp-request.ts";
import { parseOcspResponse } from "../../x509/ocsp-response.ts";
import type { LegacyAlgorithm } from "../../x509/signature.ts";
import { clockSkewMs } from "../clock-skew.ts";
import { HostGates } from "../refresh/host-gates.ts";
import { judgeOcspResponse, type OcspAnswer } from "./ocsp-judgement.ts";
import { dueBefore } from "../refresh/due-before.ts";
import { RefreshLoop, type Attempt } from "../refresh/refresh-loop.ts";
import type { EmitRevocation } from "../revocation-event.ts";

/** A responder, and by whose word it is asked. */
export interface ResponderAddress {
  readonly url: URL;
  readonly policy: AddressPolicy;
}

/** Whose status is asked for, and whom to ask. */
export interface StatusQuestion {
  readonly certificate: Certificate;
  readonly issuer: Certificate;
  /** In the order in which they are asked; the first answer that counts is taken. */
  readonly responders: readonly ResponderAddress[];
  /** Whether a delegated responder's certificate was revoked itself: asked at each answer, and whenever that is used. */
  readonly isSignerRevoked: (signer: Certificate, now: number) => boolean;
}

export interface OcspClientOptions {
  readonly surroundings: Surroundings & FetchSurroundings;
  /** Certificates that may sign answers, whoever issued them (RFC 6960 4.2.2.2). */
  readonly signers: readonly Certificate[];
  readonly legacy: ReadonlySet<LegacyAlgorithm>;
  readonly nonce: "off" | "send" | "require";
  readonly certificateIdHash: "sha1" | "sha256";
  readonly toleranceMs: number;
  /** How long an answer counts that has no nextUpdate, and how old its thisUpdate may be. */
  readonly maxAgeMs: number;
  /** An answer is asked for again at the latest after this time, while its client goes on calling. */
  readonly refreshMs: number;
  readonly emit: EmitRevocation;
}

/** An answer that counts, and until when. */
export type KnownAnswer = OcspAnswer & { readonly goodUntil: number };

/** Answers of one certificate take half a kilobyte, with a delegate's certificate two. */
const mostResponseBytes = 65_536;
const exchangeMs = 10_000;
/** With each responder. */
const mostExchanges = 32;
/** With the certificates that they are about 8 KiB each: 128 MiB. */
const mostAnswers = 16_384;
/** RFC 9654 2.1 */
const nonceOctets = 32;
/** RFC 5019 5: up to this length an address can be asked with GET, which proxies may keep answers of. */
const longestGetUrl = 255;
/** What nobody asked about for so many refreshes is not refreshed any more. */
const idleRefreshes = 2;

interface Entry {
  readonly key: string;
  answer: KnownAnswer | undefined;
  problem: string;
  question: StatusQuestion;
  /** While it is asked whether the delegate that answered has been revoked. */
  isSignerAsked: boolean;
  lastUse: number;
  readonly loop: RefreshLoop;
}

/** Asks OCSP responders (RFC 6960), each question once at a time, and keeps their answers as long as they count. */
export class OcspClient {
  readonly #options: OcspClientOptions;
  readonly #entries = new BoundedMap<string, Entry>(mostAnswers);
  readonly #gates = new HostGates(mostExchanges);
  #revision = 0;
  #isClosed = false;

  constructor(options: OcspClientOptions) {
    this.#options = options;
  }

  /** Rises when an answer says something else than the one before: what rested on that no longer holds. */
  get revision(): number {
    return this.#revision;
  }

  /** The answer that counts at this moment, or why there is none. */
  answerTo(certificate: Certificate, issuer: Certificate): KnownAnswer | string {
    const entry = this.#entries.get(keyOf(certificate, issuer));
    if (entry === undefined) return "no OCSP responder was asked yet";
    const { surroundings, refreshMs } = this.#options;
    const now = surroundings.clock();
    entry.lastUse = now;
    if (this.#isDisowned(entry, now)) {
      entry.answer = undefined;
      entry.problem = "the responder's certificate has been revoked since it answered";
    }
    const { answer, problem } = entry;
    if (answer === undefined) return problem;
    // What was revoked stays so while newer answers are withheld; only a hold may have ended since.
    if (answer.status === "revoked" && !isOnHold(answer)) return answer;
    if (now >= answer.goodUntil) return problem;
    // Who is remembered as good is asked about again in time for not being taken for idle.
    return { ...answer, goodUntil: Math.min(answer.goodUntil, now + refreshMs) };
  }

  /** The answer that was given last, whether it still counts or not. */
  lastAnswerTo(certificate: Certificate, issuer: Certificate): KnownAnswer | undefined {
    return this.#entries.get(keyOf(certificate, issuer))?.answer;
  }

  /**
   * Whether what made a client good is the word of a delegate that has been revoked since. What was said against somebody stands:
   * nobody else says it while the responder is silent.
   */
  #isDisowned(entry: Entry, now: number): boolean {
    const { answer, question } = entry;
    if (answer?.delegate === undefined || answer.status !== "good") return false;
    // Who signs the lists that speak of the delegate may have this very answer for its own status.
    if (entry.isSignerAsked) return false;
    entry.isSignerAsked = true;
    try {
      return question.isSignerRevoked(answer.delegate, now);
    } finally {
      entry.isSignerAsked = false;
    }
  }

  /** Asks, unless that is under way or the last attempt failed; undefined: there is nothing to wait for. */
  ask(question: StatusQuestion): Promise<void> | undefined {
    if (this.#isClosed || question.responders.length === 0) return undefined;
    const key = keyOf(question.certificate, question.issuer);
    const known = this.#entries.get(key);
    if (known !== undefined) {
      // The next attempt comes by itself, and will hardly be the one that does not fail.
      if (known.loop.isFailing) return undefined;
      known.question = question;
      return known.loop.run();
    }
    const { surroundings } = this.#options;
    const entry: Entry = {
      key,
      answer: undefined,
      problem: "the OCSP responder has not answered yet",
      question,
      isSignerAsked: false,
      lastUse: surroundings.clock(),
      loop: new RefreshLoop(
        (signal) => this.#attempt(entry, signal),
        surroundings,
        (problem) => {
          const names = entry.question.responders.map(({ url }) => url.origin);
          this.#tellFailure(entry, names.join(", "), problem);
        },
      ),
    };
    this.#entries.set(key, entry)?.loop.close();
    return entry.loop.run();
  }

  close(): void {
    this.#isClosed = true;
    for (const { loop } of this.#entries.values()) loop.close();
  }

  async #attempt(entry: Entry, signal: AbortSignal): Promise<Attempt> {
    if (this.#isIdle(entry)) {
      entry.loop.close();
      this.#entries.delete(entry.key);
      return failed(undefined);
    }
    // A responder that hangs must not keep everybody from the next one, or waiting for their first answer, for minutes.
    const patience = { timers: this.#options.surroundings.timers, patienceMs: exchangeMs };
    let retryAfterMs = Infinity;
    for (const responder of entry.question.responders) {
      const gate = this.#gates.of(responder.url);
      const answer =
        (await gate.run(() => this.#exchange(entry, responder, signal), patience)) ??
        refused("the OCSP responder has not answered others before it yet");
      if (signal.aborted) break;
      if (answer.outcome === "answered") return this.#keep(entry, answer);
      retryAfterMs = Math.min(retryAfterMs, answer.retryAfterMs ?? 0);
      this.#tellFailure(entry, responder.url.origin, answer.problem);
    }
    return failed(retryAfterMs);
  }

  /** Whom a responder spoke against stays known: forgotten, nothing would be against it while the responder is silent. */
  #isIdle({ answer, lastUse }: Entry): boolean {
    const { surroundings, refreshMs } = this.#options;
    const isOpposed = answer !== undefined && answer.status !== "good";
    return !isOpposed && surroundings.clock() - lastUse > idleRefreshes * refreshMs;
  }

  #keep(entry: Entry, answer: KnownAnswer): Attempt {
    const { surroundings, refreshMs } = this.#options;
    const before = entry.answer;
    entry.answer = answer;
    entry.problem = "the OCSP responder's answer has expired";
    const badnessBefore = before === undefined ? 0 : badnessOf(before);
    if (badnessOf(answer) !== badnessBefore) this.#revision++;
    const { goodUntil, thisUpdate } = answer;
    const now = surroundings.clock();
    const due = dueBefore(thisUpdate, goodUntil);
    if (due <= now) return { outcome: "stale" };
    return { outcome: "done", nextAt: Math.min(due, now + refreshMs) };
  }

  #tellFailure(entry: Entry, source: string, problem: string): void {
    entry.problem = problem;
    this.#options.emit({ type: "revocation-source-failed", source, problem });
  }

  async #exchange(
    entry: Entry,
    { url, policy }: ResponderAddress,
    signal: AbortSignal,
  ): Promise<Exchange> {
    const { surroundings, nonce, certificateIdHash } = this.#options;
    const sent = nonce === "off" ? undefined : surroundings.randomBytes(nonceOctets);
    const request = encodeOcspRequest(entry.question, { hash: certificateIdHash, nonce: sent });
    const result = await fetchBytes(surroundings, {
      ...messageOf(url, request, sent === undefined),
      policy,
      maxBytes: mostResponseBytes,
      timeoutMs: exchangeMs,
      signal,
    });
    if (result.outcome === "fetched") return this.#judge(entry, result.value, sent);
    // Nothing is unchanged where no version was named.
    const { outcome, problem, retryAfterMs } = result as FailedFetch;
    return { outcome, problem, retryAfterMs };
  }

  #judge(entry: Entry, bytes: Buffer, sent: Buffer | undefined): Exchange {
    const { surroundings, signers, legacy, nonce, toleranceMs, maxAgeMs } = this.#options;
    const response = parseOcspResponse(bytes);
    if (typeof response === "string") return refused(`the OCSP response is malformed: ${response}`);
    const now = surroundings.clock();
    const { certificate, issuer, isSignerRevoked } = entry.question;
    const verdict = judgeOcspResponse(response, {
      certificate,
      issuer,
      now,
      toleranceMs,
      skewMs: clockSkewMs,
      // An answer with a nextUpdate says itself how long it counts.
      maxAgeMs: undefined,
      nonce: sent && { sent, required: nonce === "require" },
      signers,
      legacy,
      isSignerRevoked: (signer) => isSignerRevoked(signer, now),
    });
    if (verdict.outcome === "refused") return refused(verdict.problem);
    if (verdict.outcome === "error")
      return refused(`the OCSP responder answered ${verdict.status}`);
    if (entry.answer !== undefined && isStepBack(verdict, entry.answer)) {
      return refused("the OCSP response is older than the one before");
    }
    const { thisUpdate, nextUpdate, until = Infinity } = verdict;
    const goodUntil = nextUpdate === undefined ? Math.min(thisUpdate + maxAgeMs, until) : until;
    if (goodUntil <= now) return refused("the OCSP response is too old");
    return { ...verdict, goodUntil };
  }
}

/** An attacker may play an old answer. Of one moment the one that was made later counts, and the worse one if none was. */
function isStepBack(answer: OcspAnswer, before: OcspAnswer): boolean {
  if (answer.thisUpdate !== before.thisUpdate) return answer.thisUpdate < before.thisUpdate;
  return badnessOf(answer) < badnessOf(before) && answer.producedAt <= before.producedAt;
}

function badnessOf(answer: OcspAnswer): number {
  switch (answer.status) {
    case "good":
      return 0;
    case "unknown":
      return 1;
    case "revoked":
      return isOnHold(answer) ? 2 : 3;
  }
}

function isOnHold(answer: OcspAnswer): boolean {
  return answer.status === "revoked" && answer.reason === "certificateHold";
}

type Exchange =
  | KnownAnswer
  | {
      readonly outcome: "failed";
      readonly problem: string;
      readonly retryAfterMs: number | undefined;
    };

function refused(problem: string): Exchange {
  return { outcome: "failed", problem, retryAfterMs: undefined };
}

function failed(retryAfterMs: number | undefined): Attempt {
  return { outcome: "failed", retryAfterMs };
}

function keyOf(certificate: Certificate, issuer: Certificate): string {
  return toHex(sha256(certificate.signedBytes, issuer.publicKey.der));
}

/** RFC 6960 appendix A.1: GET where the answer may be kept by proxies and the address is short enough, else POST. */
function messageOf(url: URL, request: Buffer, isCacheable: boolean) {
  const accept = "application/ocsp-response";
  const address = `${url.href.replace(/\/$/, "")}/${encodeURIComponent(request.toString("base64"))}`;
  const isPlain = url.search === "" && url.hash === "";
  if (isCacheable && isPlain && address.length <= longestGetUrl) {
    return { url: new URL(address), method: "GET" as const, headers: { accept } };
  }
  const headers = { accept, "content-type": "application/ocsp-request" };
  return { url, method: "POST" as const, headers, body: request };
}
