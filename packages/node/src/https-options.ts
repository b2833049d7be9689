import { constants } from "node:crypto";
import type { ServerOptions } from "node:https";
import { ConfigError } from "@mtls-shield/core";
import { hasAuthorities } from "@mtls-shield/core/adapter";

/**
 * Settings of a TLS server for this library: it asks for a client certificate, and lets a client without a good one in,
 * so that the request is answered with a reason. TLS 1.2 is the minimum, renegotiation is off.
 */
export function httpsOptions<Options extends ServerOptions>(options: Options): Options {
  requireAuthorities(options.ca);
  if (options.requestCert === false) {
    throw new ConfigError(
      "requestCert",
      "is false, so no client would be asked for a certificate",
      "Leave it out.",
    );
  }
  requireModernTls(options);
  return {
    ...options,
    requestCert: true,
    // The engine judges at each request; an alert in the handshake would leave the client without a reason.
    rejectUnauthorized: options.rejectUnauthorized ?? false,
    minVersion: options.minVersion ?? "TLSv1.2",
    secureOptions:
      (options.secureOptions ?? 0) |
      constants.SSL_OP_NO_RENEGOTIATION |
      // With a context per server name, a ticket of one would be accepted in another (CVE-2025-23419).
      (options.SNICallback === undefined ? 0 : constants.SSL_OP_NO_TICKET),
  };
}

function requireAuthorities(ca: unknown): void {
  if (hasAuthorities(ca)) return;
  throw new ConfigError(
    "ca",
    "is missing, and Node would then verify clients against the public web roots",
    "Pass the root certificates of the authority that issues your clients' certificates.",
  );
}

function requireModernTls({ minVersion, maxVersion, secureProtocol }: ServerOptions): void {
  for (const [option, version] of Object.entries({ minVersion, maxVersion })) {
    if (version === undefined || version === "TLSv1.2" || version === "TLSv1.3") continue;
    throw new ConfigError(option, `${version} is broken`, 'Write "TLSv1.2" or "TLSv1.3".');
  }
  if (secureProtocol !== undefined) {
    throw new ConfigError("secureProtocol", "is not accepted", "Use minVersion and maxVersion.");
  }
}
