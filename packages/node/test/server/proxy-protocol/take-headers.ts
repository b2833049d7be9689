import type { Socket } from "node:net";
import type { Server } from "node:tls";
import {
  acceptProxied,
  type AcceptSurroundings,
} from "../../../src/server/proxy-protocol/accept-proxied.ts";
import { carrySources } from "../../../src/server/proxy-protocol/carry-sources.ts";
import {
  readProxyProtocol,
  type ProxyProtocolOptions,
} from "../../../src/server/proxy-protocol/proxy-protocol.ts";

export interface TakeHeadersOptions extends AcceptSurroundings {
  /** As a server does that lets connections wait for their turn; at once by default. */
  readonly later?: (task: () => void) => void;
}

/** As a server with the option does: what TLS does with a connection waits for the header. */
export function takeHeaders(
  api: Server,
  options: ProxyProtocolOptions,
  { later = atOnce, ...surroundings }: TakeHeadersOptions = {},
): void {
  const protocol = readProxyProtocol(options);
  const listeners = api.listeners("connection");
  api.removeAllListeners("connection");
  const handOn = (socket: Socket): void => {
    later(() => {
      for (const listener of listeners) listener.call(api, socket);
    });
  };
  api.on("connection", (socket: Socket) => {
    later(() => {
      acceptProxied(socket, protocol, handOn, surroundings);
    });
  });
  carrySources(api);
}

function atOnce(task: () => void): void {
  task();
}
