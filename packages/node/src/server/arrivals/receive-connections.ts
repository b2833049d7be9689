import type { Socket } from "node:net";
import type { Server, TLSSocket } from "node:tls";
import type { Timers } from "@mtls-shield/core";
import { acceptProxied, type RefusedProxy } from "../proxy-protocol/accept-proxied.ts";
import { carrySources } from "../proxy-protocol/carry-sources.ts";
import type { ProxiedSource } from "../proxy-protocol/proxy-header.ts";
import type { ProxyProtocol } from "../proxy-protocol/proxy-protocol.ts";
import { settleSource } from "../proxy-protocol/settled-source.ts";
import { belowTls } from "../below-tls.ts";
import { intercept, type Interceptor } from "../intercept.ts";
import type { CountedSocket } from "./counted-socket.ts";
import type { HandshakeGate } from "./handshake-gate.ts";

export interface ReceiveOptions {
  /** Undefined: handshakes are not bounded. */
  readonly gate: HandshakeGate | undefined;
  /** Undefined: nobody sends headers of the PROXY protocol. */
  readonly proxyProtocol: ProxyProtocol | undefined;
  readonly timers: Timers;
  readonly onRefusedProxy: (refusal: RefusedProxy) => void;
}

type Proceed = (socket: Socket | CountedSocket) => void;

/** What happens to a connection before TLS sees it: who it is from is settled first, and then whether there is room for it. */
export function receiveConnections(
  server: Server,
  { gate, proxyProtocol, timers, onRefusedProxy: onRefused }: ReceiveOptions,
): void {
  const pass = (socket: Socket, proceed: Proceed): void => {
    const admitted = gate === undefined ? socket : gate.admit(socket);
    if (admitted === undefined) return;
    if (admitted !== socket) showSource(admitted, socket);
    proceed(admitted);
  };
  const receive = (proceed: Proceed, socket: Socket): void => {
    if (proxyProtocol !== undefined) {
      const onReady = (ready: Socket): void => {
        pass(ready, proceed);
      };
      acceptProxied(socket, proxyProtocol, onReady, { timers, onRefused });
      return;
    }
    settleSource(socket, undefined);
    pass(socket, proceed);
  };
  if (gate !== undefined) {
    server.prependListener("secureConnection", (connection: TLSSocket) => {
      gate.secured(connection, belowTls(connection));
    });
  }
  carrySources(server);
  intercept(server, { connection: receive as Interceptor });
}

/** The operating system does not know the stand-in of a socket. */
function showSource(standIn: Socket | CountedSocket, socket: Socket): void {
  const { remoteAddress: address, remotePort: port, remoteFamily: family } = socket;
  const isKnown = address !== undefined && port !== undefined && family !== undefined;
  const source = isKnown ? ({ address, port, family } as ProxiedSource) : undefined;
  settleSource(standIn as Socket, source);
}
