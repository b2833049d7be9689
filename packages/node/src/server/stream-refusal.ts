import type { ServerHttp2Stream } from "node:http2";
import type { MtlsError, Timers } from "@mtls-shield/core";
import { endSessionAfter } from "../end-connection.ts";
import { problemOf } from "../problem.ts";

/** Answers a refused HTTP/2 stream. Its flow-control window bounds what the client can still send (RFC 9113 5.2). */
export function refuseStream(error: MtlsError, stream: ServerHttp2Stream, timers: Timers): void {
  if (stream.destroyed || stream.headersSent) return;
  const { status, headers, body } = problemOf(error);
  // A body that nobody wants is not waited for.
  if (error.endsConnection || !stream.endAfterHeaders) endSessionAfter(stream, timers);
  stream.respond({ ":status": status, ...headers });
  stream.end(body);
}
