import type { OcspChanges, TestCertificate } from "@mtls-shield/testkit";
import { ocspResponse } from "@mtls-shield/testkit";

import {
  judgeOcspResponse,
  type OcspQuestion,
  type OcspVerdict,
} from "../../../src/revocation/ocsp/ocsp-judgement.ts";
import { parseOcspResponse, type OcspResponse } from "../../../src/x509/ocsp-response.ts";
import { noLegacy } from "../../../src/x509/signature.ts";
import { parsed } from "../../certificates.ts";

type Changes = Partial<Omit<OcspQuestion, "certificate" | "issuer">>;

/** What is asked, of whom, and what the testkit answers. */
export interface OcspSetup {
  readonly certificate: TestCertificate;
  readonly issuer: TestCertificate;
  /** By default the issuer. */
  readonly signer?: TestCertificate;
  readonly response?: OcspChanges;
  readonly question?: Changes;
}

/** A response of the testkit, parsed by the engine; one that it cannot parse fails the test. */
export function parsedResponse(bytes: Uint8Array): OcspResponse {
  const response = parseOcspResponse(bytes);
  if (typeof response === "string") throw new Error(`The engine cannot parse it: ${response}`);
  return response;
}

/** The bytes of the answer: about the certificate, which is good, unless the setup says otherwise. */
export function answerBytes({ certificate, issuer, signer, response }: OcspSetup): Uint8Array {
  return ocspResponse(signer ?? issuer, { issuer, responses: [certificate], ...response });
}

export function judge(setup: OcspSetup, bytes: Uint8Array = answerBytes(setup)): OcspVerdict {
  return judgeOcspResponse(parsedResponse(bytes), {
    certificate: parsed(setup.certificate),
    issuer: parsed(setup.issuer),
    now: setup.response?.now ?? Date.now(),
    toleranceMs: 0,
    maxAgeMs: undefined,
    nonce: undefined,
    signers: [],
    legacy: noLegacy,
    isSignerRevoked: () => false,
    ...setup.question,
  });
}

/** The status that was answered, or why there is none. */
export function outcomeOf(setup: OcspSetup): string {
  const verdict = judge(setup);
  switch (verdict.outcome) {
    case "answered":
      return verdict.status;
    case "refused":
      return verdict.problem;
    case "error":
      return verdict.status;
  }
}
