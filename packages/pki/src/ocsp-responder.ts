import "reflect-metadata";

import { X509Certificate } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

import * as x509 from "@peculiar/x509";

import { checkChoice } from "./choice.ts";
import { checkKnownOptions } from "./known-options.ts";
import { moment } from "./moment.ts";
import { ocspAnswerer } from "./ocsp-answer.ts";
import { answerOverHttp, type OcspHttpAnswer } from "./ocsp-http.ts";
import { PkiError } from "./pki-error.ts";
import {
  signingIdentity,
  type CertificateWithKey,
  type SigningIdentity,
  type StatusAuthority,
} from "./signing-identity.ts";

/** Who answers for an authority, and in what way. */
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

const usualValidityMs = 3_600_000;

/** Makes the responder of an authority: its answers, and what puts them on HTTP for each framework. */
export function createOcspResponder(
  options: OcspResponderOptions,
  authority: StatusAuthority,
): OcspResponder {
  checkKnownOptions(options, responderOptions);
  const { clock, identity } = authority;
  const { validityMs = usualValidityMs, responderId = "key", unknownSerials = "unknown" } = options;
  if (!(validityMs >= 1_000)) {
    throw new PkiError("validityMs", `"validityMs" is not a second or more. Give milliseconds.`);
  }
  moment("validityMs", clock() + validityMs);
  const answer = ocspAnswerer({
    authority,
    validityMs,
    unknownSerials: checkChoice("unknownSerials", unknownSerials, ["unknown", "good"]),
    responderId: checkChoice("responderId", responderId, ["key", "name"]),
    signer: options.responder === undefined ? identity : delegate(options.responder, identity),
  });
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
