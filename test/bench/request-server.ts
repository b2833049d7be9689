// The server side of the request benchmark: one process, one listener for each variant of the same application.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { TLSSocket } from "node:tls";
import express from "express";
import Koa from "koa";
import * as expressShield from "@mtls-shield/express";
import * as koaShield from "@mtls-shield/koa";
import { createMtlsServer, spiffe, type Rule } from "@mtls-shield/node";
import { startServer } from "@mtls-shield/testkit";

type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

/** `empty`: a middleware that does nothing; `peer`: one that reads the certificate each time, as existing ones do. */
export type Variant = "empty" | "shield" | "peer";

export interface ServerPlan {
  readonly framework: "express" | "koa";
  /** One listener each. */
  readonly variants: readonly Variant[];
  readonly key: string;
  readonly cert: string;
  readonly trust: string;
}

export type ServerMessage =
  | { readonly kind: "ports"; readonly ports: readonly number[] }
  | { readonly kind: "cpu"; readonly microseconds: number };

const rules: readonly Rule[] = [
  { match: "GET /health", allow: "anyone" },
  { match: "* /admin/**", allow: spiffe("spiffe://corp.example/admin/*") },
  { match: "GET /orders/**", allow: spiffe("spiffe://corp.example/orders/*") },
  { match: "* /**", allow: "any-client" },
];
const answer = "ok";

function expressApp(middleware: express.RequestHandler): Listener {
  const app = express();
  app.use(middleware);
  app.get("/orders/:id", (_req, res) => {
    res.end(answer);
  });
  return app;
}

function expressVariants(trust: string): Record<Variant, Listener> {
  return {
    empty: expressApp((_req, _res, next) => {
      next();
    }),
    shield: expressApp(expressShield.mtls({ trust, rules })),
    peer: expressApp((req, res, next) => {
      const certificate = (req.socket as TLSSocket).getPeerCertificate(true);
      if (certificate.subject.CN === undefined) res.status(403).end();
      else next();
    }),
  };
}

function koaApp(middleware: Koa.Middleware): Listener {
  const app = new Koa();
  app.use(middleware);
  app.use((ctx) => {
    ctx.body = answer;
  });
  return app.callback();
}

function koaVariants(trust: string): Record<Variant, Listener> {
  const empty = koaApp((_ctx, next) => next());
  return { empty, shield: koaApp(koaShield.mtls({ trust, rules })), peer: empty };
}

async function serve(plan: ServerPlan): Promise<readonly number[]> {
  const { framework, key, cert, trust } = plan;
  const applications = framework === "express" ? expressVariants(trust) : koaVariants(trust);
  const ports: number[] = [];
  for (const variant of plan.variants) {
    const server = createMtlsServer({ key, cert, ca: trust }, applications[variant]);
    server.keepAliveTimeout = 600_000;
    ports.push((await startServer(server)).port);
  }
  return ports;
}

process.on("message", (message: ServerPlan | "cpu") => {
  const reply = (answerMessage: ServerMessage): void => {
    process.send?.(answerMessage);
  };
  if (message === "cpu") {
    const { user, system } = process.cpuUsage();
    reply({ kind: "cpu", microseconds: user + system });
    return;
  }
  void serve(message).then((ports) => {
    reply({ kind: "ports", ports });
  });
});
process.once("disconnect", () => process.exit());
