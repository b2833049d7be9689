import { Agent } from "node:https";
import { expect } from "chai";
import Koa from "koa";
import mount from "koa-mount";
import supertest from "supertest";
import { authority, callApi, startServer } from "@mtls-shield/testkit";
import type { Shield, ShieldRequest } from "@mtls-shield/core";
import { createFakeShield } from "@mtls-shield/core/testing";
import {
  clientOf,
  createDenyList,
  createMtlsServer,
  mtls,
  MtlsError,
  requireClient,
  type MtlsOptions,
} from "../src/index.ts";
import { middlewareOf } from "../src/mtls.ts";
import { fakeClient, fakeMtls } from "../src/testing.ts";

/** Of a supertest response, with a body that has to be looked at. */
interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const ann = fakeClient({ commonName: "ann" });

function appWith(...middleware: Koa.Middleware[]): Koa {
  const app = new Koa();
  for (const each of middleware) app.use(each);
  app.use((ctx) => {
    ctx.body = clientOf(ctx).commonName;
  });
  return app;
}

describe("mtls() in Koa", () => {
  it("tells the application's error listeners of a refusal, and answers it itself", async () => {
    const errors: unknown[] = [];
    const app = appWith(fakeMtls(undefined));
    app.on("error", (error: unknown) => errors.push(error));
    const answer: Answer = await supertest(app.callback()).get("/");
    expect(answer.status).to.equal(403);
    expect(answer.body).to.include({ code: "certificate-missing" });
    expect(errors).to.have.length(1);
    expect(errors[0]).to.be.instanceOf(MtlsError);
  });

  it("throws the MtlsError when asked, which Koa's own handling answers with its status and headers", async () => {
    const statuses = { authentication: 401, challenge: "Mutual" } as const;
    const seen: unknown[] = [];
    const recorder: Koa.Middleware = async (_ctx, next) => {
      try {
        await next();
      } catch (error) {
        seen.push((error as MtlsError).code);
        throw error;
      }
    };
    const app = appWith(recorder, fakeMtls(undefined, { onRefusal: "next", statuses }));
    app.silent = true;
    const { status, headers } = await supertest(app.callback()).get("/");
    expect(status).to.equal(401);
    expect(headers["www-authenticate"]).to.equal("Mutual");
    expect(seen).to.deep.equal(["ERR_MTLS_CERTIFICATE_MISSING"]);
  });

  it("lets a function answer, and answers itself when that fails", async () => {
    const answers = fakeMtls(undefined, {
      onRefusal: (error, ctx) => {
        ctx.status = 418;
        ctx.body = error.code;
      },
    });
    const teapot = await supertest(appWith(answers).callback()).get("/");
    expect([teapot.status, teapot.text]).to.deep.equal([418, "ERR_MTLS_CERTIFICATE_MISSING"]);
    const fails = appWith(
      fakeMtls(undefined, { onRefusal: () => Promise.reject(new Error("boom")) }),
    );
    fails.silent = true;
    expect((await supertest(fails.callback()).get("/")).status).to.equal(403);
  });

  it("guards routes, answers as its shield does, and refuses without one", async () => {
    const statuses = { authentication: 401, challenge: "Mutual" } as const;
    const attached = appWith(
      fakeMtls(undefined, { required: false, statuses }),
      requireClient("any-client"),
    );
    attached.silent = true;
    expect((await supertest(attached.callback()).get("/")).status).to.equal(401);
    const allowed = appWith(
      fakeMtls(ann),
      requireClient((client) => client.commonName === "ann"),
    );
    expect((await supertest(allowed.callback()).get("/")).text).to.equal("ann");
    const alone = appWith(requireClient("any-client"));
    alone.silent = true;
    expect((await supertest(alone.callback()).get("/")).status).to.equal(503);
  });

  it("decides without answering through check()", async () => {
    const shield = fakeMtls(ann);
    const app = new Koa();
    app.use(async (ctx) => {
      ctx.body = (await shield.check(ctx.req)).decision.outcome;
    });
    expect((await supertest(app.callback()).get("/")).text).to.equal("allow");
  });

  it("reads the whole path below koa-mount", async () => {
    const rules = [{ match: "GET /api/orders", allow: "any-client" }] as const;
    const app = new Koa();
    app.silent = true;
    app.use(mount("/api", appWith(fakeMtls(ann, { rules }))));
    expect((await supertest(app.callback()).get("/api/orders")).text).to.equal("ann");
    expect((await supertest(app.callback()).get("/api/secrets")).status).to.equal(403);
  });

  it("reads the whole path below nested mounts", async () => {
    const rules = [{ match: "GET /api/v1/orders", allow: "any-client" }] as const;
    const outer = new Koa();
    outer.use(mount("/v1", appWith(fakeMtls(ann, { rules }))));
    const app = new Koa();
    app.silent = true;
    app.use(mount("/api", outer));
    expect((await supertest(app.callback()).get("/api/v1/orders")).text).to.equal("ann");
    expect((await supertest(app.callback()).get("/api/v1/secrets")).status).to.equal(403);
    expect((await supertest(app.callback()).get("/api/v1")).status).to.equal(403);
  });

  it("judges what a middleware before it rewrote, also after a mount that passed the request on", async () => {
    const rules = [
      { match: "* /admin/**", allow: () => false },
      { match: "* /**", allow: "any-client" },
    ] as const;
    const passing = new Koa();
    passing.use((_ctx, next) => next());
    const rewrite: Koa.Middleware = (ctx, next) => {
      ctx.url = ctx.url.replace(/^\/public/, "/admin");
      return next();
    };
    const app = appWith(mount("/public", passing), rewrite, fakeMtls(ann, { rules }));
    app.silent = true;
    expect((await supertest(app.callback()).get("/public/users")).status).to.equal(403);
    expect((await supertest(app.callback()).get("/open")).text).to.equal("ann");
  });

  it("also stands in front of a whole server, whose application then knows the client", async () => {
    const ca = authority();
    const { leaf, chainPem } = ca.server();
    const tls = { key: leaf.privateKeyPem, cert: chainPem, ca: ca.root.pem };
    const running = await startServer(createMtlsServer({ ...tls, shield: mtls() }, appWith()));
    const { port } = running;
    expect((await callApi({ port })).status).to.equal(403);
    expect((await callApi({ port, client: ca.client({ commonName: "ann" }) })).text).to.equal(
      "ann",
    );
    await running.close();
  });

  it("refuses options that it does not know", () => {
    expect(() => mtls({ rule: [] } as MtlsOptions)).to.throw(
      /^rule: is not an option. Did you mean "rules"\?/,
    );
  });

  it("lets tests name trust sets", async () => {
    const rules = [{ match: "* /**", allow: "any-client", trust: "a" }] as const;
    const app = appWith(fakeMtls({ ...ann, trust: "a" }, { rules, trustSets: ["a", "b"] }));
    expect((await supertest(app.callback()).get("/")).text).to.equal("ann");
  });
});

describe("a request in Koa that waited for its decision", () => {
  /** Middleware around a shield that knows whom it admits only later. */
  function waitingFor(client: typeof ann | undefined, onRefusal: "respond" | "next" = "respond") {
    const shield = createFakeShield(client);
    const waiting: Shield = Object.create(shield, {
      statuses: { value: shield.statuses },
      notices: { value: shield.notices },
      timers: { value: shield.timers },
      decideWhenKnown: {
        value: (request: ShieldRequest) => Promise.resolve(shield.decide(request)),
      },
      isReady: { value: () => true },
      whenReady: { value: () => Promise.resolve() },
      resetListMarks: { value: () => Promise.resolve(0) },
      close: { value: () => undefined },
    }) as Shield;
    return middlewareOf(waiting, { onRefusal, headerFilter: undefined });
  }

  it("goes on, or is refused, as any other", async () => {
    const admitted = await supertest(appWith(waitingFor(ann)).callback()).get("/");
    expect([admitted.status, admitted.text]).to.deep.equal([200, "ann"]);
    const app = appWith(waitingFor(undefined));
    app.silent = true;
    expect((await supertest(app.callback()).get("/")).status).to.equal(403);
    const handedOn = appWith(waitingFor(undefined, "next"));
    handedOn.silent = true;
    expect((await supertest(handedOn.callback()).get("/")).status).to.equal(403);
  });

  it("leaves what comes after it throws to whoever is around it", async () => {
    const seen: unknown[] = [];
    const recorder: Koa.Middleware = async (ctx, next) => {
      await next().catch((error: unknown) => {
        seen.push(error);
        ctx.status = 500;
      });
    };
    const fault = new Error("boom");
    const failing: Koa.Middleware = () => {
      throw fault;
    };
    await supertest(appWith(recorder, waitingFor(ann), failing).callback()).get("/");
    expect(seen).to.deep.equal([fault]);
  });

  it("has the rest of the shield beside the middleware", async () => {
    const { isReady, whenReady, resetListMarks, close } = waitingFor(ann);
    expect(isReady()).to.equal(true);
    await whenReady();
    expect(await resetListMarks({ issuer: "CN=A", by: "ops", why: "test" })).to.equal(0);
    close();
  });
});

describe("the connection of a revoked client of Koa", () => {
  for (const onRefusal of [
    "respond",
    "next",
    (_error: unknown, ctx: Koa.Context) => {
      ctx.status = 403;
      ctx.body = "{}";
    },
  ] as const) {
    it(`ends after the refusal, with onRefusal ${typeof onRefusal === "string" ? onRefusal : "a function"}`, async () => {
      const ca = authority();
      const server = ca.server();
      const client = ca.client();
      const denied = createDenyList();
      const trust = ca.root.pem;
      const app = new Koa();
      app.silent = true;
      app.use(mtls({ trust, revocation: { denied }, onRefusal }));
      app.use((ctx) => {
        ctx.body = "{}";
      });
      const options = { key: server.leaf.privateKeyPem, cert: server.chainPem, ca: trust };
      const running = await startServer(createMtlsServer(options, app));
      const agent = new Agent({ keepAlive: true });
      const call = async () => {
        const { status, headers } = await callApi({ port: running.port, client, agent });
        return [status, headers.connection];
      };
      expect(await call()).to.deep.equal([200, "keep-alive"]);
      await denied.deny({ publicKey: client.leaf.pem });
      expect(await call()).to.deep.equal([403, "close"]);
      agent.destroy();
      await running.close();
    });
  }
});
