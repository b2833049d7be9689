import { posix } from "node:path";
import { Router } from "@koa/router";
import { expect } from "chai";
import express from "express";
import express4 from "express4";
import findMyWay from "find-my-way";
import Koa from "koa";
import mount from "koa-mount";
import Koa2 from "koa2";
import { fingerprint, type Rule } from "@mtls-shield/node";
import { fakeMtls as nodeShield } from "@mtls-shield/node/testing";
import { fakeMtls as koaShield } from "@mtls-shield/koa/testing";

import { owner, stranger } from "./policies.ts";
import { exchange, type Listener } from "./wire.ts";

/** A spelling that once got past the shield: each of these reaches its handler when there is none. */
interface Spelling {
  /** The path that the rule of the owner is for; anyone may have everything else. */
  readonly path: string;
  readonly target: string;
  readonly build: (plan: Plan) => Listener;
}

interface Plan {
  readonly rules: readonly Rule[] | undefined;
  readonly ran: () => void;
}

const forOwner = fingerprint(owner.fingerprint);

/** A handler of node:http that protects what it reads as one path. */
function plain(path: string, read: (url: string) => string): Spelling["build"] {
  return ({ rules, ran }) => {
    const handle: Listener = (request, response) => {
      if (read(request.url ?? "") === path) ran();
      response.end();
    };
    const shield = rules && nodeShield(stranger, { rules });
    return (request, response) => {
      if (shield === undefined) handle(request, response);
      else
        shield(request, response, () => {
          handle(request, response);
        });
    };
  };
}

/** An application of Express with something mounted in it. */
function mounted(
  create: typeof express,
  prefix: string,
  handler: (ran: () => void) => express.RequestHandler,
): Spelling["build"] {
  return ({ rules, ran }) => {
    const app = create();
    app.set("env", "test");
    if (rules !== undefined) app.use(nodeShield(stranger, { rules }));
    app.use(prefix, handler(ran));
    return app;
  };
}

function routerFor(
  create: typeof express,
  path: string,
): (ran: () => void) => express.RequestHandler {
  return (ran) => {
    const router = create.Router();
    router.get(path, (_req, res) => {
      ran();
      res.end();
    });
    return router;
  };
}

function readerFor(
  path: string,
  read: (url: string) => string,
): (ran: () => void) => express.RequestHandler {
  return (ran) => (req, res) => {
    if (read(req.url) === path) ran();
    res.end();
  };
}

function koa(Application: typeof Koa, prefix: string, path: string): Spelling["build"] {
  return ({ rules, ran }) => {
    const app = new Application();
    app.silent = true;
    if (rules !== undefined) app.use(koaShield(stranger, { rules }));
    const router = new Router();
    router.get(path, (ctx) => {
      ran();
      ctx.body = "";
    });
    app.use(mount(prefix, router.routes()));
    return app.callback();
  };
}

const emptyParameter: Spelling["build"] = ({ rules, ran }) => {
  const router = findMyWay({
    defaultRoute: (_request, response) => {
      response.end();
    },
  });
  router.on("GET", "/tenants/:tenant/keys", (_request, response) => {
    ran();
    response.end();
  });
  const shield = rules && nodeShield(stranger, { rules });
  return (request, response) => {
    if (shield === undefined) router.lookup(request, response);
    else
      shield(request, response, () => {
        router.lookup(request, response);
      });
  };
};

const pathname = (url: string): string => new URL(url, "http://localhost").pathname;
const normalized = (url: string): string => posix.normalize(decodeURIComponent(url));

const spellings: Readonly<Record<string, Spelling>> = {
  "three slashes before an authority, which URL parsers of browsers skip (WHATWG URL 4.4)": {
    path: "/admin",
    target: "///evil.example/admin",
    build: plain("/admin", pathname),
  },
  "an authority behind the prefix of a mounted handler, in Express 5": {
    path: "/api/admin",
    target: "/api//evil.example/admin",
    build: mounted(express, "/api", readerFor("/admin", pathname)),
  },
  "an authority behind the prefix of a mounted handler, in Express 4": {
    path: "/api/admin",
    target: "/api///evil.example/admin",
    build: mounted(express4, "/api", readerFor("/admin", pathname)),
  },
  "a user before a host, where a fragment makes Express 5 take the slow parser": {
    path: "/api/admin",
    target: "/api//user@evil.example/admin?#",
    build: mounted(express, "/api", routerFor(express, "/admin")),
  },
  "a user before a host, where a fragment makes Express 4 take the slow parser": {
    path: "/api/admin",
    target: "/api///user@evil.example/admin?#",
    build: mounted(express4, "/api", routerFor(express4, "/admin")),
  },
  "a user before a host, where a fragment makes Koa 3 take the slow parser": {
    path: "/api/admin",
    target: "/api//user@evil.example/admin?#",
    build: koa(Koa, "/api", "/admin"),
  },
  "a user before a host, where a fragment makes Koa 2 take the slow parser": {
    path: "/api/admin",
    target: "/api//user@evil.example/admin?#",
    build: koa(Koa2, "/api", "/admin"),
  },
  "a user before a host, so that Express takes its prefix off the authority": {
    path: "/teams/admin/admin",
    target: "//ab@c/teams/admin?#",
    build: mounted(express, "/teams/admin", routerFor(express, "/admin")),
  },
  "an apostrophe in an absolute target, which makes Express 5 take too long a prefix off": {
    path: "/*/admin",
    target: "http://localhost/'/z/admin",
    build: mounted(express, "/:tenant", routerFor(express, "/admin")),
  },
  "an apostrophe in an absolute target, which makes Express 4 take too long a prefix off": {
    path: "/*/admin",
    target: "http://localhost/'/z/admin",
    build: mounted(express4, "/:tenant", routerFor(express4, "/admin")),
  },
  "a brace before a fragment, which makes Express 5 take too long a prefix off": {
    path: "/*/admin",
    target: "/{/z/admin?#",
    build: mounted(express, "/:tenant", routerFor(express, "/admin")),
  },
  "two dots that cannot climb out of a mounted handler, in Express 5": {
    path: "/files/secret",
    target: "/files/../secret",
    build: mounted(express, "/files", readerFor("/secret", normalized)),
  },
  "encoded dots that cannot climb out of a mounted handler, in Express 4": {
    path: "/files/secret",
    target: "/files/x/%2e%2e/%2e%2e/secret",
    build: mounted(express4, "/files", readerFor("/secret", pathname)),
  },
  "an empty parameter, which find-my-way takes for one": {
    path: "/tenants/*/keys",
    target: "/tenants//keys",
    build: emptyParameter,
  },
  "a query that only shows when the target is decoded before it is divided": {
    path: "/admin",
    target: "/admin%3Fx=1",
    build: plain("/admin", (url) => pathname(decodeURIComponent(url))),
  },
  "a fragment that only shows when the target is decoded before it is divided": {
    path: "/admin",
    target: "/admin%23/x",
    build: plain("/admin", (url) => pathname(decodeURIComponent(url))),
  },
  "a space behind a dot segment, which a URL parser trims when the target is decoded first": {
    path: "/admin",
    target: "/admin/x/%2e%2e%20",
    build: plain("/admin/", (url) => pathname(decodeURIComponent(url))),
  },
  "a path behind the query of an absolute target, where find-my-way 8 looked for it": {
    path: "/admin",
    target: "http://localhost?/admin",
    build: plain("/admin", (url) => url.replace(/^https?:\/\/.*?\//, "/")),
  },
};

describe("spellings that once got past the shield", () => {
  const outcomeOf = async (
    { target, build }: Spelling,
    rules?: readonly Rule[],
  ): Promise<{ ran: boolean; status: number }> => {
    let ran = false;
    const note = (): void => {
      ran = true;
    };
    const { status } = await exchange(build({ rules, ran: note }), { method: "GET", target });
    return { ran, status };
  };

  for (const [name, spelling] of Object.entries(spellings)) {
    it(`are refused: ${name}: ${spelling.target}`, async () => {
      expect(await outcomeOf(spelling), "without a shield").to.deep.equal({
        ran: true,
        status: 200,
      });
      const match = `* ${spelling.path}`;
      const outcome = await outcomeOf(spelling, [
        { match, allow: forOwner },
        { match: "* /**", allow: "anyone" },
      ]);
      expect(outcome.ran).to.equal(false);
      expect(outcome.status).to.be.oneOf([400, 403]);
    });
  }

  it("are refused: a spelling whose first reading meets a rule that only reports", async () => {
    const spelling: Spelling = {
      path: "/admin",
      target: "/ADMIN",
      build: mounted(express, "/", routerFor(express, "/admin")),
    };
    const reported: Rule = { match: "* /**", allow: forOwner, mode: "report" };
    expect(await outcomeOf(spelling, [reported])).to.deep.equal({ ran: true, status: 200 });
    const rules: readonly Rule[] = [{ match: "* /admin/**", allow: forOwner }, reported];
    expect(await outcomeOf(spelling, rules)).to.deep.equal({ ran: false, status: 403 });
  });
});
