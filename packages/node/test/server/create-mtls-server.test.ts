import { createServer } from "node:https";
import {
  createSecureServer,
  connect,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from "node:http2";
import { once } from "node:events";
import { expect } from "chai";
import {
  authority,
  callApi,
  startServer,
  type IssuedChain,
  type RunningServer,
} from "@mtls-shield/testkit";
import {
  createMtlsServer,
  httpsOptions,
  mtls,
  requireClient,
  type MtlsContext,
  type MtlsHandler,
} from "../../src/index.ts";

const ca = authority();
const server = ca.server();
const tls = { key: server.leaf.privateKeyPem, cert: server.chainPem, ca: ca.root.pem };
const client = ca.client({ commonName: "ann" });
const stranger = authority().client();

describe("createMtlsServer", () => {
  const running: RunningServer[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((each) => each.close()));
  });
  async function start(...args: Parameters<typeof createMtlsServer>): Promise<number> {
    const started = await startServer(createMtlsServer(...args));
    running.push(started);
    return started.port;
  }

  it("runs the shield before an application that forgot to mount it", async () => {
    const reached: unknown[] = [];
    const port = await start({ ...tls, shield: mtls() }, (request, response) => {
      reached.push((request as { mtls?: MtlsContext }).mtls?.client?.commonName);
      response.end("{}");
    });
    const statuses: number[] = [];
    for (const each of [undefined, stranger, client]) {
      statuses.push((await callApi({ port, client: each })).status);
    }
    expect(statuses).to.deep.equal([403, 403, 200]);
    expect(reached).to.deep.equal(["ann"]);
  });

  it("answers itself when the shield hands its refusal on and no framework is there to take it", async () => {
    const port = await start({ ...tls, shield: mtls({ onRefusal: "next" }) }, () => {
      throw new Error("the application must not be reached");
    });
    const answer = await callApi({ port });
    expect(answer.status).to.equal(403);
    expect(answer.json).to.include({ code: "certificate-missing" });
  });

  it("gives a guard in the application the client of the shield in front", async () => {
    const guard = requireClient("any-client");
    const port = await start({ ...tls, shield: mtls({ required: false }) }, (request, response) => {
      guard(request, response, () => response.end("{}"));
    });
    expect((await callApi({ port, client })).status).to.equal(200);
    expect((await callApi({ port, client: stranger })).status).to.equal(403);
  });

  it("starts an application that makes its own listener, as Koa's do", async () => {
    const app = {
      greeting: "hello",
      callback() {
        return (_request: unknown, response: { end(text: string): void }) => {
          response.end(this.greeting);
        };
      },
    };
    const port = await start(tls, app);
    expect((await callApi({ port })).text).to.equal("hello");
  });

  it("does not start with what is no application or no shield", () => {
    const nothing = undefined as unknown as Parameters<typeof createMtlsServer>[1];
    expect(() => createMtlsServer(tls, nothing)).to.throw(/^application: is neither/);
    const notShield = {} as unknown as MtlsHandler;
    expect(() => createMtlsServer({ ...tls, shield: notShield }, () => undefined)).to.throw(
      /^shield: is not what mtls\(\) returns/,
    );
  });

  it("keeps the handshake of a client without a certificate open, so that it is answered with a reason", async () => {
    const port = await start({ ...tls, shield: mtls() }, () => undefined);
    expect((await callApi({ port })).status).to.equal(403);
    expect(httpsOptions(tls)).to.include({
      requestCert: true,
      rejectUnauthorized: false,
      minVersion: "TLSv1.2",
    });
  });
});

describe("httpsOptions", () => {
  for (const [what, options, message] of [
    ["that do not ask for a certificate", { requestCert: false }, /^requestCert: is false/],
    ["with TLS 1.1", { minVersion: "TLSv1.1" }, /^minVersion: TLSv1.1 is broken/],
    ["that end with TLS 1.0", { maxVersion: "TLSv1" }, /^maxVersion: TLSv1 is broken/],
    [
      "with a protocol method",
      { secureProtocol: "TLS_method" },
      /^secureProtocol: is not accepted/,
    ],
    ["with an empty ca", { ca: [] }, /^ca: is missing/],
  ] as const) {
    it(`refuses settings ${what}`, () => {
      expect(() => httpsOptions({ ...tls, ...options } as typeof tls)).to.throw(TypeError, message);
    });
  }

  it("leaves what it was given in place", () => {
    const given = {
      ...tls,
      rejectUnauthorized: true,
      minVersion: "TLSv1.3",
      secureOptions: 4,
    } as const;
    const { secureOptions, ...rest } = httpsOptions<object>(given) as typeof given;
    expect(rest).to.include({ rejectUnauthorized: true, minVersion: "TLSv1.3", key: tls.key });
    expect(secureOptions & 4).to.equal(4);
  });
});

describe("the shield over HTTP/2", () => {
  async function callHttp2(
    port: number,
    chain: IssuedChain | undefined,
    headers = {},
  ): Promise<readonly number[]> {
    const session = connect(`https://localhost:${port}`, {
      rejectUnauthorized: false,
      ...(chain && { cert: chain.chainPem, key: chain.leaf.privateKeyPem }),
    });
    const statuses: number[] = [];
    for (let stream = 0; stream < 2; stream++) {
      const request = session.request({ ":path": "/", ...headers }, { endStream: true });
      const [answer] = (await once(request, "response")) as [{ ":status": number }];
      statuses.push(answer[":status"]);
      request.resume();
      await once(request, "end");
    }
    session.close();
    return statuses;
  }

  async function serve(shield: MtlsHandler): Promise<RunningServer> {
    const listener = (request: Http2ServerRequest, response: Http2ServerResponse): void => {
      shield(request, response, () => {
        response.end((request as { mtls?: MtlsContext }).mtls?.client?.commonName ?? "");
      });
    };
    return startServer(createSecureServer({ ...httpsOptions(tls), allowHTTP1: true }, listener));
  }

  it("admits and refuses each stream of a session", async () => {
    const { port, close } = await serve(mtls());
    expect(await callHttp2(port, client)).to.deep.equal([200, 200]);
    expect(await callHttp2(port, stranger)).to.deep.equal([403, 403]);
    expect(await callHttp2(port, undefined)).to.deep.equal([403, 403]);
    await close();
  });

  it("reads a method in lower case, which only HTTP/2 lets through, as routers do", async () => {
    const { port, close } = await serve(
      mtls({
        trust: ca.root.pem,
        rules: [
          { match: "DELETE /", allow: () => false },
          { match: "* /**", allow: "anyone" },
        ],
      }),
    );
    expect(await callHttp2(port, client, { ":method": "delete" })).to.deep.equal([403, 403]);
    expect(await callHttp2(port, client, { ":method": "GET" })).to.deep.equal([200, 200]);
    await close();
  });
});

describe("the shield on a server that does not ask for certificates", () => {
  it("refuses with 503, since only the operator can help", async () => {
    const { port, close } = await startServer(
      createServer(tls, (request, response) => {
        mtls({ trust: ca.root.pem })(request, response, () => response.end());
      }),
    );
    const answer = await callApi({ port, client });
    expect(answer.status).to.equal(503);
    expect(answer.json).to.include({ code: "engine-failed" });
    await close();
  });
});
