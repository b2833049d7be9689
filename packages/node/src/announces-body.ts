import type { Http2ServerRequest } from "node:http2";
import type { NodeRequest } from "./connection-of.ts";

/** Whether more of a request is to come than its head, as the head says (RFC 9112 6, RFC 9113 8.1). */
export function announcesBody(request: NodeRequest): boolean {
  // Somebody in front of us has read it already, or the client is gone.
  if (request.complete) return false;
  if (request.httpVersionMajor >= 2) return !(request as Http2ServerRequest).stream.endAfterHeaders;
  const { headers } = request;
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}
