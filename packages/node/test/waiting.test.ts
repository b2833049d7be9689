import { createServer } from "node:http";
import { expect } from "chai";
import supertest from "supertest";
import type { MtlsContext, Shield } from "@mtls-shield/core";
import { createFakeShield } from "@mtls-shield/core/testing";
import { clientOf, type MtlsHandler, type OnRefusal } from "../src/index.ts";
import { handlerOf } from "../src/mtls.ts";
import type { NodeAnswer } from "../src/refuser.ts";
import { fakeClient } from "../src/testing.ts";

const ann = fakeClient({ commonName: "ann" });

/** A handler around a shield that knows whom it admits only later. */
function waitingFor(
  client: typeof ann | undefined,
  onRefusal: OnRefusal<NodeAnswer> = "respond",
): MtlsHandler {
  const shield = createFakeShield(client);
  const changes: Partial<Shield> = {
    decideWhenKnown: async (request) => {
      await new Promise((resolve) => setImmediate(resolve));
      return shield.decide(request);
    },
    isReady: () => false,
    whenReady: () => Promise.resolve(),
    resetListMarks: ({ issuer }) => Promise.resolve(issuer.length),
    close: () => undefined,
  };
  const waiting = new Proxy(shield, {
    get: (target, name: keyof Shield) =>
      changes[name] ?? (Reflect.get(target, name, target) as unknown),
  });
  return handlerOf(waiting, { onRefusal, headerFilter: undefined });
}

/** What a caller reads of an API behind the handler; `next` is asked as a framework's would be. */
async function call(handler: MtlsHandler, next: (error?: unknown) => string) {
  const server = createServer((request, response) => {
    handler(request, response, (error) => {
      if (error === undefined) response.end(next());
      else response.end(`caught: ${(error as Error).message}`);
    });
  });
  const { status, text } = await supertest(server).get("/");
  return { status, text };
}

describe("a request that waited for its decision", () => {
  it("goes on as any other", async () => {
    expect(await call(waitingFor(ann), () => "hello")).to.deep.equal({
      status: 200,
      text: "hello",
    });
  });

  it("carries the client, once it goes on", async () => {
    const handler = waitingFor(ann);
    const server = createServer((request, response) => {
      handler(request, response, () => response.end(clientOf(request).commonName));
      expect((request as { mtls?: MtlsContext }).mtls).to.equal(undefined);
    });
    expect((await supertest(server).get("/")).text).to.equal("ann");
  });

  it("is refused as any other", async () => {
    const { status, text } = await call(waitingFor(undefined), () => "hello");
    expect(status).to.equal(403);
    expect(text).to.include("certificate-missing");
    const handedOn = await call(waitingFor(undefined, "next"), () => "hello");
    expect(handedOn.text).to.match(/^caught: A client certificate is required/);
  });

  it("hands what comes after it throws on to next(), as frameworks do with what they catch", async () => {
    const fails = () => {
      throw new Error("boom");
    };
    expect(await call(waitingFor(ann), fails)).to.deep.equal({
      status: 200,
      text: "caught: boom",
    });
  });

  it("is decided through check() too", async () => {
    const { check, isReady, whenReady, resetListMarks, close } = waitingFor(ann);
    const server = createServer((request, response) => {
      void check(request).then(() => response.end(clientOf(request).commonName));
    });
    expect((await supertest(server).get("/")).text).to.equal("ann");
    expect(isReady()).to.equal(false);
    await whenReady();
    expect(await resetListMarks({ issuer: "CN=A", by: "ops", why: "test" })).to.equal(4);
    close();
  });
});
