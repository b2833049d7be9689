import type { IncomingMessage } from "node:http";
import { Router } from "@koa/router";
import { expect } from "chai";
import express from "express";
import express4 from "express4";
import Koa from "koa";
import Koa2 from "koa2";
import { fingerprint, type Rule } from "@mtls-shield/node";
import { fakeMtls as nodeShield } from "@mtls-shield/node/testing";
import { fakeMtls as koaShield } from "@mtls-shield/koa/testing";
import type { ClientIdentity } from "@mtls-shield/core";

import { owner, stranger } from "./policies.ts";
import { numberOf, Wire, type Listener, type WireRequest } from "./wire.ts";

/** Which of several values a method-override library takes. */
type Pick = (values: readonly string[]) => string | undefined;

interface Plan {
  readonly client: ClientIdentity | undefined;
  readonly pick: Pick;
  readonly ran: (method: string, request: IncomingMessage) => void;
}

const rules: readonly Rule[] = [
  { match: "DELETE /orders/*", allow: fingerprint(owner.fingerprint) },
  { match: "GET /orders/*", allow: "anyone" },
  { match: "POST /orders/*", allow: "anyone" },
];

const headerNames = ["x-http-method-override", "x-http-method", "x-method-override"];

/** The method that a library behind the shield would go by. */
function overriddenMethod(request: IncomingMessage, pick: Pick): string {
  const values = headerNames.flatMap((name) => {
    const value = request.headers[name];
    return typeof value === "string" ? value.split(",") : [];
  });
  return pick(values)?.trim().toUpperCase() || (request.method ?? "");
}

function expressApp(create: typeof express): (plan: Plan) => Listener {
  return ({ client, pick, ran }) => {
    const app = create();
    if (client !== undefined) app.use(nodeShield(client, { rules }));
    app.use((req, _res, next) => {
      req.method = overriddenMethod(req, pick);
      next();
    });
    app.all("/orders/:id", (req, res) => {
      ran(req.method, req);
      res.end();
    });
    return app;
  };
}

function koaApp(Application: typeof Koa): (plan: Plan) => Listener {
  return ({ client, pick, ran }) => {
    const app = new Application();
    app.silent = true;
    if (client !== undefined) app.use(koaShield(client, { rules }));
    app.use((ctx, next) => {
      ctx.method = overriddenMethod(ctx.req, pick);
      return next();
    });
    const router = new Router();
    router.all("/orders/:id", (ctx) => {
      ran(ctx.method, ctx.req);
      ctx.body = "";
    });
    app.use(router.routes());
    return app.callback();
  };
}

const apps: Readonly<Record<string, (plan: Plan) => Listener>> = {
  "Express 5": expressApp(express),
  "Express 4": expressApp(express4),
  "Koa 3": koaApp(Koa),
  "Koa 2": koaApp(Koa2),
};

const picks: Readonly<Record<string, Pick>> = {
  "the first value": (values) => values[0],
  "the last value": (values) => values.at(-1),
  "any value that is a DELETE": (values) => values.find((value) => /^\s*delete\s*$/i.test(value)),
};

/** Every way to ask for a DELETE in a header. */
const disguises: readonly (readonly string[])[] = headerNames.flatMap((name) =>
  [
    name,
    name.toUpperCase(),
    name.replace(/(?<![a-z])[a-z]/g, (letter) => letter.toUpperCase()),
  ].flatMap((spelling) => [
    [`${spelling}: DELETE`],
    [`${spelling}: delete`],
    [`${spelling}:DELETE`],
    [`${spelling}:  Delete `],
    [`${spelling}: DELETE, GET`],
    [`${spelling}: GET, DELETE`],
    [`${spelling}: POST`, `${spelling}: DELETE`],
    [`${spelling}: DELETE`, `${name}: POST`],
    [`${name}: `, `${spelling}: DELETE`],
    ["X-Unrelated-Header-Of-22: x", `${spelling}: DELETE`],
  ]),
);

const requests: readonly WireRequest[] = ["POST", "GET"].flatMap((method) =>
  disguises.map((headers) => ({
    method,
    target: "/orders/7",
    headers: ["Host: localhost", ...headers],
  })),
);

describe("methods that a header asks for", () => {
  let wire: Wire;
  before(async () => {
    wire = await Wire.open();
  });
  after(() => wire.close());

  /** The methods that handlers saw. */
  const methodsSeen = async (
    build: (plan: Plan) => Listener,
    client: ClientIdentity | undefined,
    pick: Pick,
    sent: readonly WireRequest[] = requests,
  ): Promise<readonly string[]> => {
    const seen: string[] = [];
    const ran = (method: string, request: IncomingMessage): void => {
      seen[numberOf(request)] = method;
    };
    await wire.send(build({ client, pick, ran }), sent);
    return seen;
  };

  for (const [name, build] of Object.entries(apps)) {
    for (const [how, pick] of Object.entries(picks)) {
      it(`never delete for a stranger in ${name} behind a library that takes ${how}`, async () => {
        const open = await methodsSeen(build, undefined, pick);
        expect(open.filter((method) => method === "DELETE")).to.have.length.at.least(100);
        expect(await methodsSeen(build, stranger, pick)).to.not.include("DELETE");
      });
    }

    it(`delete for the owner in ${name}`, async () => {
      const plain = [{ method: "DELETE", target: "/orders/7" }, ...requests.slice(0, 4)];
      const seen = await methodsSeen(build, owner, (values) => values[0], plain);
      expect(seen).to.deep.equal(plain.map(() => "DELETE"));
    });

    it(`leave other requests of a stranger alone in ${name}`, async () => {
      const plain = [
        { method: "POST", target: "/orders/7" },
        { method: "GET", target: "/orders/7" },
        { method: "POST", target: "/orders/7", headers: ["Host: localhost", "X-Http-Method: GET"] },
      ];
      const seen = await methodsSeen(build, stranger, (values) => values[0], plain);
      expect(seen).to.deep.equal(["POST", "GET", "GET"]);
    });
  }
});
