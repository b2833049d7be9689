import { constants } from "node:crypto";
import type { ServerOptions } from "node:https";
import { ConfigError } from "@mtls-shield/core";
import { hasAuthorities } from "@mtls-shield/core/adapter";

/** Handshakes that take longer are given up: a certificate chain over a slow mobile network takes a few seconds. */
const handshakeTimeoutMs = 10_000;
/** A certificate of 16 KiB in a header (RFC 9440 2.2 allows as much) beside the usual headers; Node's own limit is half of it. */
const maxHeaderBytes = 32_768;
/** How long a client may take for the headers of a request; how often that is looked at. */
const headersTimeoutMs = 20_000;
const checkingIntervalMs = 5_000;

/** What a TLS server and its contexts need to be safe; what the caller says otherwise counts, where that is safe too. */
export function safeTls<Options extends ServerOptions>(options: Options): Options {
  if (options.requestCert === false) {
    throw new ConfigError(
      "requestCert",
      "is false, so no client would be asked for a certificate",
      "Leave it out.",
    );
  }
  requireModernTls(options);
  const safe = {
    ...options,
    requestCert: true,
    // The engine judges at each request; an alert in the handshake would leave the client without a reason.
    rejectUnauthorized: options.rejectUnauthorized ?? false,
    minVersion: options.minVersion ?? "TLSv1.2",
    secureOptions: (options.secureOptions ?? 0) | constants.SSL_OP_NO_RENEGOTIATION,
  };
  return options.SNICallback === undefined ? safe : withoutTickets(safe);
}

/** With several contexts, only a default one that gives no tickets keeps sessions apart (CVE-2025-23419). */
export function withoutTickets<Options extends ServerOptions>(options: Options): Options {
  const secureOptions = (options.secureOptions ?? 0) | constants.SSL_OP_NO_TICKET;
  return { ...options, secureOptions };
}

/** Limits of time and size for whoever has not proved anything yet: those of the caller, where there are any. */
export function serverBounds({
  handshakeTimeout = handshakeTimeoutMs,
  headersTimeout = headersTimeoutMs,
  connectionsCheckingInterval = checkingIntervalMs,
  maxHeaderSize = maxHeaderBytes,
}: ServerOptions) {
  const bounds = { handshakeTimeout, headersTimeout, connectionsCheckingInterval, maxHeaderSize };
  for (const [option, value] of Object.entries(bounds)) {
    // For Node, 0 means for ever.
    if (Number.isSafeInteger(value) && value > 0) continue;
    throw new ConfigError(option, "is not a whole number from 1 up", "Leave it out.");
  }
  return bounds;
}

/** Node takes an empty text for none, and OpenSSL none for the public web roots. */
export function requireRoots(ca: ServerOptions["ca"], option: string): void {
  if (!hasAuthorities(ca)) {
    throw new ConfigError(
      `${option}ca`,
      "is missing, and Node would then verify clients against the public web roots",
      "Pass `trust`: the root certificates of the authority that issues your clients' certificates.",
    );
  }
  if ([ca].flat().every((pem) => pem?.includes("-----BEGIN "))) return;
  throw new ConfigError(
    `${option}ca`,
    "is not a PEM certificate",
    "Read the file first, or pass its path as `trust`.",
  );
}

/** The same for HTTP/2: as many requests at once as browsers send, and headers as long as over HTTP/1 (RFC 9113 6.5.2). */
export const http2Limits = Object.freeze({
  maxConcurrentStreams: 100,
  maxHeaderListSize: maxHeaderBytes,
});

function requireModernTls({ minVersion, maxVersion, secureProtocol }: ServerOptions): void {
  for (const [option, version] of Object.entries({ minVersion, maxVersion })) {
    if (version === undefined || version === "TLSv1.2" || version === "TLSv1.3") continue;
    throw new ConfigError(option, `${version} is broken`, 'Write "TLSv1.2" or "TLSv1.3".');
  }
  if (secureProtocol !== undefined) {
    throw new ConfigError("secureProtocol", "is not accepted", "Use minVersion and maxVersion.");
  }
}
