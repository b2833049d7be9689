import type { Socket } from "node:net";
import type { Timers } from "@mtls-shield/core";
import { systemTimers } from "@mtls-shield/core/adapter";
import { settleSource } from "./settled-source.ts";
import { parseProxyHeader } from "./parse-proxy-header.ts";
import type { ProxyProtocol } from "./proxy-protocol.ts";

/** A connection that was ended because of its header, or for want of one. */
export interface RefusedProxy {
  /** The peer's own address; undefined for Unix sockets, and where the peer is gone. */
  readonly peer: string | undefined;
  /** In words of this library: nothing of what was sent. */
  readonly problem: string;
}

export interface AcceptSurroundings {
  readonly timers?: Timers;
  /** Hears of each connection that is refused. */
  readonly onRefused?: (refusal: RefusedProxy) => void;
}

/**
 * Takes the PROXY header off a new TCP connection before anybody else reads from it. `onReady` gets the socket with its real source,
 * and with every byte that came after the header; without a proper header the connection is ended.
 */
export function acceptProxied(
  socket: Socket,
  { senders, others, timeoutMs }: ProxyProtocol,
  onReady: (socket: Socket) => void,
  { timers = systemTimers, onRefused }: AcceptSurroundings = {},
): void {
  // A caller that let connections wait for their turn may be too late.
  if (socket.destroyed) return;
  const peer = socket.remoteAddress;
  const refuse = (problem: string): void => {
    socket.destroy();
    onRefused?.({ peer, problem });
  };
  if (senders.include(socket)) {
    awaitHeader(socket, { timeoutMs, timers, onReady, refuse });
  } else if (others === "direct") {
    // A header that it sends reaches TLS, which cannot make anything of it.
    settleSource(socket, undefined);
    onReady(socket);
  } else {
    refuse(
      peer === undefined
        ? "the peer has no address: it is gone, or on a Unix socket"
        : "the peer is not among the senders of PROXY headers",
    );
  }
}

interface HeaderWait {
  readonly timeoutMs: number;
  readonly timers: Timers;
  readonly onReady: (socket: Socket) => void;
  readonly refuse: (problem: string) => void;
}

function awaitHeader(socket: Socket, { timeoutMs, timers, onReady, refuse }: HeaderWait): void {
  let head: Buffer = Buffer.alloc(0);
  const read = (): void => {
    for (let chunk = readChunk(socket); chunk !== null; chunk = readChunk(socket)) {
      head = Buffer.concat([head, chunk]);
      const header = parseProxyHeader(head);
      if (header.outcome === "incomplete") continue;
      stop();
      if (header.outcome === "malformed") {
        refuse(header.problem);
        return;
      }
      // Node's TLS takes what it finds in the socket's buffer first; nothing can come in between.
      if (head.length > header.length) socket.unshift(head.subarray(header.length));
      settleSource(socket, header.source);
      onReady(socket);
      return;
    }
  };
  const hangUp = (): void => {
    stop();
    refuse("the connection ended before the PROXY header did");
  };
  const stop = (): void => {
    cancel();
    socket.off("readable", read).off("end", hangUp).off("close", hangUp);
  };
  const cancel = timers.after(timeoutMs, () => {
    stop();
    refuse(`the PROXY header took longer than ${timeoutMs} ms`);
  });
  // Stays: a reset must not end the process while a later owner has yet to listen. "close" follows it.
  socket.on("error", () => undefined);
  socket.on("readable", read).on("end", hangUp).on("close", hangUp);
}

function readChunk(socket: Socket): Buffer | null {
  return socket.read() as Buffer | null;
}
