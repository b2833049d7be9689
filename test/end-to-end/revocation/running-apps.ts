import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createSecureServer } from "node:http2";
import { createMtlsServer, type RevocationEvent, type ShieldOptions } from "@mtls-shield/node";
import { startServer, type IssuedChain, type RunningServer } from "@mtls-shield/testkit";
import type { Answering, AnyShield, Framework, Listener } from "./apps.ts";
import { KeptConnection } from "./kept-connection.ts";
import { WorkFolder } from "./work-folder.ts";

export interface RunningApp {
  readonly port: number;
  readonly shield: AnyShield;
  /** What `onRevocationEvent` heard so far. */
  readonly events: readonly RevocationEvent[];
  /** How often the counter of events went up, by their type. */
  readonly counts: ReadonlyMap<string, number>;
}

export interface StartOptions {
  readonly onRefusal?: Answering;
  /** Over HTTP/2. */
  readonly http2?: boolean;
  /** Answers before the application does, where it returns true. */
  readonly first?: (shield: AnyShield, ...parameters: Parameters<Listener>) => boolean;
}

/** Everything that one test started; `stop` ends it. */
export class RunningApps {
  readonly #server: IssuedChain;
  readonly #closers: (() => unknown)[] = [];

  constructor(server: IssuedChain) {
    this.#server = server;
  }

  async start(
    framework: Framework,
    shieldOptions: ShieldOptions,
    { onRefusal = "respond", http2 = false, first = () => false }: StartOptions = {},
  ): Promise<RunningApp> {
    const events: RevocationEvent[] = [];
    const counts = new Map<string, number>();
    const { shield, listener } = framework.build({
      onRefusal,
      shield: {
        onWarning: () => undefined,
        onRevocationEvent: (event) => events.push(event),
        metrics: {
          count(_name, { type = "" }) {
            counts.set(type, (counts.get(type) ?? 0) + 1);
          },
        },
        ...shieldOptions,
      },
    });
    this.#closers.push(() => {
      shield.close();
    });
    const answer: RequestListener = (request, response) => {
      if (!first(shield, request, response)) listener(request, response);
    };
    const { leaf, chainPem, root } = this.#server;
    const tls = { key: leaf.privateKeyPem, cert: chainPem, ca: root.pem };
    const server = http2
      ? createSecureServer(
          { ...tls, requestCert: true, rejectUnauthorized: false },
          answer as unknown as Parameters<typeof createSecureServer>[1],
        )
      : createMtlsServer(tls, answer);
    const { port } = await this.#run(startServer(server));
    return { port, shield, events, counts };
  }

  /** A plain HTTP server, for lists and OCSP answers; its address. */
  async serve(answer: RequestListener): Promise<string> {
    const { port } = await this.#run(startServer(createHttpServer(answer)));
    return `http://127.0.0.1:${port}`;
  }

  async connect(port: number, client: IssuedChain): Promise<KeptConnection> {
    const connection = await KeptConnection.open(port, client);
    this.#closers.push(() => {
      connection.close();
    });
    return connection;
  }

  folder(): WorkFolder {
    const folder = new WorkFolder();
    this.#closers.push(() => {
      folder.delete();
    });
    return folder;
  }

  onStop(close: () => unknown): void {
    this.#closers.push(close);
  }

  async stop(): Promise<void> {
    for (const close of this.#closers.splice(0).reverse()) await close();
  }

  async #run(starting: Promise<RunningServer>): Promise<RunningServer> {
    const running = await starting;
    this.#closers.push(() => running.close());
    return running;
  }
}
