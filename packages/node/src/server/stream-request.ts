import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import type { NodeRequest } from "../connection-of.ts";

/** A raw HTTP/2 stream in the shape of a request, as far as judging one goes. */
export function streamRequest(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  rawHeaders: readonly string[],
): NodeRequest {
  const request = {
    stream,
    headers,
    rawHeaders,
    httpVersionMajor: 2,
    method: headers[":method"],
    url: headers[":path"],
  };
  // What RequestView and connectionOf read of a request is all there.
  return request as unknown as NodeRequest;
}
