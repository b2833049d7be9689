import type { IncomingMessage, ServerResponse } from "node:http";
import { Router } from "@koa/router";
import express from "express";
import express4 from "express4";
import Koa from "koa";
import Koa2 from "koa2";
import * as expressShield from "@mtls-shield/express";
import * as koaShield from "@mtls-shield/koa";
import type { ClientMatcher, ShieldOptions } from "@mtls-shield/node";
import * as nodeShield from "@mtls-shield/node";

type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

/** What a test asks of an application, whatever it is written with. */
export interface AppPlan {
  /** The options of `mtls()`; `"unmounted"` leaves it out. */
  readonly shield?: (ShieldOptions & { onRefusal?: "respond" | "next" }) | "unmounted";
  /** Routes: each answers with the client that the handler saw. */
  readonly routes?: readonly string[];
  /** Routes with a guard in front. */
  readonly guarded?: Readonly<Record<string, ClientMatcher | "any-client">>;
  /** Told when a handler ran. */
  readonly onHandler?: (path: string) => void;
}

export interface Framework {
  readonly name: string;
  build(plan: AppPlan): Listener;
}

/** Every framework and version that is supported, behind one plan. */
export const frameworks: readonly Framework[] = [
  { name: "Express 5", build: (plan) => buildExpress(express, plan) },
  { name: "Express 4", build: (plan) => buildExpress(express4, plan) },
  { name: "Koa 3", build: (plan) => buildKoa(Koa, plan) },
  { name: "Koa 2", build: (plan) => buildKoa(Koa2, plan) },
  { name: "node:http", build: buildNode },
];

function buildExpress(create: typeof express, plan: AppPlan): Listener {
  const app = create();
  if (plan.shield !== "unmounted") app.use(expressShield.mtls(plan.shield));
  const answer: express.RequestHandler = (req, res) => {
    plan.onHandler?.(req.path);
    res.json({
      path: req.path,
      client: req.mtls?.client?.commonName,
      authenticated: req.mtls?.authenticated,
    });
  };
  for (const [path, allowed] of Object.entries(plan.guarded ?? {})) {
    app.get(path, expressShield.requireClient(allowed), answer);
  }
  for (const path of plan.routes ?? ["/"]) app.get(path, answer);
  return app;
}

function buildKoa(Application: typeof Koa, plan: AppPlan): Listener {
  const app = new Application();
  app.silent = true;
  if (plan.shield !== "unmounted") app.use(koaShield.mtls(plan.shield));
  const router = new Router();
  const answer = (ctx: Koa.Context): void => {
    plan.onHandler?.(ctx.path);
    const { mtls } = ctx.state as Koa.DefaultState & { mtls?: koaShield.MtlsContext };
    ctx.body = {
      path: ctx.path,
      client: mtls?.client?.commonName,
      authenticated: mtls?.authenticated,
    };
  };
  for (const [path, allowed] of Object.entries(plan.guarded ?? {})) {
    router.get(path, koaShield.requireClient(allowed), answer);
  }
  for (const path of plan.routes ?? ["/"]) router.get(path, answer);
  app.use(router.routes());
  return app.callback();
}

function buildNode(plan: AppPlan): Listener {
  const shield = plan.shield === "unmounted" ? undefined : nodeShield.mtls(plan.shield);
  const guards = new Map(
    Object.entries(plan.guarded ?? {}).map(([path, allowed]) => [
      path,
      nodeShield.requireClient(allowed),
    ]),
  );
  const routes = new Set([...(plan.routes ?? ["/"]), ...guards.keys()]);
  return (req, res) => {
    const path = req.url?.replace(/\?.*$/, "") ?? "";
    const fail = (error: unknown): void => {
      res.statusCode = error instanceof nodeShield.MtlsError ? error.status : 500;
      res.end(error instanceof Error ? error.message : "");
    };
    const answer = (): void => {
      const { mtls } = req as { mtls?: nodeShield.MtlsContext };
      if (!routes.has(path)) res.statusCode = 404;
      else plan.onHandler?.(path);
      res.setHeader("content-type", "application/json");
      res.end(
        JSON.stringify({
          path,
          client: mtls?.client?.commonName,
          authenticated: mtls?.authenticated,
        }),
      );
    };
    const afterShield = (error?: unknown): void => {
      if (error !== undefined) fail(error);
      else {
        const guard = guards.get(path);
        if (guard === undefined) answer();
        else
          guard(req, res, (refusal) => {
            if (refusal === undefined) answer();
            else fail(refusal);
          });
      }
    };
    if (shield === undefined) afterShield();
    else shield(req, res, afterShield);
  };
}
