import { expect } from "chai";
import express from "express";
import express4 from "express4";
import Koa from "koa";
import mount from "koa-mount";
import Koa2 from "koa2";
import { fingerprint, type Rule } from "@mtls-shield/node";
import { fakeMtls as nodeShield } from "@mtls-shield/node/testing";
import { fakeMtls as koaShield } from "@mtls-shield/koa/testing";
import type { ClientIdentity } from "@mtls-shield/core";

import { owner, stranger } from "./policies.ts";
import { exchange, type Listener } from "./wire.ts";

const forOwner = fingerprint(owner.fingerprint);
const rules: readonly Rule[] = [
  { match: "* /admin/**", allow: forOwner },
  { match: "* /api/admin/**", allow: forOwner },
  { match: "* /a/b/admin/**", allow: forOwner },
  { match: "* /**", allow: "anyone" },
];

/** Without a rule for the rest, so that a path which is put together wrongly is refused. */
const narrowRules: readonly Rule[] = [{ match: "GET /api/orders/*", allow: forOwner }];

/** The URL that a handler behind the shield saw, or the status of the refusal. */
async function reach(listener: Listener, target: string): Promise<string | number> {
  const { status, body } = await exchange(listener, { method: "GET", target });
  return status === 200 ? body : status;
}

for (const [name, create] of Object.entries({ "Express 5": express, "Express 4": express4 })) {
  const appWith = (build: (app: express.Express) => void): Listener => {
    const app = create();
    app.set("env", "test");
    build(app);
    app.use((req, res) => {
      res.end(req.originalUrl);
    });
    return app;
  };

  describe(`a target that was rewritten before the shield, in ${name}`, () => {
    const rewriting = (from: string, to: string, client: ClientIdentity): Listener =>
      appWith((app) => {
        app.use((req, _res, next) => {
          req.url = req.url.replace(from, to);
          next();
        });
        app.use(nodeShield(client, { rules }));
      });

    it("is judged in the form that handlers see", async () => {
      expect(await reach(rewriting("/public", "/admin", stranger), "/public")).to.equal(403);
      expect(await reach(rewriting("/public", "/ADMIN", stranger), "/public/x")).to.equal(403);
      expect(await reach(rewriting("/public", "/x/../admin", stranger), "/public")).to.equal(403);
      expect(await reach(rewriting("/public", "/admin", owner), "/public")).to.equal("/public");
    });

    it("is judged in the form that came, too", async () => {
      expect(await reach(rewriting("/admin", "/public", stranger), "/admin")).to.equal(403);
      expect(await reach(rewriting("/admin", "/public", owner), "/admin")).to.equal("/admin");
      expect(await reach(rewriting("/one", "/two", stranger), "/one")).to.equal("/one");
    });

    it("is refused when one of its forms cannot be read", async () => {
      expect(await reach(rewriting("/public", "/x\\y", owner), "/public")).to.equal(400);
    });
  });

  describe(`a shield below a path, in ${name}`, () => {
    const mountedShield = (client: ClientIdentity, policy = rules): Listener =>
      appWith((app) => {
        app.use("/api", nodeShield(client, { rules: policy }));
      });
    const nestedShield = (client: ClientIdentity): Listener =>
      appWith((app) => {
        const inner = create.Router();
        inner.use("/b", nodeShield(client, { rules }));
        app.use("/a", inner);
      });

    it("knows the whole path", async () => {
      expect(await reach(mountedShield(stranger), "/api/admin")).to.equal(403);
      expect(await reach(mountedShield(stranger), "/API/Admin/")).to.equal(403);
      expect(await reach(mountedShield(stranger), "/api//admin")).to.equal(403);
      expect(await reach(mountedShield(owner), "/api/admin")).to.equal("/api/admin");
      expect(await reach(nestedShield(stranger), "/a/b/admin")).to.equal(403);
      expect(await reach(nestedShield(stranger), "/a//b/admin")).to.equal(
        // Express 4 takes two slashes behind a prefix for one.
        name === "Express 4" ? 403 : "/a//b/admin",
      );
      expect(await reach(nestedShield(owner), "/a/b/admin")).to.equal("/a/b/admin");
    });

    it("does not take the rest of the path for the whole", async () => {
      const client = stranger;
      const onlyBelow: readonly Rule[] = [
        { match: "* /admin/**", allow: forOwner },
        { match: "* /api/**", allow: "anyone" },
      ];
      expect(await reach(mountedShield(client, onlyBelow), "/api/admin")).to.equal("/api/admin");
      expect(await reach(mountedShield(client, onlyBelow), "/api")).to.equal("/api");
      expect(await reach(mountedShield(client, onlyBelow), "/api?x")).to.equal("/api?x");
    });

    it("knows the whole path of an absolute target, which servers have to accept (RFC 9112 3.2.2)", async () => {
      const target = "http://localhost/api/orders/7";
      expect(await reach(mountedShield(owner, narrowRules), target)).to.equal(target);
      expect(await reach(mountedShield(stranger, narrowRules), target)).to.equal(403);
      expect(await reach(mountedShield(stranger), "http://localhost/api/admin")).to.equal(403);
    });
  });
}

for (const [name, Application] of Object.entries({ "Koa 3": Koa, "Koa 2": Koa2 })) {
  const appWith = (...middleware: readonly Koa.Middleware[]): Listener => {
    const app = new Application();
    app.silent = true;
    for (const one of middleware) app.use(one);
    app.use((ctx) => {
      ctx.body = ctx.originalUrl;
    });
    return app.callback();
  };

  describe(`a target that was rewritten before the shield, in ${name}`, () => {
    const rewriting = (from: string, to: string, client: ClientIdentity): Listener =>
      appWith(
        (ctx, next) => {
          ctx.url = ctx.url.replace(from, to);
          return next();
        },
        koaShield(client, { rules }),
      );

    it("is judged in the form that handlers see, and in the form that came", async () => {
      expect(await reach(rewriting("/public", "/admin", stranger), "/public")).to.equal(403);
      expect(await reach(rewriting("/public", "/%61dmin", stranger), "/public")).to.equal(403);
      expect(await reach(rewriting("/admin", "/public", stranger), "/admin")).to.equal(403);
      expect(await reach(rewriting("/public", "/admin", owner), "/public")).to.equal("/public");
      expect(await reach(rewriting("/one", "/two", stranger), "/one")).to.equal("/one");
    });

    it("is judged alike when only its path was set", async () => {
      const listener = appWith(
        (ctx, next) => {
          ctx.path = "/admin";
          return next();
        },
        koaShield(stranger, { rules }),
      );
      expect(await reach(listener, "/public?x")).to.equal(403);
    });

    it("is refused when one of its forms cannot be read", async () => {
      expect(await reach(rewriting("/public", "/x\\y", owner), "/public")).to.equal(400);
    });
  });

  describe(`a shield below a path, in ${name}`, () => {
    const below = (prefix: string, client: ClientIdentity, policy = rules): Listener =>
      appWith(mount(prefix, koaShield(client, { rules: policy })));

    it("knows the whole path", async () => {
      expect(await reach(below("/api", stranger), "/api/admin")).to.equal(403);
      expect(await reach(below("/api", stranger), "/api//admin")).to.equal(403);
      expect(await reach(below("/api", owner), "/api/admin")).to.equal("/api/admin");
      const target = "/api/orders/7";
      expect(await reach(below("/api", owner, narrowRules), target)).to.equal(target);
      expect(await reach(below("/api", stranger, narrowRules), target)).to.equal(403);
    });

    it("knows the whole path of an absolute target (RFC 9112 3.2.2)", async () => {
      const target = "http://localhost/api/orders/7";
      expect(await reach(below("/api", owner, narrowRules), target)).to.equal(target);
      expect(await reach(below("/api", stranger, narrowRules), target)).to.equal(403);
    });

    it("knows the whole path also in a mount within a mount", async () => {
      const nested = (client: ClientIdentity): Listener =>
        appWith(mount("/a", mount("/b", koaShield(client, { rules }))));
      expect(await reach(nested(stranger), "/a/b/admin")).to.equal(403);
      expect(await reach(nested(owner), "/a/b/admin")).to.equal("/a/b/admin");
      expect(await reach(nested(stranger), "/a/b/public")).to.equal("/a/b/public");
    });
  });
}
