import type { Server, TLSSocket } from "node:tls";
import { belowTls } from "../below-tls.ts";
import { settledSource, settleSource } from "./settled-source.ts";

/**
 * Lets TLS connections show the source that was settled for the TCP connections below them: Node makes a `TLSSocket` of its own,
 * which asks the operating system. Goes for `node:https` and secure `node:http2` servers, too.
 */
export function carrySources(server: Server): void {
  // Before anybody who may ask, whoever listens already.
  server.prependListener("secureConnection", carry);
  server.prependListener("tlsClientError", (_error, socket) => {
    carry(socket);
  });
}

function carry(socket: TLSSocket): void {
  const below = belowTls(socket);
  const source = below === undefined ? "unsettled" : settledSource(below);
  // Whatever came past `acceptProxied` would appear under the load balancer's address.
  if (source === "unsettled") socket.destroy();
  else settleSource(socket, source);
}
