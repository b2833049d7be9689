import type { Server } from "node:https";

import { clientOf, createMtlsServer } from "@mtls-shield/node";
import { WebSocketServer } from "ws";

import type { ExampleOptions } from "../start-example.ts";

/** Nobody is upgraded whom the shield does not admit, and whoever is revoked later loses the socket. */
export function createWebsocketApi({ cert, key, trust }: ExampleOptions): Server {
  const server = createMtlsServer({ cert, key, trust }, (request, response) => {
    response.end(JSON.stringify({ client: clientOf(request).uris[0] }));
  });

  new WebSocketServer({ server }).on("connection", (socket, request) => {
    const name = clientOf(request).uris[0];
    socket.on("message", (message: Buffer) => {
      socket.send(`${name}: ${message.toString()}`);
    });
  });

  return server;
}
