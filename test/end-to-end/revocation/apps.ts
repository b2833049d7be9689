import type { IncomingMessage, ServerResponse } from "node:http";
import { Router } from "@koa/router";
import express from "express";
import Koa from "koa";
import * as expressShield from "@mtls-shield/express";
import * as koaShield from "@mtls-shield/koa";
import * as nodeShield from "@mtls-shield/node";

export type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

/** `"own"`: a function of the application answers, with 451. */
export type Answering = "respond" | "next" | "own";

export interface AppPlan {
  readonly shield: nodeShield.ShieldOptions;
  /** Default: `"respond"`. */
  readonly onRefusal?: Answering;
}

/** What the shields of all frameworks have in common. */
export type AnyShield = Pick<
  nodeShield.MtlsHandler,
  "check" | "isReady" | "whenReady" | "resetListMarks" | "close"
>;

/** An application: `/` and `/guarded`, which has a guard of its own, answer with the client that they see. */
export interface App {
  readonly shield: AnyShield;
  readonly listener: Listener;
}

export interface Framework {
  readonly name: string;
  readonly build: (plan: AppPlan) => App;
}

export const frameworks: readonly Framework[] = [
  { name: "Express 5", build: buildExpress },
  { name: "Koa 3", build: buildKoa },
  { name: "node:http", build: buildNode },
];

const ownStatus = 451;

/** For Express too, which takes the middleware of Node as it is. */
function nodeAnswer(onRefusal: Answering): nodeShield.OnRefusal<nodeShield.NodeAnswer> {
  if (onRefusal !== "own") return onRefusal;
  return (_error, _request, response) => {
    response.statusCode = ownStatus;
    response.end();
  };
}

function buildExpress({ shield: options, onRefusal = "respond" }: AppPlan): App {
  const shield = expressShield.mtls({ ...options, onRefusal: nodeAnswer(onRefusal) });
  const app = express();
  // Express prints errors that nobody handles unless it is tested.
  app.set("env", "test");
  const answer: express.RequestHandler = (request, response) => {
    response.json({ client: request.mtls?.client?.commonName });
  };
  app.use(shield);
  app.get("/guarded", expressShield.requireClient("any-client"), answer);
  app.get("/", answer);
  return { shield, listener: app };
}

function buildKoa({ shield: options, onRefusal = "respond" }: AppPlan): App {
  const shield = koaShield.mtls({
    ...options,
    onRefusal:
      onRefusal === "own"
        ? (_error, ctx) => {
            ctx.status = ownStatus;
          }
        : onRefusal,
  });
  const app = new Koa();
  app.silent = true;
  const router = new Router();
  const answer = (ctx: Koa.Context): void => {
    const { mtls } = ctx.state as { mtls?: koaShield.MtlsContext };
    ctx.body = { client: mtls?.client?.commonName };
  };
  router.get("/guarded", koaShield.requireClient("any-client"), answer);
  router.get("/", answer);
  app.use(shield).use(router.routes());
  return { shield, listener: app.callback() };
}

function buildNode({ shield: options, onRefusal = "respond" }: AppPlan): App {
  const shield = nodeShield.mtls({ ...options, onRefusal: nodeAnswer(onRefusal) });
  const guard = nodeShield.requireClient("any-client");
  const listener: Listener = (request, response) => {
    const answer = (error?: unknown): void => {
      response.statusCode = error instanceof nodeShield.MtlsError ? error.status : 200;
      const { mtls } = request as { mtls?: nodeShield.MtlsContext };
      response.end(JSON.stringify({ client: mtls?.client?.commonName }));
    };
    shield(request, response, (error) => {
      if (error === undefined && request.url === "/guarded") guard(request, response, answer);
      else answer(error);
    });
  };
  return { shield, listener };
}
