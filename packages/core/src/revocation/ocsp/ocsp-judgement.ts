import { equalBytes } from "../../base/bytes.ts";
import { oids } from "../../asn1/oids.ts";
import type { Certificate } from "../../x509/certificate.ts";
import type { RawExtension } from "../../x509/extensions.ts";
import { certificateIdMatcher } from "../../x509/ocsp-certificate-id.ts";
import { nonceValue } from "../../x509/ocsp-request.ts";
import type {
  BasicOcspResponse,
  OcspCertificateStatus,
  OcspErrorStatus,
  OcspResponse,
  OcspSingleResponse,
} from "../../x509/ocsp-response.ts";
import { endOfCurrency } from "../end-of-currency.ts";
import { findOcspSigner, type OcspSignerQuestion } from "./ocsp-signer.ts";

export interface OcspQuestion extends OcspSignerQuestion {
  /** How long an answer counts after its nextUpdate, and before its thisUpdate unless `skewMs` says that. */
  readonly toleranceMs: number;
  /** How far the responder's clock may be ahead of this one. */
  readonly skewMs?: number;
  /** How long ago thisUpdate may be; undefined: as long as nextUpdate allows. */
  readonly maxAgeMs: number | undefined;
  /** What was sent, and whether an answer without it counts (RFC 9654); undefined: none was sent. */
  readonly nonce: { readonly sent: Buffer; readonly required: boolean } | undefined;
}

/** What a response says of one certificate. */
export type OcspVerdict =
  | OcspAnswer
  /** It proves nothing, for a reason that is meant for the operator. */
  | { readonly outcome: "refused"; readonly problem: string }
  /** The responder did not answer. Nobody signed that. */
  | { readonly outcome: "error"; readonly status: OcspErrorStatus };

export type OcspAnswer = OcspCertificateAnswer & {
  readonly outcome: "answered";
  /** Epoch milliseconds, as those below. */
  readonly thisUpdate: number;
  readonly nextUpdate: number | undefined;
  readonly producedAt: number;
  /** The first millisecond at which the answer no longer counts; undefined: nobody says. */
  readonly until: number | undefined;
  /** The certificate of the delegate that answered; undefined: the issuer did, or whom the operator named. */
  readonly delegate: Certificate | undefined;
};

type OcspCertificateAnswer =
  | { readonly status: "good" }
  | { readonly status: "revoked"; readonly revocationDate: number; readonly reason: string }
  | { readonly status: "unknown" };

/** Judges a response by RFC 6960 3.2 and 4.2.2.2. What costs little is looked at first, signatures last. */
export function judgeOcspResponse(response: OcspResponse, question: OcspQuestion): OcspVerdict {
  if (response.status !== "successful") return { outcome: "error", status: response.status };
  const fault = findFault(response, question);
  if (fault !== undefined) return refused(fault);
  const singles = response.responses.filter(isAbout(question));
  if (singles.length === 0) return refused("the response is not about the certificate");
  const worst = findWorst(singles, question);
  if (typeof worst === "string") return refused(worst);
  const signer = findOcspSigner(response, question);
  if (typeof signer === "string") return refused(signer);
  const until = Math.min(endOfUse(worst, question), signer.until);
  return {
    outcome: "answered",
    ...answerOf(worst.status),
    thisUpdate: worst.thisUpdate,
    nextUpdate: worst.nextUpdate,
    producedAt: response.producedAt,
    until: until === Infinity ? undefined : until,
    delegate: signer.delegate,
  };
}

function refused(problem: string): OcspVerdict {
  return { outcome: "refused", problem };
}

/** What makes a response useless whatever it says. */
function findFault(
  { extensions }: BasicOcspResponse,
  { certificate, issuer, nonce }: OcspQuestion,
): string | undefined {
  if (!certificate.issuer.equals(issuer.subject))
    return "the issuer has not issued the certificate";
  if (hasCritical(extensions, [oids.ocspNonce])) {
    return "the response holds a critical extension that is not processed";
  }
  if (nonce === undefined) return undefined;
  const returned = extensions.get(oids.ocspNonce);
  if (returned === undefined) return nonce.required ? "the response has no nonce" : undefined;
  return equalBytes(returned.value, nonceValue(nonce.sent))
    ? undefined
    : "the response has another nonce than the request";
}

function hasCritical(
  extensions: ReadonlyMap<string, RawExtension>,
  processed: readonly string[],
): boolean {
  return [...extensions].some(([type, { isCritical }]) => isCritical && !processed.includes(type));
}

function isAbout(question: OcspQuestion): (single: OcspSingleResponse) => boolean {
  const matches = certificateIdMatcher(question);
  return ({ certificateId }) => matches(certificateId);
}

const badness = { good: 0, unknown: 1, revoked: 2 } as const;

/**
 * The worst of what is said counts, since whoever asks for the best would trust a responder that contradicts itself. What is not
 * current says nothing for the better: beside it nothing is good, while a revocation that is current stands.
 */
function findWorst(
  singles: readonly OcspSingleResponse[],
  question: OcspQuestion,
): OcspSingleResponse | string {
  let worst: OcspSingleResponse | undefined;
  let problem: string | undefined;
  for (const single of singles) {
    const fault = findSingleFault(single, question);
    if (fault === undefined) worst = worseOf(worst, single, question);
    else problem = fault;
  }
  return worst === undefined || (worst.status.type === "good" && problem !== undefined)
    ? (problem as string)
    : worst;
}

/** Of two that are equally bad the one that ends sooner. */
function worseOf(
  one: OcspSingleResponse | undefined,
  other: OcspSingleResponse,
  question: OcspQuestion,
): OcspSingleResponse {
  if (one === undefined) return other;
  const difference = badness[other.status.type] - badness[one.status.type];
  const isWorse =
    difference === 0 ? endOfUse(other, question) < endOfUse(one, question) : difference > 0;
  return isWorse ? other : one;
}

/** RFC 6960 3.2 (5), (6) and 4.2.2.1; undefined: it counts now. */
function findSingleFault(single: OcspSingleResponse, question: OcspQuestion): string | undefined {
  const { thisUpdate, nextUpdate, extensions } = single;
  const { now, toleranceMs, skewMs = toleranceMs } = question;
  if (hasCritical(extensions, [])) {
    return "the answer holds a critical extension that is not processed";
  }
  if (nextUpdate !== undefined && nextUpdate < thisUpdate) {
    return "the answer ends before it begins";
  }
  // Asked the positive way round, so that a moment that is no number lies in no answer.
  if (!(thisUpdate <= now + skewMs)) return "the answer is not valid yet";
  if (!(now < endOfUse(single, question))) return "the answer is stale";
  return undefined;
}

/** The first millisecond at which the answer no longer counts, by its own word or by the operator's. */
function endOfUse(
  { thisUpdate, nextUpdate = Infinity }: OcspSingleResponse,
  { maxAgeMs = Infinity, toleranceMs }: OcspQuestion,
): number {
  return Math.min(endOfCurrency({ nextUpdate }) + toleranceMs, thisUpdate + maxAgeMs + 1);
}

function answerOf(status: OcspCertificateStatus): OcspCertificateAnswer {
  return status.type === "revoked"
    ? { status: "revoked", revocationDate: status.revocationDate, reason: status.reason }
    : { status: status.type };
}
