import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";

/** A server on the loopback network that says what a test tells it, in HTTP or not, and counts who comes. */
export interface LoopbackServer {
  readonly port: number;
  /** Connections so far. */
  readonly connections: () => number;
  /** The requests so far, as they came. */
  readonly requests: readonly string[];
  /** Connections that are open now. */
  readonly open: () => number;
  readonly close: () => Promise<void>;
}

export interface LoopbackOptions {
  /** "127.0.0.1" if left out; all of 127.0.0.0/8 leads to the machine. */
  readonly host?: string;
  readonly port?: number;
  readonly tls?: { readonly cert: string; readonly key: string };
}

/** What is said when a whole request has come; a text is said once, and ends the connection. */
export type Script = string | ((socket: Socket, request: string) => void);

export async function serve(
  script: Script,
  options: LoopbackOptions = {},
): Promise<LoopbackServer> {
  const sockets = new Set<Socket>();
  const requests: string[] = [];
  let connections = 0;
  const server: Server =
    options.tls === undefined ? createServer() : createTlsServer({ ...options.tls });
  server.on("connection", (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
  });
  server.on(options.tls === undefined ? "connection" : "secureConnection", (socket: Socket) => {
    let request = "";
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => {
      request += bytes.toString("latin1");
      if (!isWhole(request)) return;
      requests.push(request);
      if (typeof script === "string") socket.end(script, "latin1");
      else script(socket, request);
    });
  });
  server.listen(options.port ?? 0, options.host ?? "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    requests,
    open: () => sockets.size,
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function isWhole(request: string): boolean {
  const end = request.indexOf("\r\n\r\n");
  const length = Number(/^content-length: (\d+)/im.exec(request)?.[1] ?? 0);
  return end >= 0 && request.length >= end + 4 + length;
}

/** An answer with a body and its length. */
export function answer(status: string, headers: Readonly<Record<string, string>> = {}, body = "") {
  const lines = Object.entries({ "Content-Length": String(body.length), ...headers });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return `HTTP/1.1 ${status}\r\n${head}\r\n${body}`;
}
