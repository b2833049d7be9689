import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join, posix } from "node:path";
import { Router, type RouterOptions } from "@koa/router";
import express from "express";
import express4 from "express4";
import findMyWay from "find-my-way";
import Koa from "koa";
import mount from "koa-mount";
import serveKoa from "koa-static";
import Koa2 from "koa2";
import serveStatic from "serve-static";
import { fakeMtls as koaShield } from "@mtls-shield/koa/testing";
import type { Rule } from "@mtls-shield/node";
import { fakeMtls as nodeShield } from "@mtls-shield/node/testing";
import type { ClientIdentity } from "@mtls-shield/core";

import type { Listener } from "./wire.ts";

/** Everything that is protected, by name, with the plain target that reaches it. */
export const resources = {
  admin: "/admin",
  user: "/admin/users/7",
  report: "/Reports/2024",
  cafe: "/caf%C3%A9",
  nested: "/api/admin",
  mounted: "/mounted/vault",
  tenant: "/tenants/t/keys",
  subtree: "/vip/lounge",
  room: "/rooms/7/keys",
  file: "/secret/file.txt",
  mountedFile: "/files/secret/file.txt",
} as const;

export type ResourceName = keyof typeof resources;

export const openTarget = "/public/page";

/** How an application is to be built: behind a shield, or without one. */
export interface AppPlan {
  readonly shield: { readonly client: ClientIdentity; readonly rules: readonly Rule[] } | undefined;
  /** Told when a handler runs or a file is served. */
  readonly ran: (resource: ResourceName | "open", request: IncomingMessage) => void;
}

export interface App {
  readonly name: string;
  readonly resources: readonly ResourceName[];
  build(plan: AppPlan): Listener;
}

const everything = Object.keys(resources) as readonly ResourceName[];
const withoutFiles = everything.filter((name) => name !== "file" && name !== "mountedFile");

let folder = "";

/** Makes the folder that static servers serve, with one protected file. */
export function createFolder(): void {
  folder = mkdtempSync(join(tmpdir(), "path-spellings-"));
  mkdirSync(join(folder, "secret"));
  writeFileSync(join(folder, "secret", "file.txt"), "secret");
}

export function removeFolder(): void {
  rmSync(folder, { recursive: true });
}

const ignoreWarnings = (): void => undefined;

interface ExpressSettings {
  readonly sensitive?: boolean;
  readonly strict?: boolean;
}

function expressApp(create: typeof express, settings: ExpressSettings = {}): App["build"] {
  const { sensitive = false, strict = false } = settings;
  return ({ shield, ran }) => {
    const app = create();
    app.set("env", "test");
    app.set("case sensitive routing", sensitive);
    app.set("strict routing", strict);
    if (shield !== undefined) {
      app.use(nodeShield(shield.client, { rules: shield.rules, onWarning: ignoreWarnings }));
    }
    const run =
      (resource: ResourceName | "open"): express.RequestHandler =>
      (req, res) => {
        ran(resource, req);
        res.end();
      };
    const files = (resource: ResourceName): express.RequestHandler =>
      create.static(folder, {
        redirect: false,
        setHeaders: (res) => {
          ran(resource, res.req as IncomingMessage);
        },
      });
    app.get("/admin", run("admin"));
    app.get("/admin/users/:id", run("user"));
    app.get("/Reports/:year", run("report"));
    app.get("/caf%C3%A9", run("cafe"));
    app.get(openTarget, run("open"));
    const api = create.Router({ caseSensitive: sensitive, strict });
    api.get("/admin", run("nested"));
    app.use("/api", api);
    app.use("/mounted", (req, res, next) => {
      if (isVault(req.url)) run("mounted")(req, res, next);
      else next();
    });
    app.get("/tenants/:tenant/keys", run("tenant"));
    app.use("/vip", run("subtree"));
    const room = create.Router({ caseSensitive: sensitive, strict });
    room.get("/keys", run("room"));
    app.use("/rooms/:room", room);
    app.use("/files", files("mountedFile"));
    app.use(files("file"));
    return app;
  };
}

/** What a handler below a mount path does that has no router of its own. */
function isVault(url: string): boolean {
  return (
    URL.canParse(url, "http://localhost") &&
    new URL(url, "http://localhost").pathname.replace(/\/$/, "") === "/vault"
  );
}

function koaApp(Application: typeof Koa, settings: RouterOptions = {}): App["build"] {
  return ({ shield, ran }) => {
    const app = new Application();
    app.silent = true;
    if (shield !== undefined) {
      app.use(koaShield(shield.client, { rules: shield.rules, onWarning: ignoreWarnings }));
    }
    const run =
      (resource: ResourceName | "open"): Koa.Middleware =>
      (ctx) => {
        ran(resource, ctx.req);
        ctx.body = "";
      };
    const files = (resource: ResourceName): Koa.Middleware =>
      serveKoa(folder, {
        setHeaders: (res) => {
          ran(resource, res.req);
        },
      });
    const router = new Router(settings);
    router.get("/admin", run("admin"));
    router.get("/admin/users/:id", run("user"));
    router.get("/Reports/:year", run("report"));
    router.get("/caf%C3%A9", run("cafe"));
    router.get(openTarget, run("open"));
    router.get("/tenants/:tenant/keys", run("tenant"));
    app.use(router.routes());
    const api = new Router(settings);
    api.get("/admin", run("nested"));
    app.use(mount("/api", api.routes()));
    const vault: Koa.Middleware = async (ctx, next) => {
      if (isVault(ctx.url)) ran("mounted", ctx.req);
      else await next();
    };
    app.use(mount("/mounted", vault));
    app.use(mount("/vip", run("subtree")));
    const room = new Router(settings);
    room.get("/keys", run("room"));
    const rooms = new Router(settings);
    rooms.use("/rooms/:room", room.routes());
    app.use(rooms.routes());
    app.use(mount("/files", files("mountedFile")));
    app.use(files("file"));
    return app.callback();
  };
}

function findMyWayApp(options: findMyWay.Config<findMyWay.HTTPVersion.V1>): App["build"] {
  return ({ shield, ran }) => {
    const router = findMyWay({
      ...options,
      defaultRoute: (_request, response) => {
        response.statusCode = 404;
        response.end();
      },
    });
    const route = (path: string, resource: ResourceName | "open"): void => {
      router.on(["GET", "HEAD"], path, (request, response, params) => {
        // A parameter may be empty here, as in /admin/users/: that is the collection, which a rule for its items leaves open.
        if (params["id"] !== "") ran(resource, request);
        response.end();
      });
    };
    route("/admin", "admin");
    route("/admin/users/:id", "user");
    route("/Reports/:year", "report");
    route("/café", "cafe");
    route("/api/admin", "nested");
    route("/mounted/vault", "mounted");
    route("/tenants/:tenant/keys", "tenant");
    route("/vip/*", "subtree");
    route("/rooms/:room/keys", "room");
    route(openTarget, "open");
    return behindShield(shield, (request, response) => {
      router.lookup(request, response);
    });
  };
}

/** A handler without a router, which reads its target in its own way. */
function plainApp(readPath: (url: string) => string): App["build"] {
  const routes: readonly (readonly [RegExp, ResourceName | "open"])[] = [
    [/^\/admin$/, "admin"],
    [/^\/admin\/users\/[^/]+$/, "user"],
    [/^\/Reports\/[^/]+$/, "report"],
    [/^\/café$/, "cafe"],
    [/^\/api\/admin$/, "nested"],
    [/^\/mounted\/vault$/, "mounted"],
    [/^\/tenants\/[^/]+\/keys$/, "tenant"],
    [/^\/vip(\/|$)/, "subtree"],
    [/^\/rooms\/[^/]+\/keys$/, "room"],
    [/^\/secret\/file\.txt$/, "file"],
    [/^\/public\/page$/, "open"],
  ];
  return ({ shield, ran }) =>
    behindShield(shield, (request, response) => {
      try {
        const path = readPath(request.url ?? "").replace(/(?<=.)\/$/, "");
        const route = routes.find(([pattern]) => pattern.test(path));
        if (route === undefined) response.statusCode = 404;
        else ran(route[1], request);
      } catch {
        response.statusCode = 400;
      }
      response.end();
    });
}

/** serve-static without a framework around it. */
const staticApp: App["build"] = ({ shield, ran }) => {
  const serve = serveStatic(folder, {
    redirect: false,
    setHeaders: (response) => {
      ran("file", response.req);
    },
  });
  return behindShield(shield, (request, response) => {
    serve(request, response, () => {
      if (request.url === openTarget) ran("open", request);
      else response.statusCode = 404;
      response.end();
    });
  });
};

function behindShield(
  shield: AppPlan["shield"],
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Listener {
  if (shield === undefined) return handle;
  const guard = nodeShield(shield.client, { rules: shield.rules, onWarning: ignoreWarnings });
  return (request, response) => {
    guard(request, response, () => {
      handle(request, response);
    });
  };
}

function withoutQuery(url: string): string {
  return url.replace(/\?.*$/s, "");
}

const lenient = {
  caseSensitive: false,
  ignoreTrailingSlash: true,
  ignoreDuplicateSlashes: true,
  useSemicolonDelimiter: true,
};
const plainResources = everything.filter((name) => name !== "mountedFile");
const sensitive = { sensitive: true, strict: true };

/** Routers and static servers as people use them. */
export const apps: readonly App[] = [
  { name: "Express 5", resources: everything, build: expressApp(express) },
  { name: "Express 5, strict", resources: everything, build: expressApp(express, sensitive) },
  { name: "Express 4", resources: everything, build: expressApp(express4) },
  { name: "Express 4, strict", resources: everything, build: expressApp(express4, sensitive) },
  { name: "Koa 3", resources: everything, build: koaApp(Koa) },
  { name: "Koa 3, strict", resources: everything, build: koaApp(Koa, sensitive) },
  { name: "Koa 2", resources: everything, build: koaApp(Koa2) },
  { name: "find-my-way", resources: withoutFiles, build: findMyWayApp({}) },
  { name: "find-my-way, lenient", resources: withoutFiles, build: findMyWayApp(lenient) },
  { name: "serve-static", resources: ["file"], build: staticApp },
  {
    name: "new URL().pathname",
    resources: plainResources,
    build: plainApp((url) => decodeURIComponent(new URL(url, "http://localhost").pathname)),
  },
  {
    name: "new URL() of the decoded target",
    resources: plainResources,
    build: plainApp((url) =>
      decodeURI(new URL(decodeURIComponent(url), "http://localhost").pathname),
    ),
  },
  {
    name: "decodeURIComponent, then split",
    resources: plainResources,
    build: plainApp((url) => withoutQuery(decodeURIComponent(url))),
  },
  {
    name: "split, then posix.normalize",
    resources: plainResources,
    build: plainApp((url) => posix.normalize(decodeURIComponent(withoutQuery(url)))),
  },
  {
    name: "normalised to compatibility forms, without parameters",
    resources: plainResources,
    build: plainApp((url) =>
      decodeURIComponent(withoutQuery(url))
        .replace(/;[^/]*/g, "")
        .normalize("NFKC"),
    ),
  },
];
