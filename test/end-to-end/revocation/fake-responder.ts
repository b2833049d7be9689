import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { der, startServer } from "@mtls-shield/testkit";

/** What a responder is asked. */
export interface StatusQuery {
  readonly serialNumber: bigint;
  readonly nonce: Uint8Array | undefined;
}

/** How a responder behaves: the bytes of its answer, or whatever else it does with the exchange. */
export interface Behaviour {
  /** Before anything is read. */
  readonly onConnection?: (socket: Socket) => void;
  readonly answer?: (
    query: StatusQuery,
    response: ServerResponse,
  ) => Uint8Array | undefined | Promise<Uint8Array>;
}

/** A responder, or a server of lists, on the loopback address, that does what a test tells it and counts. */
export interface FakeResponder {
  readonly port: number;
  /** Without a slash at its end. */
  readonly url: string;
  readonly queries: readonly StatusQuery[];
  /** The targets of all requests. */
  readonly targets: readonly string[];
  readonly connections: () => number;
  behave(next: Behaviour): void;
  readonly close: () => Promise<void>;
}

/** Starts a responder. What it sends has the media type of OCSP unless the behaviour wrote the head itself. */
export async function fakeResponder(first: Behaviour): Promise<FakeResponder> {
  let behaviour = first;
  let connections = 0;
  const queries: StatusQuery[] = [];
  const targets: string[] = [];
  const server = createServer((request, response) => {
    targets.push(request.url ?? "");
    void reply(request, response);
  });
  server.on("connection", (socket: Socket) => {
    connections++;
    behaviour.onConnection?.(socket);
  });
  const reply = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const query = readQuery(await readRequest(request));
    queries.push(query);
    const bytes = await behaviour.answer?.(query, response);
    if (bytes === undefined) return;
    response.setHeader("content-type", "application/ocsp-response");
    response.end(bytes);
  };
  const { port, close } = await startServer(server);
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    queries,
    targets,
    connections: () => connections,
    behave(next) {
      behaviour = next;
    },
    close,
  };
}

/** RFC 6960 A.1: the request is the body of a POST, or the last part of the path of a GET. */
async function readRequest(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  if (request.method === "POST") return Buffer.concat(chunks);
  const encoded = (request.url ?? "").split("/").at(-1) ?? "";
  return Buffer.from(decodeURIComponent(encoded), "base64");
}

/** RFC 6960 4.1.1; what asks for a list, and so holds no request, is a query about number 0. */
function readQuery(bytes: Uint8Array): StatusQuery {
  if (bytes[0] !== 0x30) return { serialNumber: 0n, nonce: undefined };
  const [requestList, extensions] = childrenOf(childrenOf(bytes)[0]);
  const certificateId = childrenOf(childrenOf(childrenOf(requestList)[0])[0]);
  const serial = Buffer.from(der.contentOf(certificateId[3] as Uint8Array)).toString("hex");
  const nonce = extensions && childrenOf(childrenOf(childrenOf(extensions)[0])[0])[1];
  return {
    serialNumber: BigInt(`0x${serial}`),
    nonce: nonce && der.contentOf(der.contentOf(nonce)),
  };
}

function childrenOf(element: Uint8Array | undefined): readonly Uint8Array[] {
  return der.split(element as Uint8Array);
}
