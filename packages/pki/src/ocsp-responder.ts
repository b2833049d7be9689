import "reflect-metadata";

import { createHash, X509Certificate } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

import * as x509 from "@peculiar/x509";

import {
  bitString,
  element,
  enumerated,
  extension,
  generalizedTime,
  objectIdentifier,
  octetString,
  sequence,
} from "./der-writer.ts";
import { checkKnownOptions } from "./known-options.ts";
import { moment, wholeSeconds } from "./moment.ts";
import { answerOverHttp, type OcspAnswer, type OcspHttpAnswer } from "./ocsp-http.ts";
import { readOcspRequest, type OcspCertificateId } from "./ocsp-request.ts";
import { PkiError } from "./pki-error.ts";
import { reasonCode } from "./revocation-reason.ts";
import type { Revocation, RevocationRegister } from "./revocation-register.ts";
import {
  signingIdentity,
  type CertificateWithKey,
  type SigningIdentity,
} from "./signing-identity.ts";

export interface OcspResponderOptions {
  /** Who signs in the authority's place: the certificate of `issueOcspResponder`. By default the authority. */
  readonly responder?: CertificateWithKey;
  /** How answers name their signer (RFC 6960 4.2.2.3): by default by its `key`. */
  readonly responderId?: "key" | "name";
  /** How long an answer holds, in milliseconds; by default an hour. */
  readonly validityMs?: number;
  /** What to say of a serial number that this authority did not issue; by default `unknown`. */
  readonly unknownSerials?: "unknown" | "good";
}

/** The part of Koa's context that the middleware needs. */
export interface KoaOcspContext {
  readonly req: IncomingMessage;
  status: number;
  body: unknown;
  set(fields: Record<string, string>): unknown;
}

/** Answers for one authority's certificates (RFC 6960). */
export interface OcspResponder {
  /** One request's DER to one answer's DER. Never rejects for what the request holds. */
  readonly respond: (request: Uint8Array) => Promise<Uint8Array>;
  /**
   * A request listener for node:http, and a middleware for Express: `app.use("/ocsp", handler)`. Takes
   * GET and POST (RFC 6960 A.1) and answers every request itself.
   */
  readonly handler: (
    request: IncomingMessage,
    response: ServerResponse,
    next?: (error: unknown) => void,
  ) => void;
  /** The same as a middleware for Koa. */
  readonly koa: (context: KoaOcspContext) => Promise<void>;
}

const responderOptions = [
  "responder",
  "responderId",
  "validityMs",
  "unknownSerials",
] as const satisfies readonly (keyof OcspResponderOptions)[];

const oids = { basicResponse: "1.3.6.1.5.5.7.48.1.1", nonce: "1.3.6.1.5.5.7.48.1.2" } as const;

// OCSPResponseStatus (RFC 6960 4.2.1).
const statuses = { malformedRequest: 1, internalError: 2, unauthorized: 6 } as const;

const hashes: Readonly<Record<string, string>> = {
  "1.3.14.3.2.26": "sha1",
  "2.16.840.1.101.3.4.2.1": "sha256",
  "2.16.840.1.101.3.4.2.2": "sha384",
  "2.16.840.1.101.3.4.2.3": "sha512",
};

const usualValidityMs = 3_600_000;

export function createResponder(
  options: OcspResponderOptions,
  standing: {
    readonly authority: SigningIdentity;
    readonly register: RevocationRegister;
    readonly clock: () => number;
  },
): OcspResponder {
  checkKnownOptions(options, responderOptions);
  const { authority, register, clock } = standing;
  const validityMs = options.validityMs ?? usualValidityMs;
  if (!(validityMs >= 1_000)) {
    throw new PkiError("validityMs", `"validityMs" is not a second or more. Give milliseconds.`);
  }
  moment("validityMs", clock() + validityMs);
  const unknownSerials = oneOf("unknownSerials", options.unknownSerials, ["unknown", "good"]);
  const naming = oneOf("responderId", options.responderId, ["key", "name"]);
  const signer =
    options.responder === undefined ? authority : delegate(options.responder, authority);
  const responderId =
    naming === "name"
      ? element(0xa1, signer.name)
      : // RFC 6960 4.2.1: SHA-1 in every case.
        element(0xa2, octetString(hash("sha1", signer.publicKeyBits)));
  // The signer's certificate goes along, unless every verifier has it.
  const certificates = signer === authority ? [] : [element(0xa0, sequence(signer.der))];
  const issuerHashes = new Map(
    Object.entries(hashes).map(([oid, name]) => [
      // As a request has it: the content after two octets of header.
      objectIdentifier(oid).subarray(2).toString("hex"),
      { name: hash(name, authority.name), key: hash(name, authority.publicKeyBits) },
    ]),
  );

  function isOwn(id: OcspCertificateId): boolean {
    const own = issuerHashes.get(id.hashAlgorithm);
    return own?.name.equals(id.issuerNameHash) === true && own.key.equals(id.issuerKeyHash);
  }

  function statusOf(id: OcspCertificateId): Uint8Array {
    if (!isOwn(id)) return element(0x82);
    const revocation = register.revocation(id.serialNumber);
    if (revocation !== undefined) return revokedInfo(revocation);
    const isKnown = unknownSerials === "good" || register.issued(id.serialNumber) !== undefined;
    return element(isKnown ? 0x80 : 0x82);
  }

  async function answer(request: Uint8Array): Promise<OcspAnswer> {
    const question = readOcspRequest(request);
    if (question === undefined) return refusal("malformedRequest");
    // RFC 5019 2.2.3: nothing to say about others' certificates.
    if (!question.certificates.some(isOwn)) return refusal("unauthorized");
    const nowMs = clock();
    // No verifier takes what an expired certificate signs.
    if (nowMs > signer.notAfter) return refusal("internalError");
    const thisUpdate = wholeSeconds(nowMs);
    const nextUpdate = wholeSeconds(nowMs + validityMs);
    const responses = question.certificates.map((id) =>
      sequence(
        id.der,
        statusOf(id),
        generalizedTime(thisUpdate),
        element(0xa0, generalizedTime(nextUpdate)),
      ),
    );
    const { nonce } = question;
    const extensions =
      nonce === undefined
        ? []
        : [element(0xa1, sequence(extension(oids.nonce, octetString(nonce))))];
    const responseData = sequence(
      responderId,
      generalizedTime(thisUpdate),
      sequence(...responses),
      ...extensions,
    );
    const basic = sequence(
      responseData,
      signer.signatureAlgorithm,
      bitString(await signer.sign(responseData)),
      ...certificates,
    );
    const bytes = sequence(objectIdentifier(oids.basicResponse), octetString(basic));
    return {
      der: sequence(enumerated(0), element(0xa0, bytes)),
      cacheable: nonce === undefined ? { thisUpdate, nextUpdate } : undefined,
    };
  }

  const overHttp = (request: IncomingMessage): Promise<OcspHttpAnswer | undefined> =>
    answerOverHttp(request, { answer, clock });

  return Object.freeze({
    respond: async (request: Uint8Array) => (await answer(request)).der,
    handler(
      request: IncomingMessage,
      response: ServerResponse,
      next?: (error: unknown) => void,
    ): void {
      void overHttp(request)
        .then((given) => {
          if (given === undefined) return;
          response.writeHead(given.status, given.headers);
          response.end(given.body);
        })
        .catch((error: unknown) => {
          if (next === undefined) response.destroy();
          else next(error);
        });
    },
    async koa(context: KoaOcspContext): Promise<void> {
      const given = await overHttp(context.req);
      if (given === undefined) return;
      context.status = given.status;
      context.set(given.headers);
      context.body = given.body;
    },
  });
}

function delegate(holder: CertificateWithKey, authority: SigningIdentity): SigningIdentity {
  // RFC 6960 4.2.2.2: issued by the very authority, and for this purpose.
  if (!new X509Certificate(holder.der).checkIssued(new X509Certificate(authority.der))) {
    throw new PkiError(
      "responder",
      `"responder" is another authority's. Make one with this one's issueOcspResponder().`,
    );
  }
  const purposes = new x509.X509Certificate(holder.der).getExtension(
    x509.ExtendedKeyUsageExtension,
  );
  if (purposes?.usages.includes(x509.ExtendedKeyUsage.ocspSigning) !== true) {
    throw new PkiError(
      "responder",
      `"responder" may not sign answers. Make one with issueOcspResponder().`,
    );
  }
  return signingIdentity("responder", holder);
}

function refusal(status: keyof typeof statuses): OcspAnswer {
  return { der: sequence(enumerated(statuses[status])), cacheable: undefined };
}

function revokedInfo({ date, reason }: Revocation): Uint8Array {
  return element(
    0xa1,
    generalizedTime(date),
    ...(reason === "unspecified" ? [] : [element(0xa0, enumerated(reasonCode(reason)))]),
  );
}

function hash(name: string, bytes: Uint8Array): Buffer {
  return createHash(name).update(bytes).digest();
}

/** The choice, or the first one when none is made. */
function oneOf<const Choice extends string>(
  option: string,
  given: Choice | undefined,
  choices: readonly [Choice, ...Choice[]],
): Choice {
  if (given === undefined) return choices[0];
  if (choices.includes(given)) return given;
  throw new PkiError(
    option,
    `"${option}" ${JSON.stringify(given)} is unknown. Use one of ${choices.join(", ")}.`,
  );
}
