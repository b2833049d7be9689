import { once } from "node:events";
import { connect as connectHttp2, createSecureServer } from "node:http2";
import { createServer as createHttpsServer, request } from "node:https";
import type { IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { connect as connectTls, type Server, TLSSocket } from "node:tls";
import { expect } from "chai";
import express from "express";
import { authority, startServer, type RunningServer } from "@mtls-shield/testkit";
import type { ProxyProtocolOptions } from "../../../src/server/proxy-protocol/proxy-protocol.ts";
import { binaryHeader, headerLine, ipv6Block } from "./made-headers.ts";
import { takeHeaders, type TakeHeadersOptions } from "./take-headers.ts";

const server = authority().server();
const tls = { key: server.leaf.privateKeyPem, cert: server.chainPem };

const line = headerLine("TCP4 192.0.2.7 198.51.100.1 50000 443");
const binary = binaryHeader({ kind: 0x21, block: ipv6Block });
const seenOf = new Map([
  [line, ["192.0.2.7", 50000, "IPv4"]],
  [binary, ["2001:db8::7", 50000, "IPv6"]],
]);

interface SeenPeer {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  readonly remoteFamily?: string | undefined;
}
function peerOf({ remoteAddress, remotePort, remoteFamily }: SeenPeer): string {
  return JSON.stringify([remoteAddress, remotePort, remoteFamily]);
}

describe("carrySources", () => {
  const running: RunningServer[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((each) => each.close()));
  });
  async function start(
    api: Server,
    options: ProxyProtocolOptions = { from: ["127.0.0.1"] },
    surroundings?: TakeHeadersOptions,
  ): Promise<number> {
    takeHeaders(api, options, surroundings);
    const started = await startServer(api);
    running.push(started);
    return started.port;
  }
  function http1() {
    return createHttpsServer(tls, (req, res) => res.end(peerOf(req.socket)));
  }
  function http2() {
    return createSecureServer({ ...tls, allowHTTP1: true }, (req, res) => {
      const session = req.httpVersionMajor === 2 ? req.stream.session : undefined;
      const peer = peerOf(req.socket);
      res.end(session === undefined || peerOf(session.socket) === peer ? peer : "two peers");
    });
  }

  it("shows the client to handlers over HTTP/1.1", async () => {
    for (const api of [http1(), http2()]) {
      const port = await start(api);
      for (const [header, seen] of seenOf) {
        expect(await getOverHttp1(await openTls(port, [header]))).to.deep.equal(seen);
      }
    }
  });

  it("shows the client to handlers over HTTP/2, by request and by session", async () => {
    const port = await start(http2());
    for (const [header, seen] of seenOf) {
      expect(await getOverHttp2(await openTls(port, [header], ["h2"]))).to.deep.equal(seen);
    }
  });

  it("shows the client to Express without trusting any header", async () => {
    const app = express();
    app.get("/", (req, res) => void res.json([req.ip, req.socket.remotePort, req.ips.length]));
    const port = await start(createHttpsServer(tls, app));
    const forwarded = { "X-Forwarded-For": "203.0.113.9" };
    const seen = await getOverHttp1(await openTls(port, [line]), forwarded);
    expect(seen).to.deep.equal(["192.0.2.7", 50000, 0]);
  });

  it("shows the client on a kept-alive connection, and after it has gone", async () => {
    const sockets: SeenPeer[] = [];
    const api = createHttpsServer(tls, (req, res) => {
      sockets.push(req.socket);
      res.end(peerOf(req.socket));
    });
    const socket = await openTls(await start(api), [line]);
    const seen = seenOf.get(line);
    const keepAlive = { Connection: "keep-alive" };
    expect(await getOverHttp1(socket, keepAlive)).to.deep.equal(seen);
    expect(await getOverHttp1(socket, keepAlive)).to.deep.equal(seen);
    expect(sockets[0]).to.equal(sockets[1]);
    const closed = once(sockets[0] as Socket, "close");
    socket.destroy();
    await closed;
    expect(peerOf(sockets[0] as SeenPeer)).to.equal(JSON.stringify(seen));
  });

  it("shows a client of its own address where others may come directly, and on health checks", async () => {
    const direct = await start(http1(), { from: ["10.0.0.0/8"], others: "direct" });
    const checked = await start(http1());
    for (const [port, headers] of [
      [direct, []],
      [checked, [headerLine("UNKNOWN")]],
      [checked, [binaryHeader({ command: 0x20, kind: 0, block: Buffer.alloc(0) })]],
    ] as const) {
      const socket = await openTls(port, headers);
      const own = ["127.0.0.1", socket.localPort, "IPv4"];
      expect(await getOverHttp1(socket)).to.deep.equal(own);
    }
  });

  it("finishes the handshake wherever the header and the beginning of TLS are cut in two", async function () {
    this.timeout(30_000);
    const port = await start(http1());
    for (const [header, seen] of seenOf) {
      // As far as into the random bytes of the ClientHello.
      for (let cut = 1; cut <= header.length + 16; cut++) {
        const socket = await openTls(port, [header], ["http/1.1"], [cut]);
        expect(await getOverHttp1(socket), String(cut)).to.deep.equal(seen);
      }
    }
  });

  it("finishes the handshake byte by byte", async function () {
    this.timeout(30_000);
    const port = await start(http2());
    for (const [header, seen] of seenOf) {
      const everywhere = Array.from({ length: 4_000 }, (_, at) => at + 1);
      const socket = await openTls(port, [header], ["h2"], everywhere);
      expect(await getOverHttp2(socket)).to.deep.equal(seen);
    }
  });

  it("finishes the handshake of connections that wait for their turn before and after their header", async () => {
    const later = (task: () => void): void => void setTimeout(task, 20);
    const port = await start(http1(), { from: ["127.0.0.1"] }, { later });
    for (const [header, seen] of seenOf) {
      const { length } = header;
      for (const cuts of [[], [length], [10, length + 5], [length + 1, length + 100]]) {
        const socket = await openTls(port, [header], ["http/1.1"], cuts);
        expect(await getOverHttp1(socket)).to.deep.equal(seen);
      }
    }
  });

  it("lets a spoofed header of a direct client reach TLS, where it ends the handshake", async () => {
    const api = http1();
    const port = await start(api, { from: ["10.0.0.0/8"], others: "direct" });
    const failed = once(api, "tlsClientError") as Promise<[Error, TLSSocket]>;
    const error = await openTls(port, [line]).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(Error);
    const [, socket] = await failed;
    expect(socket.remoteAddress ?? "127.0.0.1").to.equal("127.0.0.1");
  });

  it("lets a second header reach TLS, where it ends the handshake, and tells whose it was", async () => {
    const api = http1();
    const port = await start(api);
    const second = headerLine("TCP4 203.0.113.9 198.51.100.1 1 443");
    for (const [header, seen] of seenOf) {
      const failed = once(api, "tlsClientError") as Promise<[Error, TLSSocket]>;
      const error = await openTls(port, [header, second]).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(Error);
      const [, socket] = await failed;
      expect(peerOf(socket)).to.equal(JSON.stringify(seen));
    }
  });

  it("tells even those of the client who listened to the server before", async () => {
    const told: string[] = [];
    const api = http1();
    const tell = (socket: TLSSocket): void => void told.push(peerOf(socket));
    api.on("secureConnection", tell);
    const failed = once(api, "tlsClientError");
    api.on("tlsClientError", (_error, socket) => {
      tell(socket);
    });
    const port = await start(api);
    (await openTls(port, [line])).destroy();
    await openTls(port, [binary, line]).catch(() => undefined);
    await failed;
    expect(told).to.deep.equal([...seenOf.values()].map((seen) => JSON.stringify(seen)));
  });

  it("ends a TLS connection that came another way, which would show the load balancer's address", async () => {
    const api = http1();
    await start(api);
    const stray = new TLSSocket(new Duplex({ read: () => undefined }), { isServer: true, ...tls });
    api.emit("secureConnection", stray);
    expect(stray.destroyed).to.equal(true);
  });
});

/** A client behind a load balancer: what it sends begins with the headers, cut into packets at some places. */
async function openTls(
  port: number,
  headers: readonly Buffer[],
  ALPNProtocols = ["http/1.1"],
  cuts: readonly number[] = [],
): Promise<TLSSocket> {
  const raw = connect(port, "127.0.0.1").setNoDelay();
  await once(raw, "connect");
  let beginning = Buffer.concat(headers);
  const pass = async (chunk: Buffer): Promise<void> => {
    const bytes = Buffer.concat([beginning, chunk]);
    const places = beginning.length > 0 ? cuts.filter((cut) => cut < bytes.length) : [];
    beginning = Buffer.alloc(0);
    let from = 0;
    for (const cut of places) {
      raw.write(bytes.subarray(from, cut));
      from = cut;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    raw.write(bytes.subarray(from));
  };
  const wire = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      pass(chunk).then(() => {
        done();
      }, done);
    },
  });
  raw.on("data", (chunk: Buffer) => wire.push(chunk));
  raw.on("error", (error) => wire.destroy(error)).on("close", () => wire.destroy());
  wire.on("close", () => raw.destroy());
  const socket = connectTls({ socket: wire, rejectUnauthorized: false, ALPNProtocols });
  // The same end of the connection, for tests that ask.
  Object.defineProperty(socket, "localPort", { value: raw.localPort });
  await Promise.race([
    once(socket, "secureConnect"),
    once(socket, "close").then(() => {
      throw new Error("the connection was ended");
    }),
  ]);
  return socket;
}

async function getOverHttp1(socket: TLSSocket, headers: Record<string, string> = {}) {
  const asked = request({ createConnection: () => socket, headers });
  asked.end();
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  return readJson(response);
}

async function getOverHttp2(socket: TLSSocket): Promise<unknown> {
  const session = connectHttp2("https://localhost", { createConnection: () => socket });
  const stream = session.request({ ":path": "/" });
  const seen = await readJson(stream);
  session.destroy();
  return seen;
}

async function readJson(body: AsyncIterable<unknown>): Promise<unknown> {
  let text = "";
  for await (const chunk of body) text += String(chunk);
  return JSON.parse(text);
}
