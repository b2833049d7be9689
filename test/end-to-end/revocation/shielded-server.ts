import type { IncomingMessage, ServerResponse } from "node:http";
import {
  createMtlsServer,
  mtls,
  type DecisionEvent,
  type Fetcher,
  type MtlsHandler,
  type RevocationEvent,
  type ShieldOptions,
} from "@mtls-shield/node";
import {
  authority,
  callApi,
  startServer,
  type ApiAnswer,
  type ApiCall,
} from "@mtls-shield/testkit";
import { createNodeFetcher } from "../../../packages/core/src/network/node-fetcher.ts";

const serverCa = authority();
const { leaf, chainPem } = serverCa.server();

/** An API with a shield in front, and everything that its listeners heard. */
export interface ShieldedServer {
  readonly port: number;
  readonly shield: MtlsHandler;
  readonly call: (call: Omit<ApiCall, "port">) => Promise<ApiAnswer>;
  /** The decision about the last request. */
  readonly lastDecision: () => DecisionEvent["decision"];
  readonly events: readonly RevocationEvent[];
  readonly eventsOf: (type: RevocationEvent["type"]) => readonly RevocationEvent[];
  /** How often the counter of revocation events rose, by type. */
  readonly counts: Readonly<Partial<Record<string, number>>>;
  /** Every address that was asked, whoever it was that could have answered. */
  readonly asked: readonly string[];
  /** Exchanges that are under way. */
  readonly inFlight: () => number;
  readonly close: () => Promise<void>;
}

/** Starts one on the loopback address, over real TLS and with a real fetcher under the spy. */
export async function shieldedServer(
  options: ShieldOptions,
  fetcher: Fetcher = createNodeFetcher(),
): Promise<ShieldedServer> {
  const decisions: DecisionEvent[] = [];
  const events: RevocationEvent[] = [];
  const counts: Partial<Record<string, number>> = {};
  const asked: string[] = [];
  let inFlight = 0;
  const shield = mtls({
    onDecision: (event) => decisions.push(event),
    onRevocationEvent: (event) => events.push(event),
    metrics: {
      count(name, { type = "" }) {
        const key = `${name} ${type}`;
        counts[key] = (counts[key] ?? 0) + 1;
      },
    },
    ...options,
    fetcher: async (request) => {
      asked.push(request.url.href);
      inFlight++;
      request.signal.addEventListener("abort", () => inFlight--, { once: true });
      return fetcher(request);
    },
  });
  // As middleware: a server that looks after its connections would set timers of its own.
  const application = (request: IncomingMessage, response: ServerResponse): void => {
    shield(request, response, () => response.end("let in"));
  };
  const running = await startServer(
    createMtlsServer(
      { key: leaf.privateKeyPem, cert: chainPem, ca: serverCa.root.pem },
      application,
    ),
  );
  return {
    port: running.port,
    shield,
    call: (call) => callApi({ port: running.port, ...call }),
    lastDecision() {
      const last = decisions.at(-1);
      if (last === undefined) throw new Error("No request has been decided about yet.");
      return last.decision;
    },
    events,
    eventsOf: (type) => events.filter((event) => event.type === type),
    counts,
    asked,
    // Whatever came of an exchange, its end is that it is aborted.
    inFlight: () => inFlight,
    async close() {
      shield.close();
      await running.close();
    },
  };
}
