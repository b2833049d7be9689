import { once } from "node:events";
import type { Server } from "node:https";
import type { AddressInfo } from "node:net";

import { createExpressApi } from "../express-basic/express-api.ts";
import { createKoaApi } from "../koa-basic/koa-api.ts";
import type { DemoPki } from "./pki.ts";

export interface RunningApi {
  readonly name: string;
  readonly port: number;
  close(): void;
}

/** Starts the two examples, exactly as they are. */
export async function startApis({ api }: DemoPki): Promise<RunningApi[]> {
  return Promise.all([
    startApi("Express", createExpressApi(api)),
    startApi("Koa", createKoaApi(api)),
  ]);
}

/** Starts a server on a free port of this machine. */
export async function startApi(name: string, server: Server): Promise<RunningApi> {
  // A connection has to outlive the certificate that it was opened with.
  server.keepAliveTimeout = 60_000;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    name,
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
