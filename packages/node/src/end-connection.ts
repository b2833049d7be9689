import type { ServerResponse } from "node:http";
import { Http2ServerResponse } from "node:http2";

/** Ends the connection once the answer is out, whoever writes it: on HTTP/2 with GOAWAY (RFC 9113 6.8), so that others may finish. */
export function endConnectionAfter(response: ServerResponse | Http2ServerResponse): void {
  if (response instanceof Http2ServerResponse) response.stream.session?.close();
  else response.shouldKeepAlive = false;
}
