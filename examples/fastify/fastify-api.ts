import type { Server } from "node:https";

import { clientOf, createMtlsServer } from "@mtls-shield/node";
import Fastify from "fastify";

import type { ExampleOptions } from "../start-example.ts";

/** The shield stands in front of Fastify itself: no plugin, hook or order of registration gets around it. */
export async function createFastifyApi({ cert, key, trust }: ExampleOptions): Promise<Server> {
  let server: Server | undefined;
  const app = Fastify({
    serverFactory: (handler) => (server = createMtlsServer({ cert, key, trust }, handler)),
  });

  app.get("/whoami", (request) => ({ client: clientOf(request.raw).uris[0] }));

  await app.ready();
  return server as Server;
}
