// The server under attack, in a process of its own.
import express from "express";
import { createMtlsServer } from "@mtls-shield/express";
import { startServer } from "@mtls-shield/testkit";

export interface ServerPlan {
  readonly key: string;
  readonly cert: string;
  readonly trust: string;
  /** Whether handshakes are bounded: by their defaults, or not at all. */
  readonly isBounded: boolean;
}

export type ServerMessage =
  | { readonly kind: "ready"; readonly port: number }
  | { readonly kind: "state"; readonly residentBytes: number };

async function serve({ key, cert, trust, isBounded }: ServerPlan): Promise<ServerMessage> {
  const app = express();
  app.get("/", (_request, response) => {
    response.send("ok");
  });
  const bounds = isBounded ? {} : { handshakes: false as const };
  const server = createMtlsServer({ key, cert, trust, ...bounds }, app);
  server.keepAliveTimeout = 600_000;
  const { port } = await startServer(server);
  return { kind: "ready", port };
}

process.on("message", (message: ServerPlan | "state") => {
  const answer: Promise<ServerMessage> =
    message === "state"
      ? Promise.resolve({ kind: "state", residentBytes: process.memoryUsage.rss() })
      : serve(message);
  void answer.then((reply) => process.send?.(reply));
});
process.once("disconnect", () => process.exit());
