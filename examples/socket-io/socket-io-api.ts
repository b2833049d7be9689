import type { Server } from "node:https";

import { clientOf, createMtlsServer } from "@mtls-shield/node";
import { Server as SocketIoServer } from "socket.io";

import type { ExampleOptions } from "../start-example.ts";

/** Both of its transports pass the shield: polling as requests, WebSocket as an upgrade. */
export function createSocketIoApi({ cert, key, trust }: ExampleOptions): Server {
  const server = createMtlsServer({ cert, key, trust }, (request, response) => {
    response.end(JSON.stringify({ client: clientOf(request).uris[0] }));
  });

  new SocketIoServer(server).on("connection", (socket) => {
    socket.emit("welcome", clientOf(socket.request).uris[0]);
  });

  return server;
}
