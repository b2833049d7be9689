import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { Agent, get } from "node:https";
import { createShield, spiffe, type Shield } from "@mtls-shield/core";
import { createMtlsServer } from "@mtls-shield/node";
import { RequestView } from "@mtls-shield/node/adapter";
import { authority, startServer } from "@mtls-shield/testkit";
import { figure, type Figure } from "./figures.ts";
import type { Effort } from "./main.ts";

/** The engine's own time for a request of a client that it knows: which rule, still true, allowed? */
export async function benchDecision({ quick }: Effort): Promise<readonly Figure[]> {
  const ca = authority();
  const { leaf, chainPem } = ca.server();
  const client = ca.client({ spiffeId: "spiffe://corp.example/orders/api" });
  const shield = createShield({
    trust: ca.root.pem,
    rules: [
      { match: "GET /health", allow: "anyone" },
      { match: "* /admin/**", allow: spiffe("spiffe://corp.example/admin/*") },
      { match: "GET,POST /orders/**", allow: spiffe("spiffe://corp.example/orders/*") },
      { match: "* /**", allow: "any-client" },
    ],
  });
  const rounds = quick ? 6 : 60;
  const perRound = quick ? 2_000 : 50_000;
  const samples: number[] = [];
  const server = createMtlsServer(
    { key: leaf.privateKeyPem, cert: chainPem, ca: ca.root.pem },
    (request, response) => {
      if (shield.decide(new RequestView(request)).decision.outcome !== "allow")
        throw new Error("the client was refused");
      for (let round = -5; round < rounds; round++) {
        const nanoseconds = timeDecisions(shield, request, perRound);
        // The first rounds warm the compiler up.
        if (round >= 0) samples.push(nanoseconds);
      }
      response.end();
    },
  );
  const running = await startServer(server);
  const agent = new Agent({
    cert: client.chainPem,
    key: client.leaf.privateKeyPem,
    rejectUnauthorized: false,
  });
  const [response] = (await once(
    get({ host: "127.0.0.1", port: running.port, path: "/orders/42?expand=lines", agent }),
    "response",
  )) as [IncomingMessage];
  response.resume();
  await once(response, "end");
  agent.destroy();
  await running.close();
  return [figure("request.decide.ns", samples, "ns", { atMost: 1_500 })];
}

function timeDecisions(shield: Shield, request: IncomingMessage, count: number): number {
  const start = process.hrtime.bigint();
  for (let index = 0; index < count; index++) shield.decide(new RequestView(request));
  return Number(process.hrtime.bigint() - start) / count;
}
