import type { IncomingMessage } from "node:http";
import type { Server } from "node:https";

import { getRequestListener } from "@hono/node-server";
import { clientOf, createMtlsServer } from "@mtls-shield/node";
import { Hono } from "hono";

import type { ExampleOptions } from "../start-example.ts";

/** Handlers reach Node's own request, and with it the client, by the bindings of @hono/node-server. */
export function createHonoApi({ cert, key, trust }: ExampleOptions): Server {
  const app = new Hono<{ Bindings: { incoming: IncomingMessage } }>();

  app.get("/whoami", (c) => c.json({ client: clientOf(c.env.incoming).uris[0] }));

  return createMtlsServer({ cert, key, trust }, getRequestListener(app.fetch));
}
