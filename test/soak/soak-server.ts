// The servers of the soak, in a process of their own: an Express API over HTTP/1 and a Koa API over HTTP/1 and HTTP/2.
import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { readFileSync } from "node:fs";
import type { Server } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import express from "express";
import Koa from "koa";
import {
  createMtlsServer,
  dnsName,
  mtls,
  type MtlsServerOptions,
  type ReloadEvent,
  type RevocationEvent,
  type Rule,
} from "@mtls-shield/express";
import * as koaShield from "@mtls-shield/koa";
import { startServer } from "@mtls-shield/testkit";
import { WebSocketServer } from "ws";
import type { SoakPaths } from "./soak-files.ts";
import type { ServerState } from "./soak-report.ts";

export type SoakMessage =
  | { readonly kind: "ready"; readonly express: number; readonly koa: number }
  | { readonly kind: "state"; readonly state: ServerState };

const unhandled: string[] = [];
process.on("unhandledRejection", (reason) => unhandled.push(`rejection: ${String(reason)}`));
process.on("uncaughtException", (error) => unhandled.push(`exception: ${error.stack ?? ""}`));

let reloads = 0;
let failedReloads = 0;
let lists = 0;

const onReload = ({ outcome }: ReloadEvent): void => {
  if (outcome === "reloaded") reloads++;
  else failedReloads++;
};
const onRevocationEvent = ({ type }: RevocationEvent): void => {
  if (type === "revocation-list-loaded") lists++;
};

interface WrittenRule {
  readonly match: string;
  readonly allow?: "anyone" | "any-client";
  readonly dnsName?: string;
}

function parseRules(text: string): readonly Rule[] {
  return (JSON.parse(text) as WrittenRule[]).map(({ match, allow, dnsName: name }) => ({
    match,
    allow: name === undefined ? allow! : dnsName(name),
  }));
}

function shieldOptions({ trust, crl, rules }: SoakPaths) {
  return {
    trust,
    revocation: { crl },
    rules: parseRules(readFileSync(rules, "utf8")),
    watch: {
      paths: [rules],
      read: async () => ({ rules: parseRules(await readFile(rules, "utf8")) }),
    },
    onReload,
    onRevocationEvent,
    onWarning: () => undefined,
  };
}

async function serve(paths: SoakPaths): Promise<{ express: number; koa: number }> {
  const { key, cert } = paths;
  const shared: MtlsServerOptions = { key, cert, handshakes: false };

  const app = express();
  app.use((request, response) => {
    request.resume();
    request.on("end", () => response.json({ client: request.mtls?.client?.commonName }));
  });
  const shield = mtls(shieldOptions(paths));
  const expressServer = createMtlsServer({ ...shared, shield }, app);
  new WebSocketServer({ server: expressServer }).on("connection", (socket) => {
    socket.on("message", (message) => {
      socket.send(message);
    });
  });

  const koa = new Koa();
  koa.silent = true;
  const koaHandler = koaShield.mtls(shieldOptions(paths));
  koa.use(koaHandler);
  koa.use((ctx) => {
    ctx.body = { client: ctx.state.mtls?.client?.commonName };
  });
  const koaServer = createMtlsServer({ ...shared, shield: koaHandler, http2: true }, koa);

  await Promise.all([shield.whenReady(), koaHandler.whenReady()]);
  return { express: await listen(expressServer), koa: await listen(koaServer) };
}

async function listen(server: Server): Promise<number> {
  return (await startServer(server)).port;
}

/** Once everything that clients left behind is gone. */
async function measure(): Promise<ServerState> {
  await wait(1_500);
  const collect = globalThis.gc as () => void;
  collect();
  await wait(50);
  collect();
  const { heapUsed, external, rss } = process.memoryUsage();
  return {
    heapBytes: heapUsed + external,
    residentBytes: rss,
    descriptors: countDescriptors(),
    reloads,
    failedReloads,
    lists,
    unhandled,
  };
}

function countDescriptors(): number | undefined {
  return process.platform === "linux" ? readdirSync("/proc/self/fd").length : undefined;
}

process.on("message", (message: SoakPaths | "state") => {
  const answer =
    message === "state"
      ? measure().then((state): SoakMessage => ({ kind: "state", state }))
      : serve(message).then((ports): SoakMessage => ({ kind: "ready", ...ports }));
  void answer.then((reply) => process.send?.(reply));
});
process.once("disconnect", () => process.exit());
