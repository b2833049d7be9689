import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";

export type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

/** A request as it goes over the wire, letter by letter. */
export interface WireRequest {
  readonly method: string;
  readonly target: string;
  /** Lines without their ends. Default: a Host header for `localhost`. */
  readonly headers?: readonly string[];
  /** Default: 1.1. */
  readonly version?: "1.0" | "1.1";
}

/** What came back for a single request. */
export interface WireAnswer {
  readonly status: number;
  readonly body: string;
}

/** As many requests as are on their way at once. */
const batchSize = 64;

/**
 * A server on the loopback address and one keep-alive connection to it. Requests are written as bytes, so that no client
 * library mends a target on the way.
 */
export class Wire {
  readonly #server: Server;
  readonly #socket: Socket;
  #handle: Listener = () => undefined;

  private constructor(server: Server, socket: Socket) {
    this.#server = server;
    this.#socket = socket;
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      this.#handle(request, response);
    });
    socket.on("error", () => undefined);
    socket.resume();
  }

  static async open(): Promise<Wire> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
    await once(socket, "connect");
    return new Wire(server, socket);
  }

  /** Sends requests to a listener, which finds the number of each by `numberOf`; ends when all are answered. */
  async send(listener: Listener, requests: readonly WireRequest[]): Promise<void> {
    for (let first = 0; first < requests.length; first += batchSize) {
      await this.#sendBatch(listener, requests, first);
    }
  }

  async #sendBatch(
    listener: Listener,
    requests: readonly WireRequest[],
    first: number,
  ): Promise<void> {
    const batch = requests.slice(first, first + batchSize);
    let open = batch.length;
    const answered = new Promise<void>((resolve, reject) => {
      const cut = (): void => {
        const targets = batch.map(({ target }) => target).join("\n");
        reject(new Error(`The server cut the connection at one of these:\n${targets}`));
      };
      this.#socket.once("close", cut);
      this.#handle = (request, response) => {
        response.once("close", () => {
          if (--open > 0) return;
          this.#socket.off("close", cut);
          resolve();
        });
        const wanted = requests[numberOf(request)];
        // What Node's HTTP/1 parser does not let through another server may: it is put in its place behind the parser.
        if (wanted !== undefined && !passesParser(wanted.target)) request.url = wanted.target;
        try {
          listener(request, response);
        } catch {
          // A router that throws has run no handler.
          response.statusCode = 500;
          response.end();
        }
      };
    });
    const lines = batch.map((request, index) => serialize(request, first + index));
    this.#socket.write(lines.join(""), "latin1");
    await answered;
  }

  async close(): Promise<void> {
    this.#socket.destroy();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}

/** The number of a request within what `send` was given. */
export function numberOf(request: IncomingMessage): number {
  return Number(request.headers["x-number"]);
}

function serialize(
  { method, target, headers = ["Host: localhost"], version = "1.1" }: WireRequest,
  number: number,
): string {
  const sent = passesParser(target) ? target : "/";
  return [`${method} ${sent} HTTP/${version}`, ...headers, `X-Number: ${number}`, "", ""].join(
    "\r\n",
  );
}

/** Visible ASCII after a slash or an authority (llhttp, strict); what else it takes is of no use to anybody. */
function passesParser(target: string): boolean {
  return (
    /^(?:https?:\/\/[\w.~:@;&=+$,%!'()*-]+(?=[/?]|$))?(?:[/?][!-~]*)?$/i.test(target) &&
    !/^\?|^$/.test(target)
  );
}

/** One request on a connection of its own. */
export async function exchange(listener: Listener, request: WireRequest): Promise<WireAnswer> {
  const server = createServer((incoming, response) => {
    void listener(incoming, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const { headers = ["Host: localhost"] } = request;
  socket.end(serialize({ ...request, headers: [...headers, "Connection: close"] }, 0), "latin1");
  let received = "";
  for await (const chunk of socket as AsyncIterable<Buffer>) received += chunk.toString("latin1");
  server.close();
  const [, status = "0"] = /^HTTP\/1\.1 (\d+)/.exec(received) ?? [];
  return { status: Number(status), body: received.slice(received.indexOf("\r\n\r\n") + 4) };
}
