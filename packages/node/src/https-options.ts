import type { ServerOptions } from "node:https";
import { requireRoots, safeTls } from "./server/safe-tls.ts";

/**
 * Settings of a TLS server for this library: it asks for a client certificate, and lets a client without a good one in,
 * so that the request is answered with a reason. TLS 1.2 is the minimum, renegotiation is off.
 */
export function httpsOptions<Options extends ServerOptions>(options: Options): Options {
  requireRoots(options.ca, "");
  return safeTls(options);
}
