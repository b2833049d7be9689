import { once } from "node:events";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { Agent, request, type RequestOptions } from "node:https";
import type { TLSSocket } from "node:tls";
import type { IssuedChain } from "./test-authority.ts";

/** One call of an API over TLS with Node's own client. */
export interface ApiCall {
  readonly port: number;
  /** What the client presents; nothing by default. */
  readonly client?: Pick<IssuedChain, "chainPem" | "leaf"> | undefined;
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A session of an earlier answer, to be resumed. */
  readonly session?: Buffer | undefined;
  /** A connection to be used again; a new one by default. */
  readonly agent?: Agent;
  readonly tlsVersion?: "TLSv1.2" | "TLSv1.3";
  readonly servername?: string;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body, parsed; an empty object when it is not JSON. */
  readonly json: Readonly<Record<string, unknown>>;
  /** The newest session that the server gave out. */
  readonly session: Buffer | undefined;
  /** The connection resumed the session of the call. */
  readonly resumed: boolean;
}

/** Calls, reads the whole answer, and waits for the session ticket, which TLS 1.3 sends after the handshake. */
export async function callApi(call: ApiCall): Promise<ApiAnswer> {
  const agent = call.agent ?? new Agent({ keepAlive: false, maxCachedSessions: 0 });
  const options: RequestOptions = {
    host: "127.0.0.1",
    port: call.port,
    path: call.path ?? "/",
    method: call.method ?? "GET",
    headers: { ...call.headers },
    agent,
    // Who the server is does not matter here; who the client is does.
    rejectUnauthorized: false,
    servername: call.servername ?? "localhost",
    ...(call.client && { cert: call.client.chainPem, key: call.client.leaf.privateKeyPem }),
    ...(call.session && { session: call.session }),
    ...(call.tlsVersion && { minVersion: call.tlsVersion, maxVersion: call.tlsVersion }),
  };
  const outgoing = request(options);
  let session: Buffer | undefined;
  outgoing.once("socket", (socket) => {
    socket.on("session", (ticket: Buffer) => {
      session = ticket;
    });
  });
  outgoing.end();
  const [response] = (await once(outgoing, "response")) as [IncomingMessage];
  const socket = response.socket as TLSSocket;
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString("utf8");
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text,
    json: parseJson(text),
    session: session ?? socket.getSession(),
    resumed: socket.isSessionReused(),
  };
}

function parseJson(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
