import type { Server } from "node:https";

import { clientOf, createMtlsServer, spiffe } from "@mtls-shield/node";

import type { ExampleOptions } from "../start-example.ts";

/** No framework: whatever reaches the listener has been admitted. */
export function createPlainNodeApi({ cert, key, trust }: ExampleOptions): Server {
  const rules = [
    { match: "GET /health", allow: "anyone" },
    { match: "* /**", allow: spiffe("spiffe://corp.example/*") },
  ] as const;
  return createMtlsServer({ cert, key, trust, rules }, (request, response) => {
    response.setHeader("Content-Type", "application/json");
    if (request.url === "/health") response.end('{"status":"ok"}');
    else response.end(JSON.stringify({ client: clientOf(request).uris[0] }));
  });
}
