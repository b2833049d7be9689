import { connect as connectHttp2 } from "node:http2";
import { request, Agent, type RequestOptions } from "node:https";
import type { IncomingMessage } from "node:http";
import { connect as connectTcp } from "node:net";
import { connect as connectTls, type ConnectionOptions } from "node:tls";
import type { IssuedChain } from "@mtls-shield/testkit";

/** How one call ended. */
export type Outcome =
  | { readonly type: "answer"; readonly status: number; readonly text: string }
  /** The server, or TLS, ended it without an answer. */
  | { readonly type: "ended"; readonly why: string };

export type Client = Pick<IssuedChain, "chainPem" | "leaf">;

/** No call should take so long, on a machine with two processors and a hundred clients. */
const timeoutMs = 20_000;

function tlsOptions(
  port: number,
  client: Client | undefined,
): ConnectionOptions & { port: number } {
  return {
    host: "127.0.0.1",
    port,
    servername: "localhost",
    rejectUnauthorized: false,
    ...(client && { cert: client.chainPem, key: client.leaf.privateKeyPem }),
  };
}

export interface HttpCall {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** A connection that is kept. */
  readonly agent?: Agent;
  readonly session?: Buffer | undefined;
  readonly tlsVersion?: "TLSv1.2" | "TLSv1.3";
  readonly onSession?: (session: Buffer) => void;
}

/** One request of HTTP/1. */
export async function callHttp(
  port: number,
  client: Client | undefined,
  call: HttpCall = {},
): Promise<Outcome> {
  const { path = "/", method = "GET", headers = {}, body, agent, session, tlsVersion } = call;
  const own = agent ?? new Agent({ maxCachedSessions: 0 });
  const options: RequestOptions = {
    ...tlsOptions(port, client),
    path,
    method,
    headers: { ...headers, ...(body && { "content-length": String(body.length) }) },
    agent: own,
    timeout: timeoutMs,
    ...(session && { session }),
    ...(tlsVersion && { minVersion: tlsVersion, maxVersion: tlsVersion }),
  };
  const outgoing = request(options);
  outgoing.on("timeout", () => outgoing.destroy(new Error("no answer in time")));
  outgoing.once("socket", (socket) => {
    if (call.onSession !== undefined) socket.once("session", call.onSession);
  });
  const outcome = new Promise<Outcome>((resolve) => {
    outgoing.once("response", (response: IncomingMessage) => {
      void readAnswer(response).then(resolve);
    });
    outgoing.once("upgrade", (_response, socket) => {
      socket.destroy();
      resolve({ type: "answer", status: 101, text: "" });
    });
    outgoing.on("error", (error) => {
      resolve({ type: "ended", why: error.message });
    });
  });
  outgoing.end(body);
  const result = await outcome;
  if (agent === undefined) own.destroy();
  return result;
}

async function readAnswer(response: IncomingMessage): Promise<Outcome> {
  let text = "";
  try {
    for await (const chunk of response) text += String(chunk);
  } catch (error) {
    return { type: "ended", why: `in the middle of an answer: ${(error as Error).message}` };
  }
  return { type: "answer", status: response.statusCode ?? 0, text };
}

/** Several requests on one session of HTTP/2: the worst of their outcomes, by the status. */
export async function callHttp2(port: number, client: Client | undefined): Promise<Outcome> {
  const session = connectHttp2("https://localhost", {
    ...tlsOptions(port, client),
    ALPNProtocols: ["h2"],
  });
  const errors: string[] = [];
  session.on("error", (error: Error) => errors.push(error.message));
  try {
    const statuses = await Promise.all(
      ["/", "/one", "/two"].map(async (path) => {
        const stream = session.request({ ":path": path });
        stream.on("error", (error: Error) => errors.push(error.message));
        stream.resume();
        let status = 0;
        stream.on("response", (headers) => (status = Number(headers[":status"])));
        await new Promise((resolve) => stream.once("close", resolve));
        return status;
      }),
    );
    const worst = Math.max(...statuses);
    if (statuses.includes(0)) return { type: "ended", why: errors.join(", ") };
    return { type: "answer", status: worst, text: "" };
  } finally {
    session.destroy();
  }
}

/** What a client writes by itself once TLS stands; the first answer counts. */
export function callRaw(port: number, client: Client | undefined, text: string): Promise<Outcome> {
  return exchange(connectTls(tlsOptions(port, client)), "secureConnect", text);
}

/** The same without TLS. */
export function callPlain(port: number, text: string | Buffer): Promise<Outcome> {
  return exchange(connectTcp({ host: "127.0.0.1", port }), "connect", text);
}

function exchange(
  socket: ReturnType<typeof connectTcp>,
  ready: string,
  text: string | Buffer,
): Promise<Outcome> {
  return new Promise((resolve) => {
    let received = "";
    const finish = (why: string): void => {
      socket.destroy();
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(received)?.[1] ?? 0);
      resolve(status === 0 ? { type: "ended", why } : { type: "answer", status, text: received });
    };
    socket.setTimeout(timeoutMs, () => {
      finish("no answer in time");
    });
    socket.once(ready, () => socket.write(text));
    socket.on("data", (chunk: Buffer) => {
      received += chunk.toString("latin1");
      if (received.includes("\r\n\r\n")) finish("");
    });
    socket.once("error", (error) => {
      finish(error.message);
    });
    socket.once("close", () => {
      finish("closed");
    });
  });
}
