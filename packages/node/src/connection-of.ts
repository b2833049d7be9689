import type { IncomingMessage } from "node:http";
import type { Http2ServerRequest } from "node:http2";
import { TlsConnection, type TlsPeer } from "@mtls-shield/core";

/** A request of `node:http(s)` or of the compatibility API of `node:http2`. */
export type NodeRequest = IncomingMessage | Http2ServerRequest;

/** The one answer to "which connection did this request come through?": on HTTP/2 `req.socket` is made anew per session. */
export function connectionOf(request: NodeRequest): TlsConnection {
  // Asked by the version, which every request has: a property that most have not costs more to look for.
  const session =
    request.httpVersionMajor < 2 ? undefined : (request as Http2ServerRequest).stream.session;
  return session === undefined
    ? TlsConnection.of(request.socket, request.socket as TlsPeer)
    : TlsConnection.of(session, session.socket as TlsPeer);
}
