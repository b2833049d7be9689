import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";

import type { IssuedCertificate } from "@mtls-shield/pki";

/** Over what a call went: a new connection, one that resumed an earlier TLS session, or the one of an earlier call. */
export type Connection = "new" | "resumed" | "kept";

/** A client: where it calls, whom it trusts, and who it is. */
export interface Client {
  readonly port: number;
  readonly serverTrust: string;
  /** Undefined: it shows no certificate. */
  readonly certificate: Pick<IssuedCertificate, "chainPem" | "privateKeyPem"> | undefined;
}

export interface Answer {
  readonly status: number;
  /** The reason code in a refusal's problem details. */
  readonly code: string | undefined;
  /** What really happened, as the client's TLS socket tells. */
  readonly connection: Connection;
}

/** Calls once, over a connection of its own. */
export async function callApi(client: Client, endpoint: string): Promise<Answer> {
  const agent = new Agent();
  try {
    return await call(client, endpoint, agent);
  } finally {
    agent.destroy();
  }
}

/** Calls a first time, and returns the answer together with a way to call again over the same session or connection. */
export async function callTwice(
  client: Client,
  endpoint: string,
  connection: "resumed" | "kept",
): Promise<{ readonly first: Answer; readonly again: () => Promise<Answer> }> {
  // Node's agent remembers the TLS session for its next connection, or keeps the connection itself.
  const agent = new Agent({ keepAlive: connection === "kept" });
  const first = await call(client, endpoint, agent);
  const again = async (): Promise<Answer> => {
    try {
      return await call(client, endpoint, agent);
    } finally {
      agent.destroy();
    }
  };
  return { first, again };
}

function call(
  { port, serverTrust, certificate }: Client,
  endpoint: string,
  agent: Agent,
): Promise<Answer> {
  const [method, path] = endpoint.split(" ");
  return new Promise((resolve, reject) => {
    const outgoing = request({
      host: "127.0.0.1",
      port,
      method,
      // Sent as it is: nobody here tidies up `..`, `//` or `%61`.
      path,
      agent,
      ca: serverTrust,
      cert: certificate?.chainPem,
      key: certificate?.privateKeyPem,
      timeout: 5_000,
    });
    outgoing.on("timeout", () => outgoing.destroy(new Error("no answer within 5 s")));
    outgoing.on("error", reject);
    outgoing.on("response", (response) => {
      const status = response.statusCode ?? 0;
      const connection = outgoing.reusedSocket ? "kept" : connectionOf(response.socket);
      readText(response).then((text) => {
        resolve({ status, code: codeIn(text), connection });
      }, reject);
    });
    outgoing.end();
  });
}

function connectionOf(socket: Socket): Connection {
  return socket instanceof TLSSocket && socket.isSessionReused() ? "resumed" : "new";
}

async function readText(response: IncomingMessage): Promise<string> {
  response.setEncoding("utf8");
  let text = "";
  for await (const chunk of response) text += chunk as string;
  return text;
}

function codeIn(text: string): string | undefined {
  try {
    const { code } = JSON.parse(text) as { readonly code?: string };
    return code;
  } catch {
    return undefined;
  }
}
