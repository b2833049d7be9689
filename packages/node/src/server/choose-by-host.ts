import type { TlsPeer } from "@mtls-shield/core";
import { readHost, reason } from "@mtls-shield/core/adapter";
import type { NodeRequest } from "../connection-of.ts";
import { RequestView } from "../request-view.ts";
import type { HostContext } from "./host-context.ts";
import type { HostContexts } from "./host-contexts.ts";
import type { Choice } from "./server-guard.ts";
import type { Face } from "../judge-request.ts";

/**
 * Whose shield counts for a request: that of the context its connection was opened for. A request for a host of another context is
 * misdirected (RFC 9110 15.5.20): by that context its client was never asked for a certificate.
 */
export function chooseByHost(
  contexts: HostContexts<HostContext>,
): (request: NodeRequest) => Choice {
  return (request) => {
    if (!contexts.hasSeveral) return { face: faceIn(contexts.fallback), refusal: undefined };
    const view = new RequestView(request);
    const host = readHost(view);
    const opened = contextOf(view.connection.socket, host, contexts);
    const face = faceIn(opened);
    if (host === undefined) return { face, refusal: reason("host-ambiguous") };
    const isServed = contexts.of(host) === opened;
    return { face, refusal: isServed ? undefined : reason("request-misdirected") };
  };
}

function contextOf(
  socket: TlsPeer & { readonly servername?: unknown },
  host: string | undefined,
  contexts: HostContexts<HostContext>,
): HostContext {
  const name = socket.servername;
  if (typeof name === "string") return contexts.of(name);
  // A resumed session of TLS 1.2 does not tell its server name: the request decides alone, and its shield judges the client anyway.
  if (host !== undefined && socket.isSessionReused?.()) return contexts.of(host);
  return contexts.fallback;
}

/** With several contexts each has a shield, and with one this is asked only if it has. */
function faceIn({ face }: HostContext): Face {
  return face as Face;
}
