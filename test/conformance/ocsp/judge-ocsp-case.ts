import { oids } from "../../../packages/core/src/asn1/oids.ts";
import { judgeOcspResponse } from "../../../packages/core/src/revocation/ocsp/ocsp-judgement.ts";
import { parseCertificate, type Certificate } from "../../../packages/core/src/x509/certificate.ts";
import { parseOcspResponse } from "../../../packages/core/src/x509/ocsp-response.ts";
import type { OcspCase, OcspVerdictName } from "./ocsp-case.ts";

/** What was found of one response. */
export type OcspJudgement =
  | { readonly actual: Exclude<OcspVerdictName, "invalid"> }
  | { readonly actual: "invalid"; readonly reason: string };

/** What the engine says of one case. */
export function judgeOcspCase(test: OcspCase, now: number): OcspJudgement {
  const certificate = parseCertificate(test.certificate);
  if (typeof certificate === "string") return invalid(`certificate: ${certificate}`);
  const issuer = parseCertificate(test.issuer);
  if (typeof issuer === "string") return invalid(`issuer: ${issuer}`);
  const response = parseOcspResponse(test.response);
  if (typeof response === "string") return invalid(`response: ${response}`);
  const verdict = judgeOcspResponse(response, {
    certificate,
    issuer,
    now: test.time ?? now,
    // The time of a case is the responder's own.
    toleranceMs: 0,
    maxAgeMs: test.maxAgeMs,
    nonce: undefined,
    signers: test.trusted.map(parseCertificate).filter(isParsed).filter(isResponder),
    delegates: test.others,
    legacy: new Set(test.legacy),
    // Nothing in a case tells of the status of delegates.
    isSignerRevoked: () => false,
  });
  switch (verdict.outcome) {
    case "answered":
      return { actual: verdict.status };
    case "refused":
      return invalid(verdict.problem);
    case "error":
      return invalid(verdict.status);
  }
}

function invalid(reason: string): OcspJudgement {
  return { actual: "invalid", reason };
}

function isParsed(one: Certificate | string): one is Certificate {
  return typeof one !== "string";
}

/**
 * Whether a trusted certificate is one of a responder. Authorities are trusted to issue, those above the issuer as well, and do
 * not sign for it; whatever else is trusted can be trusted for nothing but this.
 */
function isResponder({ isCa, isSelfIssued, extensions }: Certificate): boolean {
  return (
    extensions.extendedKeyUsage?.includes(oids.ocspSigning) === true || !(isCa || isSelfIssued)
  );
}
