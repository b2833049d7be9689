import type { ServerResponse } from "node:http";
import { createDenyList, type RevocationOptions } from "@mtls-shield/node";
import {
  authority,
  certificateList,
  ocspDelegate,
  ocspError,
  ocspResponse,
  type TestCertificate,
} from "@mtls-shield/testkit";
import type { Behaviour, StatusQuery } from "./fake-responder.ts";
import { always, ca, says } from "./responder-answers.ts";

const hourMs = 3_600_000;

/** The client whose status is asked for. */
export const client = ca.client({ commonName: "orders" });
/** An authority of the same name, and one of another. */
const impostor = authority();
const stranger = authority({ commonName: "Stranger Root" });
const delegate = ocspDelegate(ca);
const unmarkedDelegate = ocspDelegate(ca, { noCheck: false });
const plainClient = ca.client({ commonName: "Test OCSP Responder" }).leaf;
const foreignDelegate = ocspDelegate(stranger);

/** An answer by a certificate that goes with it. */
function saysBy(signer: TestCertificate) {
  return says({}, { signer, certificates: [signer] });
}

/** Sends bytes without end, or without haste. */
function pour(response: ServerResponse, bytes: number, pauseMs: number): undefined {
  response.writeHead(200, { "content-type": "application/ocsp-response" });
  const timer = setInterval(() => response.write(Buffer.alloc(bytes, 0x30)), pauseMs);
  response.once("close", () => {
    clearInterval(timer);
  });
}

/** An answer to another request, as somebody may have recorded it. */
const recorded = says({}, { nonce: Buffer.alloc(32, 7) });
const withoutNonce = ({ serialNumber }: StatusQuery): Uint8Array =>
  says()({ serialNumber, nonce: undefined });

/** How a responder behaves, and what has to become of the request. */
export interface ResponderCase {
  readonly name: string;
  readonly behaviour: Behaviour | "not listening";
  /** What becomes of the request; an expression: nobody knows, which is for the mode to judge, and that is what the operator reads. */
  readonly verdict:
    "let in" | "certificate-revoked" | "certificate-on-hold" | "responder-unknown" | RegExp;
  readonly revocation?: RevocationOptions;
  readonly ocsp?: Exclude<RevocationOptions["ocsp"], string | readonly string[] | undefined>;
  /** The responder takes so long that the request gives up first. */
  readonly isSlow?: true;
}

export const responderCases: readonly ResponderCase[] = [
  { name: "says good", behaviour: { answer: says() }, verdict: "let in" },
  {
    name: "says good to a GET without a nonce",
    behaviour: { answer: says() },
    ocsp: { nonce: "off" },
    verdict: "let in",
  },
  {
    name: "says good with a SHA-256 CertID",
    behaviour: { answer: says({ hash: "sha256" }) },
    ocsp: { certificateIdHash: "sha256" },
    verdict: "let in",
  },
  {
    name: "says revoked",
    behaviour: { answer: says({ status: "revoked", reason: "keyCompromise" }) },
    verdict: "certificate-revoked",
  },
  {
    name: "says on hold",
    behaviour: { answer: says({ status: "revoked", reason: "certificateHold" }) },
    verdict: "certificate-on-hold",
  },
  {
    name: "says unknown",
    behaviour: { answer: says({ status: "unknown" }) },
    verdict: "responder-unknown",
  },
  {
    name: "contradicts itself",
    behaviour: {
      answer: ({ serialNumber, nonce }) =>
        ocspResponse(ca.certificate, {
          responses: [{ serialNumber }, { serialNumber, status: "revoked" }],
          ...(nonce && { nonce }),
        }),
    },
    verdict: "certificate-revoked",
  },
  ...(
    ["tryLater", "internalError", "unauthorized", "malformedRequest", "sigRequired"] as const
  ).map((status): ResponderCase => ({
    name: `answers ${status}`,
    behaviour: always(ocspError(status)),
    verdict: new RegExp(`the OCSP responder answered ${status}`),
  })),
  {
    name: "sends an answer that has expired",
    behaviour: {
      answer: says({ thisUpdate: Date.now() - 2 * hourMs, nextUpdate: Date.now() - hourMs }),
    },
    verdict: /the answer is stale/,
  },
  {
    name: "sends an answer that has expired and said revoked",
    behaviour: {
      answer: says({
        status: "revoked",
        thisUpdate: Date.now() - 2 * hourMs,
        nextUpdate: Date.now() - hourMs,
      }),
    },
    verdict: /the answer is stale/,
  },
  {
    name: "sends an old answer without an end",
    behaviour: { answer: says({ thisUpdate: Date.now() - hourMs, nextUpdate: "absent" }) },
    verdict: /the OCSP response is too old/,
  },
  {
    name: "sends an answer that is not valid yet",
    behaviour: { answer: says({ thisUpdate: Date.now() + hourMs }) },
    verdict: /the answer is not valid yet/,
  },
  {
    name: "is an impostor of the authority's name",
    behaviour: { answer: says({}, { signer: impostor.certificate }) },
    verdict: /the response's signature does not hold/,
  },
  {
    name: "is another authority",
    behaviour: { answer: says({}, { signer: stranger.certificate }) },
    verdict: /no certificate at hand is that of the responder/,
  },
  {
    name: "is another authority that shows its certificate",
    behaviour: { answer: saysBy(stranger.certificate) },
    verdict: /the responder's certificate is of another issuer/,
  },
  {
    name: "speaks of a certificate of another issuer",
    behaviour: { answer: says({}, { issuer: stranger.certificate }) },
    verdict: /the response is not about the certificate/,
  },
  {
    name: "speaks of a certificate of an issuer of the same name",
    behaviour: { answer: says({}, { issuer: impostor.certificate }) },
    verdict: /the response is not about the certificate/,
  },
  {
    name: "speaks of another certificate",
    behaviour: { answer: ({ nonce }) => says()({ serialNumber: 4711n, nonce }) },
    verdict: /the response is not about the certificate/,
  },
  { name: "is a delegate", behaviour: { answer: saysBy(delegate) }, verdict: "let in" },
  {
    name: "is a delegate that the authority asks to check, and nothing is against it",
    behaviour: { answer: saysBy(unmarkedDelegate) },
    verdict: "let in",
  },
  {
    name: "is a delegate that was revoked",
    behaviour: { answer: saysBy(unmarkedDelegate) },
    revocation: {
      // Speaks of the delegate, and not enough of the client to make the responder superfluous.
      crl: certificateList(ca.certificate, {
        scope: { onlyReasons: ["keyCompromise"] },
        revoked: [{ certificate: unmarkedDelegate, reason: "keyCompromise" }],
      }).pem,
    },
    verdict: /the responder's certificate has been revoked/,
  },
  {
    name: "is a delegate that a list revokes and the authority asks nobody to check",
    behaviour: { answer: saysBy(delegate) },
    revocation: {
      crl: certificateList(ca.certificate, {
        scope: { onlyReasons: ["keyCompromise"] },
        revoked: [{ certificate: delegate, reason: "keyCompromise" }],
      }).pem,
    },
    verdict: "let in",
  },
  {
    name: "is a delegate on the operator's own list",
    behaviour: { answer: saysBy(unmarkedDelegate) },
    revocation: {
      denied: createDenyList({ entries: [{ publicKey: unmarkedDelegate.pem }] }),
    },
    verdict: /the responder's certificate has been revoked/,
  },
  {
    name: "is a delegate on the operator's own list whom the authority asks nobody to check",
    behaviour: { answer: saysBy(delegate) },
    revocation: { denied: createDenyList({ entries: [{ publicKey: delegate.pem }] }) },
    verdict: /the responder's certificate has been revoked/,
  },
  {
    name: "is a certificate of the authority that was issued for something else",
    behaviour: { answer: saysBy(plainClient) },
    verdict: /the responder's certificate is not for signing OCSP responses/,
  },
  {
    name: "is the client itself",
    behaviour: { answer: saysBy(client.leaf) },
    verdict: /the certificate speaks for itself/,
  },
  {
    name: "is a delegate of another authority",
    behaviour: { answer: saysBy(foreignDelegate) },
    verdict: /the responder's certificate is of another issuer/,
  },
  {
    name: "replays an answer to another request",
    behaviour: { answer: recorded },
    verdict: /the response has another nonce than the request/,
  },
  {
    name: "replays an answer to another request where the nonce has to come back",
    behaviour: { answer: recorded },
    ocsp: { nonce: "require" },
    verdict: /the response has another nonce than the request/,
  },
  {
    name: "replays an answer without a nonce where it has to come back",
    behaviour: { answer: withoutNonce },
    ocsp: { nonce: "require" },
    verdict: /the response has no nonce/,
  },
  {
    name: "made its answer in advance, without a nonce",
    behaviour: { answer: withoutNonce },
    verdict: "let in",
  },
  {
    name: "returns the nonce that has to come back",
    behaviour: { answer: says() },
    ocsp: { nonce: "require" },
    verdict: "let in",
  },
  {
    name: "sends without end",
    behaviour: {
      answer: (_query, response) => {
        pour(response, 16_384, 1);
      },
    },
    verdict: /sends more than 65536 bytes/,
  },
  {
    name: "announces gigabytes",
    behaviour: {
      answer(_query, response) {
        response.writeHead(200, { "content-length": String(2 ** 40) });
        response.flushHeaders();
        return undefined;
      },
    },
    verdict: /sends more than 65536 bytes/,
  },
  {
    name: "never answers",
    behaviour: { answer: () => undefined },
    isSlow: true,
    verdict: /the OCSP responder has not answered yet/,
  },
  {
    name: "accepts and never reads",
    behaviour: {
      onConnection(socket) {
        socket.pause();
      },
    },
    isSlow: true,
    verdict: /the OCSP responder has not answered yet/,
  },
  {
    name: "trickles",
    behaviour: {
      answer: (_query, response) => {
        pour(response, 1, 20);
      },
    },
    isSlow: true,
    verdict: /the OCSP responder has not answered yet/,
  },
  {
    name: "sends what is not DER",
    behaviour: always(Buffer.from("<html>Sign in to the Wi-Fi</html>")),
    verdict: /the OCSP response is malformed/,
  },
  {
    name: "sends nothing",
    behaviour: always(Buffer.alloc(0)),
    verdict: /the OCSP response is malformed/,
  },
  {
    name: "sends an answer with something after it",
    behaviour: { answer: (query) => Buffer.concat([says()(query), Buffer.from([0])]) },
    verdict: /the OCSP response is malformed/,
  },
  {
    name: "nests SEQUENCEs as deep as it can",
    behaviour: always(Buffer.alloc(60_000, Buffer.from([0x30, 0x80]))),
    verdict: /the OCSP response is malformed/,
  },
  {
    name: "does not speak HTTP",
    behaviour: {
      onConnection(socket) {
        socket.end("220 mail.corp.example ESMTP\r\n");
      },
    },
    verdict: /did not answer in HTTP|hung up/,
  },
  {
    name: "hangs up at once",
    behaviour: {
      onConnection(socket) {
        socket.destroy();
      },
    },
    verdict: /hung up/,
  },
  {
    name: "hangs up instead of answering",
    behaviour: {
      answer(_query, response) {
        response.destroy();
        return undefined;
      },
    },
    verdict: /hung up/,
  },
  {
    name: "hangs up in the middle of an answer that says good",
    behaviour: {
      answer(query, response) {
        const bytes = says()(query);
        response.writeHead(200, { "content-length": String(bytes.length) });
        response.write(bytes.subarray(0, bytes.length - 1), () => response.destroy());
        return undefined;
      },
    },
    verdict: /hung up|sent \d+ of \d+ bytes|could not be asked/,
  },
  {
    name: "is not there",
    behaviour: "not listening",
    verdict: /refused the connection/,
  },
  {
    name: "answers with status 500",
    behaviour: {
      answer(query, response) {
        response.statusCode = 500;
        return says()(query);
      },
    },
    verdict: /answered with status 500/,
  },
  {
    name: "answers that nothing has changed, which nobody asked",
    behaviour: {
      answer(_query, response) {
        response.writeHead(304).end();
        return undefined;
      },
    },
    verdict: /answered with status 304/,
  },
  {
    name: "compresses its answer, which nobody asked for",
    behaviour: {
      answer(query, response) {
        response.setHeader("content-encoding", "gzip");
        return says()(query);
      },
    },
    verdict: /sent a content encoding/,
  },
  ...[301, 302, 303, 307, 308].map((status): ResponderCase => ({
    name: `redirects with status ${status} to the cloud's metadata service`,
    behaviour: redirect(status),
    verdict: /redirects/,
  })),
  ...[302, 307].map((status): ResponderCase => ({
    name: `redirects a GET with status ${status} to the cloud's metadata service`,
    behaviour: redirect(status),
    ocsp: { nonce: "off" },
    verdict: /redirects to 169\.254\.169\.254, which is not among the hosts allowed/,
  })),
];

function redirect(status: number): Behaviour {
  return {
    answer(_query, response) {
      response.writeHead(status, { location: "http://169.254.169.254/latest/meta-data/" }).end();
      return undefined;
    },
  };
}
