import { once } from "node:events";
import { connect, type TLSSocket } from "node:tls";
import type { IssuedChain } from "@mtls-shield/testkit";

export interface KeptAnswer {
  readonly status: number;
  /** By their names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
  /** The reason of a refusal, or the client that the application saw. */
  readonly outcome: unknown;
}

/** One TLS connection that is kept: whatever is asked goes through it, one request at a time, and none is asked again. */
export class KeptConnection {
  readonly #socket: TLSSocket;
  #received = "";
  #onProgress: () => void = () => undefined;
  #isEnded = false;

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.#received += chunk.toString("latin1");
      this.#onProgress();
    });
    const onEnd = (): void => {
      this.#isEnded = true;
      this.#onProgress();
    };
    socket.on("end", onEnd).on("close", onEnd);
    socket.on("error", () => undefined);
  }

  static async open(
    port: number,
    client: Pick<IssuedChain, "chainPem" | "leaf">,
  ): Promise<KeptConnection> {
    const socket = connect({
      host: "127.0.0.1",
      port,
      servername: "localhost",
      cert: client.chainPem,
      key: client.leaf.privateKeyPem,
      // Who the server is does not matter here; who the client is does.
      rejectUnauthorized: false,
    });
    await once(socket, "secureConnect");
    return new KeptConnection(socket);
  }

  /** Everything that came since the last request was sent. */
  get received(): string {
    return this.#received;
  }

  /** The server has ended it. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** The whole answer; undefined where the server ended the connection without one. */
  get(path = "/"): Promise<KeptAnswer | undefined> {
    this.#received = "";
    this.#socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    return new Promise((resolve) => {
      this.#onProgress = () => {
        const answer = parseAnswer(this.#received);
        if (answer !== undefined || this.#isEnded) resolve(answer);
      };
      this.#onProgress();
    });
  }

  /** Resolves when the server has ended it. */
  ended(): Promise<void> {
    return new Promise((resolve) => {
      this.#onProgress = () => {
        if (this.#isEnded) resolve();
      };
      this.#onProgress();
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** Undefined while the answer is not whole. */
function parseAnswer(received: string): KeptAnswer | undefined {
  const end = received.indexOf("\r\n\r\n");
  if (end === -1) return undefined;
  const [statusLine = "", ...lines] = received.slice(0, end).split("\r\n");
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
    }),
  );
  const text = received.slice(end + 4);
  if (text.length < Number(headers.get("content-length"))) return undefined;
  return {
    status: Number(statusLine.split(" ")[1]),
    headers,
    text,
    get outcome() {
      return outcomeOf(text);
    },
  };
}

/** Other answers than JSON have none. */
function outcomeOf(text: string): unknown {
  if (!text.startsWith("{")) return undefined;
  const body = JSON.parse(text) as Readonly<Record<string, unknown>>;
  return body["code"] ?? body["client"];
}
