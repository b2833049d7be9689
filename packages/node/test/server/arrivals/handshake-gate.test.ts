import { once } from "node:events";
import { Agent, request } from "node:https";
import { connect as connectHttp2 } from "node:http2";
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { authority, fakeClock, startServer, type RunningServer } from "@mtls-shield/testkit";
import { expect } from "chai";

import { createMtlsServer, type MtlsServerOptions } from "../../../src/index.ts";

/** Octets that a chain needs so that it is longer than any honest one. */
const longChainLength = 70;

describe("bounds of handshakes", () => {
  const ca = authority();
  const server = ca.server();
  const ann = ca.client({ commonName: "ann" });
  const clock = fakeClock(Date.now());
  const running: RunningServer[] = [];
  const open: Socket[] = [];

  afterEach(async () => {
    for (const socket of open.splice(0)) socket.destroy();
    await Promise.all(running.splice(0).map((each) => each.close()));
  });

  /** A server that counts what TLS was given to do, and what was kept from it. */
  async function start(handshakes: MtlsServerOptions["handshakes"], more: object = {}) {
    const refused: string[] = [];
    let secured = 0;
    const options: MtlsServerOptions = {
      key: server.leaf.privateKeyPem,
      cert: server.chainPem,
      trust: ca.root.pem,
      clock,
      onWarning: () => undefined,
      metrics: { count: (_name, { bound = "" }) => refused.push(bound.replace("handshakes.", "")) },
      ...(handshakes !== undefined && { handshakes }),
      ...more,
    };
    const https = createMtlsServer(options, (message, response) => {
      response.end(JSON.stringify({ from: message.socket.remoteAddress }));
    });
    https.on("secureConnection", () => secured++);
    const started = await startServer(https);
    running.push(started);
    return { port: started.port, refused, secured: () => secured };
  }

  interface From {
    readonly client?: {
      readonly chainPem: string;
      readonly leaf: { readonly privateKeyPem: string };
    };
    readonly localAddress?: string;
    readonly agent?: Agent;
    readonly path?: string;
  }

  /** The status and text of an answer, or the code of the error in its place. */
  async function call(port: number, { client, localAddress, agent, path }: From = {}) {
    const outgoing = request({
      host: "127.0.0.1",
      port,
      servername: "localhost",
      rejectUnauthorized: false,
      agent: agent ?? new Agent(),
      path: path ?? "/",
      ...(localAddress && { localAddress }),
      ...(client && { cert: client.chainPem, key: client.leaf.privateKeyPem }),
    });
    outgoing.end();
    try {
      const [response] = (await once(outgoing, "response")) as [
        NodeJS.ReadableStream & { statusCode: number },
      ];
      let text = "";
      for await (const chunk of response) text += String(chunk);
      return { status: response.statusCode, text };
    } catch (error) {
      return { status: 0, text: (error as NodeJS.ErrnoException).code ?? "" };
    }
  }

  function longChain() {
    let issuer = authority();
    const { certificate } = issuer;
    for (let count = 0; count < longChainLength; count++) {
      issuer = issuer.intermediate({ keyPair: certificate });
    }
    return issuer.client();
  }

  it("lets an honest client in that nobody has seen yet, and shows handlers its address", async () => {
    const { port, refused } = await start(undefined);
    const answer = await call(port, { client: ann });
    expect(answer).to.deep.equal({ status: 200, text: '{"from":"127.0.0.1"}' });
    expect(refused).to.deep.equal([]);
  });

  it("carries answers and bodies of any length past the count", async () => {
    const big = "x".repeat(3_000_000);
    const options = { key: server.leaf.privateKeyPem, cert: server.chainPem, trust: ca.root.pem };
    const echo = createMtlsServer(options, (message, response) => message.pipe(response));
    const started = await startServer(echo);
    running.push(started);
    const outgoing = request({
      host: "127.0.0.1",
      port: started.port,
      method: "POST",
      rejectUnauthorized: false,
      cert: ann.chainPem,
      key: ann.leaf.privateKeyPem,
    });
    outgoing.end(big);
    const [response] = (await once(outgoing, "response")) as [AsyncIterable<Buffer>];
    let length = 0;
    for await (const chunk of response) length += chunk.length;
    expect(length).to.equal(big.length);
  });

  it("keeps a chain that is too long from TLS, which would verify all of it", async () => {
    const { port, refused, secured } = await start(undefined);
    const answer = await call(port, { client: longChain() });
    expect(answer.status).to.equal(0);
    expect(secured()).to.equal(0);
    expect(refused).to.deep.equal(["maxBytes"]);
  });

  it("lets the same chain through where it is told to, and answers it", async () => {
    const { port } = await start({ maxBytes: 200_000 });
    const answer = await call(port, { client: longChain() });
    expect(answer.status).to.equal(403);
  });

  it("ends connections of an address that has spent what it may, and lets it come again later", async () => {
    const { port, refused } = await start({ perAddress: { burst: 3, perSecond: 1 } });
    const statuses = [];
    for (let count = 0; count < 5; count++) statuses.push((await call(port)).status);
    expect(statuses).to.deep.equal([403, 403, 403, 0, 0]);
    // The refused requests were not free either.
    expect(refused).to.deep.equal(["perAddress", "perAddress", "perAddress"]);
    clock.advance(2_000);
    expect((await call(port)).status).to.equal(403);
  });

  it("lets clients come as often as they like that are admitted", async () => {
    const { port, refused } = await start({ perAddress: { burst: 3, perSecond: 1 } });
    for (let count = 0; count < 10; count++) {
      expect((await call(port, { client: ann })).status).to.equal(200);
    }
    expect(refused).to.deep.equal([]);
  });

  it("lets known addresses in while others have spent everything", async function () {
    // Only on Linux has loopback more than one address.
    if (process.platform !== "linux") this.skip();
    const overall = { burst: 6, perSecond: 1 };
    const { port, refused } = await start({ overall });
    const known = { client: ann, localAddress: "127.0.0.2" };
    expect((await call(port, known)).status).to.equal(200);
    for (let last = 10; last < 18; last++) await call(port, { localAddress: `127.0.0.${last}` });
    const late = { client: ann, localAddress: "127.0.0.40" };
    expect((await call(port, late)).status).to.equal(0);
    expect(refused).to.include("overall");
    expect((await call(port, known)).status).to.equal(200);
  });

  it("makes an address that abuses being known pay beforehand again", async () => {
    const { port, refused, secured } = await start(undefined);
    await call(port, { client: ann });
    const hostile = { client: longChain() };
    expect((await call(port, hostile)).status).to.equal(403);
    expect(secured()).to.equal(2);
    expect((await call(port, hostile)).status).to.equal(0);
    expect(secured()).to.equal(2);
    expect(refused).to.deep.equal(["maxBytes"]);
  });

  it("ends a connection on which too many requests are refused", async () => {
    const { port, refused } = await start({ perAddress: { burst: 2, perSecond: 1 } });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const statuses = [];
    for (let count = 0; count < 40; count++) {
      statuses.push((await call(port, { agent })).status);
      if (statuses.at(-1) === 0) break;
    }
    agent.destroy();
    // The handshake takes one unit, each request a twentieth; then the connection ends, and no other is to be had.
    expect(statuses).to.have.length.within(18, 23);
    expect(refused).to.include("perAddress");
  });

  it("does not end a connection on which a client was admitted for what else is refused on it", async () => {
    const rules = [{ match: "GET /", allow: "any-client" }];
    const { port, refused } = await start({ perAddress: { burst: 2, perSecond: 1 } }, { rules });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect((await call(port, { client: ann, agent })).status).to.equal(200);
    for (let count = 0; count < 60; count++) {
      expect((await call(port, { client: ann, agent, path: "/other" })).status).to.equal(403);
    }
    agent.destroy();
    expect(refused).to.deep.equal([]);
  });

  it("makes the oldest handshakes of an address with too many give way to new ones", async () => {
    const { port, refused } = await start({ perAddress: { inProgress: 5, burst: 100 } });
    const closed: number[] = [];
    for (let count = 0; count < 8; count++) {
      const socket = connectTcp({ host: "127.0.0.1", port });
      socket.on("error", () => undefined).on("close", () => closed.push(count));
      open.push(socket);
      await once(socket, "connect");
    }
    expect((await call(port, { client: ann })).status).to.equal(200);
    expect(closed.sort()).to.deep.equal([0, 1, 2, 3]);
    expect(refused).to.deep.equal(Array(4).fill("inProgress"));
  });

  it("counts HTTP/2 sessions in the same way", async () => {
    const { port, refused } = await start(
      { perAddress: { burst: 3, perSecond: 1 } },
      { http2: true },
    );
    for (let count = 0; count < 8; count++) {
      const session = connectHttp2(`https://localhost:${port}`, {
        rejectUnauthorized: false,
        cert: ann.chainPem,
        key: ann.leaf.privateKeyPem,
      });
      const stream = session.request({ ":path": "/" });
      stream.resume();
      const [headers] = (await once(stream, "response")) as [Record<string, unknown>];
      expect(headers[":status"]).to.equal(200);
      session.destroy();
    }
    expect(refused).to.deep.equal([]);
  });

  it("survives clients that go away at any moment", async () => {
    const { port } = await start(undefined);
    for (let count = 0; count < 20; count++) {
      const socket = connectTls({ host: "127.0.0.1", port, rejectUnauthorized: false });
      socket.on("error", () => undefined);
      open.push(socket);
      await new Promise((resolve) => setTimeout(resolve, count % 5));
      socket.destroy();
    }
    expect((await call(port, { client: ann })).status).to.equal(200);
  });
});
