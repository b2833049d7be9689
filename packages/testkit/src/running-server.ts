import { once } from "node:events";
import type { Server } from "node:net";
import type { AddressInfo, Socket } from "node:net";

/** A server that listens on a free port of the loopback address. */
export interface RunningServer {
  readonly port: number;
  /** Ends every connection and stops. */
  readonly close: () => Promise<void>;
}

/** Starts a server of any kind on a free loopback port. */
export async function startServer(server: Server): Promise<RunningServer> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
