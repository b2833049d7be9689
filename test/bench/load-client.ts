import { once } from "node:events";
import { connect, type TLSSocket } from "node:tls";
import type { IssuedChain } from "@mtls-shield/testkit";

const request = Buffer.from(
  "GET /orders/42?expand=lines HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\nUser-Agent: bench\r\n\r\n",
);

/** Kept-alive connections, each with one request under way at a time: raw, so that the load costs less than the server. */
export class LoadClient {
  readonly #sockets: readonly TLSSocket[];

  private constructor(sockets: readonly TLSSocket[]) {
    this.#sockets = sockets;
  }

  static async connect(
    port: number,
    client: IssuedChain,
    connections: number,
  ): Promise<LoadClient> {
    const sockets = await Promise.all(
      Array.from({ length: connections }, async () => {
        const socket = connect({
          host: "127.0.0.1",
          port,
          cert: client.chainPem,
          key: client.leaf.privateKeyPem,
          rejectUnauthorized: false,
        });
        await once(socket, "secureConnect");
        return socket;
      }),
    );
    return new LoadClient(sockets);
  }

  /** Sends requests over all connections and waits for every answer. */
  async send(count: number): Promise<void> {
    const share = Math.ceil(count / this.#sockets.length);
    await Promise.all(this.#sockets.map((socket) => sendOver(socket, share)));
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

function sendOver(socket: TLSSocket, count: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let left = count;
    let answer = "";
    const onData = (chunk: Buffer): void => {
      answer += chunk.toString("latin1");
      if (!isWhole(answer)) return;
      if (!answer.startsWith("HTTP/1.1 200")) {
        reject(new Error(`the server answered: ${answer.slice(0, 200)}`));
        return;
      }
      answer = "";
      if (--left > 0) {
        socket.write(request);
        return;
      }
      socket.off("data", onData).off("close", onClose);
      resolve();
    };
    socket.on("data", onData);
    const onClose = (): void => {
      reject(new Error("the server closed the connection"));
    };
    socket.once("close", onClose);
    socket.write(request);
  });
}

/** Answers are small: with a length, or in chunks. */
function isWhole(answer: string): boolean {
  const end = answer.indexOf("\r\n\r\n");
  if (end === -1) return false;
  const length = /content-length: (\d+)/i.exec(answer)?.[1];
  return length === undefined
    ? answer.endsWith("0\r\n\r\n")
    : answer.length >= end + 4 + Number(length);
}
