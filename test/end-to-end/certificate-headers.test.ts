import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { connect as connectHttp2, createSecureServer } from "node:http2";
import { createServer, request as callHttps } from "node:https";
import { expect } from "chai";
import express from "express";
import express4 from "express4";
import Koa from "koa";
import Koa2 from "koa2";
import * as koaShield from "@mtls-shield/koa";
import { httpsOptions, mtls, type MtlsOptions } from "@mtls-shield/node";
import { authority, startServer } from "@mtls-shield/testkit";

const ca = authority();
const { leaf, chainPem } = ca.server();
const tls = { key: leaf.privateKeyPem, cert: chainPem, ca: ca.root.pem };

type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;
/** The options that every adapter has. */
type Options = Omit<MtlsOptions, "onRefusal">;

/** What a handler sees of its request's headers. */
function views({ headers, headersDistinct, rawHeaders }: IncomingMessage): string {
  // HTTP/2 has no `headersDistinct`.
  return JSON.stringify({ headers, rawHeaders, headersDistinct: headersDistinct as unknown });
}

function expressOf(create: typeof express): (options: Options) => Listener {
  return (options) => {
    const app = create();
    app.use(mtls(options));
    app.use((req, res) => void res.end(views(req)));
    return app;
  };
}

function koaOf(Application: typeof Koa): (options: Options) => Listener {
  return (options) => {
    const app = new Application();
    app.use(koaShield.mtls(options));
    app.use((ctx) => {
      ctx.body = views(ctx.req);
    });
    return app.callback();
  };
}

const node = (options: Options): Listener => {
  const shield = mtls(options);
  return (request, response) => {
    shield(request, response, () => response.end(views(request)));
  };
};

/** What does not decide about a request by itself, but is asked. */
const asked = (options: Options): Listener => {
  const shield = mtls(options);
  return async (request, response) => {
    await shield.check(request);
    response.end(views(request));
  };
};

const kinds: Readonly<Record<string, (options: Options) => Listener>> = {
  "Express 5": expressOf(express),
  "Express 4": expressOf(express4),
  "Koa 3": koaOf(Koa),
  "Koa 2": koaOf(Koa2),
  "node:http": node,
  "check()": asked,
};

const forged = {
  "Client-Cert": ":MAo=:",
  "X_Forwarded.Client-CERT": "Hash=00",
  "X-SSL-Client-Verify": "SUCCESS",
  ssl_client_s_dn: "CN=root",
  "X-Amzn-Mtls-Clientcert-Leaf": "pem",
};
const honest = { Accept: "text/plain", "X-Request-Id": "1" };

/** What the handler saw when a client without a certificate sent these headers. */
async function seen(listener: Listener, headers: Readonly<Record<string, string>>) {
  const running = await startServer(createServer(httpsOptions(tls), listener));
  const call = callHttps({
    ...{ host: "127.0.0.1", port: running.port, agent: false, rejectUnauthorized: false },
    ...{ headers: { ...headers, Trailer: "Client-Cert", "Transfer-Encoding": "chunked" } },
    method: "POST",
  });
  call.addTrailers({ "Client-Cert": ":MAo=:" });
  call.end("x");
  const [response] = (await once(call, "response")) as [IncomingMessage];
  let text = "";
  for await (const part of response) text += String(part);
  await running.close();
  return text;
}

describe("certificate headers that a client makes up", () => {
  for (const [kind, make] of Object.entries(kinds)) {
    for (const [mode, options] of Object.entries<Options>({
      "for everybody": { rules: [{ match: "* /**", allow: "anyone" }] },
      "where no certificate is needed": { required: false },
      "where refusals are only recorded": { mode: "report" },
    })) {
      it(`reach no handler behind ${kind} ${mode}`, async () => {
        const text = await seen(make({ trust: ca.root.pem, ...options }), {
          ...honest,
          ...forged,
        });
        const { headers, rawHeaders, headersDistinct } = JSON.parse(text) as Record<string, object>;
        const needed = ["accept", "x-request-id", "trailer", "transfer-encoding"];
        for (const view of [headers, headersDistinct]) {
          expect(view).to.include.keys(needed);
          expect(Object.keys(view ?? {}).filter((name) => name in lower(forged))).to.deep.equal([]);
        }
        expect(rawHeaders).to.include.members(["Accept", "text/plain", "X-Request-Id", "1"]);
        for (const [name, value] of Object.entries(forged)) {
          expect(names(rawHeaders)).not.to.include(name);
          expect(rawHeaders).not.to.include(value);
        }
      });
    }
  }

  it("are gone from what somebody in front has looked at already", async () => {
    const shield = mtls({ trust: ca.root.pem, required: false });
    const text = await seen((request, response) => {
      expect(request.headers).to.include.keys("client-cert");
      expect(request.headersDistinct).to.include.keys("client-cert");
      shield(request, response, () => response.end(views(request)));
    }, forged);
    expect(text).not.to.contain("MAo=").and.not.to.contain("CN=root");
  });

  it("reach no function that answers refusals", async () => {
    const shield = mtls({
      trust: ca.root.pem,
      onRefusal: (_error, request, response) => {
        response.end(views(request as IncomingMessage));
      },
    });
    const text = await seen((request, response) => {
      shield(request, response, () => response.end("admitted"));
    }, forged);
    expect(text).not.to.contain("MAo=").and.not.to.contain("CN=root");
  });

  it("stay apart as trailers: Node never makes headers of them", async () => {
    const shield = mtls({ trust: ca.root.pem, required: false });
    const text = await seen((request, response) => {
      shield(request, response, () => {
        request.resume().once("end", () => {
          expect(request.trailers).to.deep.equal({ "client-cert": ":MAo=:" });
          response.end(views(request));
        });
      });
    }, {});
    expect(text).not.to.contain("MAo=");
  });

  it("stay where the application wants them, and others go in their place", async () => {
    const sent = { "Client-Cert": "1", "X-Internal-User": "ann" };
    const options = { trust: ca.root.pem, required: false };
    const kept = await seen(node({ ...options, stripHeaders: false }), sent);
    expect(kept).to.contain("client-cert").and.to.contain("x-internal-user");
    const own = await seen(node({ ...options, stripHeaders: ["x-internal-*"] }), sent);
    expect(own).to.contain("client-cert").and.not.to.contain("x-internal-user");
  });
});

describe("certificate headers that a client makes up on HTTP/2", () => {
  for (const [kind, make] of Object.entries({ "node:http2": node, Koa: koaOf(Koa) })) {
    it(`reach no handler behind ${kind}`, async () => {
      const listener = make({ trust: ca.root.pem, required: false });
      const server = createSecureServer(httpsOptions(tls), listener as never);
      let shared = {};
      let sharedRaw: readonly string[] = [];
      server.on(
        "stream",
        (_stream: unknown, headers: object, _flags: number, rawHeaders: readonly string[]) => {
          shared = headers;
          sharedRaw = rawHeaders;
        },
      );
      const running = await startServer(server);
      const session = connectHttp2(`https://127.0.0.1:${running.port}`, {
        rejectUnauthorized: false,
      });
      const stream = session.request({ ":path": "/", ...lower(honest), ...lower(forged) });
      let text = "";
      stream.on("data", (part: Buffer) => (text += part.toString()));
      await once(stream, "close");
      session.destroy();
      await running.close();
      const { headers, rawHeaders } = JSON.parse(text) as Record<string, object>;
      expect(headers).to.include({ ":path": "/", accept: "text/plain", "x-request-id": "1" });
      // Listeners of the raw stream that look later see the same objects.
      for (const view of [headers, shared]) expect(view).not.to.have.any.keys(lower(forged));
      for (const raw of [rawHeaders, sharedRaw]) {
        expect(raw).to.include.members([":path", "accept"]);
        for (const name of Object.keys(lower(forged))) expect(raw).not.to.include(name);
      }
    });
  }
});

/** Every second one: the others are values. */
function names(rawHeaders: object | undefined): readonly string[] {
  return (rawHeaders as readonly string[]).filter((_, index) => index % 2 === 0);
}

function lower(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}
