// The server under load: an Express application behind a shield with a list in a file, in a process of its own.
import { monitorEventLoopDelay } from "node:perf_hooks";
import express from "express";
import { createMtlsServer, mtls } from "@mtls-shield/express";
import { startServer } from "@mtls-shield/testkit";

export interface ServerPlan {
  readonly key: string;
  readonly cert: string;
  readonly trust: string;
  /** Path of the list. */
  readonly crl: string;
}

export type ServerMessage =
  | { readonly kind: "ready"; readonly port: number }
  | { readonly kind: "list"; readonly number: string | undefined }
  | { readonly kind: "rejected" }
  | { readonly kind: "pause"; readonly longestMs: number; readonly residentBytes: number };

const resolutionMs = 1;
const delays = monitorEventLoopDelay({ resolution: resolutionMs });

function reply(message: ServerMessage): void {
  process.send?.(message);
}

async function serve({ key, cert, trust, crl }: ServerPlan): Promise<number> {
  const shield = mtls({
    trust,
    revocation: { crl },
    onRevocationEvent: (event) => {
      if (event.type === "revocation-list-loaded") reply({ kind: "list", number: event.number });
      if (event.type === "revocation-list-rejected") reply({ kind: "rejected" });
    },
  });
  const app = express();
  app.use(shield);
  app.get("/", (_request, response) => {
    response.send("ok");
  });
  const server = createMtlsServer({ key, cert, ca: trust }, app);
  server.keepAliveTimeout = 600_000;
  await shield.whenReady();
  const { port } = await startServer(server);
  return port;
}

process.on("message", (message: ServerPlan | "pause") => {
  if (message === "pause") {
    // What was measured includes the time between two measurements.
    const longestMs = Math.max(0, delays.max / 1e6 - resolutionMs);
    reply({ kind: "pause", longestMs, residentBytes: process.memoryUsage.rss() });
    delays.reset();
    return;
  }
  void serve(message).then((port) => {
    delays.enable();
    reply({ kind: "ready", port });
  });
});
process.once("disconnect", () => process.exit());
