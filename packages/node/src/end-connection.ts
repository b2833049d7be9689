import type { ServerResponse } from "node:http";
import { Http2ServerResponse, type Http2Session, type ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import type { Timers } from "@mtls-shield/core";
import { systemTimers } from "@mtls-shield/core/adapter";
import { announcesBody } from "./announces-body.ts";
import type { NodeRequest } from "./connection-of.ts";
import { closeAfterAnswer, closeAfterSession, lingerMs } from "./lingering-close.ts";

/** Connections whose last answer is decided. */
const ending = new WeakSet<Socket | Http2Session>();

/** Ends the connection once the answer is out, whoever writes it: on HTTP/2 with GOAWAY (RFC 9113 6.8), so that others may finish. */
export function endConnectionAfter(
  response: ServerResponse | Http2ServerResponse,
  timers: Timers = systemTimers,
): void {
  if (response instanceof Http2ServerResponse) endSessionAfter(response.stream, timers);
  else endSocket(response, timers);
}

/**
 * Whether a request was sent behind one that ends the connection: its answer can never be delivered, so nobody may act on it
 * (RFC 9112 9.6). HTTP/2 refuses such streams itself.
 */
export function isTooLate(
  request: NodeRequest,
  response: ServerResponse | Http2ServerResponse,
): boolean {
  // Only the response of a request that came while another was being answered waits for the socket.
  return request.httpVersionMajor < 2 && response.socket === null && ending.has(request.socket);
}

function endSocket(response: ServerResponse, timers: Timers): void {
  response.shouldKeepAlive = false;
  const { req: request } = response;
  const { socket } = request;
  ending.add(socket);
  if (!announcesBody(request)) return;
  const lingering = { timers, bytesReadBefore: socket.bytesRead };
  let isClosing = false;
  const close = (): void => {
    if (isClosing) return;
    isClosing = true;
    closeAfterAnswer(socket, lingering);
  };
  // With this Node ends a connection after the answer, and would do it with the body unread.
  socket.destroySoon = close;
  // Where whoever answers insists on keep-alive, Node does not call it.
  response.once("finish", close);
}

/** The same for a stream that is answered without a response. */
export function endSessionAfter(stream: ServerHttp2Stream, timers: Timers): void {
  const { session } = stream;
  // The client is gone.
  if (session === undefined || session.destroyed) return;
  const sendGoAway = (): void => {
    session.close();
  };
  // Not before, since GOAWAY names the last stream that was begun (RFC 9113 6.8), and this one does not count yet while it is announced.
  // Of the stream, since a response of the compatibility API has finished only when its stream is closed.
  stream.once("finish", () => {
    sendGoAway();
    // Node resets the stream (NO_ERROR, RFC 9113 8.1) unless its client broke the rules so badly that nothing is read any more.
    const cancel = timers.after(lingerMs, () => {
      stream.destroy();
    });
    stream.once("close", cancel);
  });
  stream.once("close", sendGoAway);
  if (!ending.has(session)) {
    ending.add(session);
    // After the last stream Node closes its own side, and then reads on for ever; the proxy hands the listener to the socket itself.
    session.socket.once("finish", function (this: Socket) {
      closeAfterSession(this, { timers, bytesReadBefore: this.bytesRead });
    });
  }
}
