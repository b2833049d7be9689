import { once } from "node:events";
import type { Server } from "node:https";
import type { Duplex } from "node:stream";
import { connect, type TLSSocket } from "node:tls";
import { expect } from "chai";
import express from "express";
import { WebSocket, WebSocketServer } from "ws";
import {
  clientOf,
  createDenyList,
  createMtlsServer,
  type MtlsServerOptions,
} from "@mtls-shield/express";
import {
  authority,
  fakeClock,
  startServer,
  type IssuedChain,
  type RunningServer,
} from "@mtls-shield/testkit";

const ca = authority();
const server = ca.server();
const ann = ca.client({ commonName: "ann" });
const stranger = authority().client();

/** What each kind of client is told before anything else happens. */
const refusals = [
  ["nobody", undefined, "certificate-missing"],
  ["a stranger", stranger, "issuer-unknown"],
] as const;

describe("what goes around the middleware of a framework", () => {
  const running: RunningServer[] = [];
  const open: TLSSocket[] = [];
  afterEach(async () => {
    for (const socket of open.splice(0)) socket.destroy();
    await Promise.all(running.splice(0).map((each) => each.close()));
  });

  /** A server whose application would let everybody in. */
  async function start(more: MtlsServerOptions = {}, listen?: (server: Server) => void) {
    const app = express();
    const reached: string[] = [];
    app.use((request, response) => {
      reached.push(`${request.method} ${request.url}`);
      request.resume();
      request.on("end", () => response.end("reached"));
    });
    const tls = { key: server.leaf.privateKeyPem, cert: server.chainPem, trust: ca.root.pem };
    const https = createMtlsServer({ ...tls, onWarning: () => undefined, ...more }, app);
    listen?.(https);
    const started = await startServer(https);
    running.push(started);
    return { port: started.port, reached, https };
  }

  async function begin(port: number, client: IssuedChain | undefined) {
    const socket = connect({
      host: "127.0.0.1",
      port,
      servername: "localhost",
      rejectUnauthorized: false,
      ...(client && { cert: client.chainPem, key: client.leaf.privateKeyPem }),
    });
    open.push(socket);
    let received = "";
    socket.on("data", (chunk: Buffer) => (received += chunk.toString()));
    socket.on("error", () => undefined);
    await once(socket, "secureConnect");
    const until = async (pattern: RegExp): Promise<string> => {
      while (!pattern.test(received)) await once(socket, "data");
      return received;
    };
    const closed = new Promise<string>((resolve) => {
      socket.once("close", () => {
        resolve(received);
      });
    });
    return { socket, until, closed };
  }

  const upgrade =
    "GET /chat HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n";
  const tunnel = "CONNECT internal:443 HTTP/1.1\r\nHost: internal:443\r\n\r\n";

  for (const [event, text] of [
    ["upgrade", upgrade],
    ["connect", tunnel],
  ] as const) {
    describe(`a listener of ${event}`, () => {
      function echo(https: Server): void {
        https.on(event, (_request: unknown, socket: Duplex, head: Buffer) => {
          socket.write("HTTP/1.1 101 Go on\r\n\r\n");
          socket.write(head);
          socket.pipe(socket);
        });
      }

      for (const [who, client, code] of refusals) {
        it(`is not called for ${who}, who is told why before the connection ends`, async () => {
          const { port, reached } = await start({}, (https) => {
            https.on(event, () => reached.push(event));
          });
          const { socket, closed } = await begin(port, client);
          // What was sent along is not taken for a second request.
          socket.write(`${text}GET /behind HTTP/1.1\r\nHost: localhost\r\n\r\n`);
          const answer = await closed;
          expect(answer).to.match(/^HTTP\/1\.1 403 Forbidden\r\n/);
          expect(answer).to.include(`"code":"${code}"`);
          expect(answer.match(/HTTP\/1\.1/g)).to.have.length(1);
          expect(reached).to.deep.equal([]);
        });
      }

      it("is called for a client, with every octet that came after the head", async () => {
        const { port } = await start({}, echo);
        const { socket, until } = await begin(port, ann);
        socket.write(`${text}hello`);
        expect(await until(/hello/)).to.equal("HTTP/1.1 101 Go on\r\n\r\nhello");
        socket.write(" again");
        expect(await until(/again/)).to.match(/hello again$/);
      });

      it("is called in vain for a client that resets its connection, and the process lives", async () => {
        const { port } = await start({}, (https) => {
          https.on(event, (_request: unknown, socket: Duplex) => {
            socket.write("HTTP/1.1 101 Go on\r\n\r\n");
            const timer = setInterval(() => socket.write("more"), 1);
            socket.once("close", () => {
              clearInterval(timer);
            });
          });
        });
        const { socket, until } = await begin(port, ann);
        socket.write(text);
        await until(/101/);
        socket.destroy();
        expect(await begin(port, ann)).to.have.property("socket");
      });
    });
  }

  it("ends upgraded connections when their client is revoked, within about a second", async () => {
    const denied = createDenyList();
    const sockets: WebSocket[] = [];
    const { port } = await start({ revocation: { denied } }, (https) => {
      new WebSocketServer({ server: https }).on("connection", (socket, request) => {
        socket.send(clientOf(request).commonName ?? "");
        socket.on("message", (message) => {
          socket.send(message);
        });
      });
    });
    const bob = ca.client({ commonName: "bob" });
    for (const client of [ann, bob]) {
      const socket = new WebSocket(`wss://127.0.0.1:${port}/`, {
        rejectUnauthorized: false,
        cert: client.chainPem,
        key: client.leaf.privateKeyPem,
      });
      sockets.push(socket);
      const [name] = (await once(socket, "message")) as [Buffer];
      expect(String(name)).to.equal(client === ann ? "ann" : "bob");
    }
    const [annSocket, bobSocket] = sockets as [WebSocket, WebSocket];
    const startedAt = performance.now();
    await denied.deny({ publicKey: bob.leaf.pem, reason: "lost" });
    bobSocket.on("error", () => undefined);
    await once(bobSocket, "close");
    expect(performance.now() - startedAt).to.be.below(3_000);
    annSocket.send("still there");
    const [echoed] = (await once(annSocket, "message")) as [Buffer];
    expect(String(echoed)).to.equal("still there");
    annSocket.terminate();
  });

  it("ends upgraded connections when the certificate expires, and all when the rules change", async () => {
    const clock = fakeClock(Date.now());
    const short = ca.client({ commonName: "short", notAfter: clock() + 5_000 });
    const { port, https } = await start({ clock }, (each) => {
      each.on("upgrade", (_request: unknown, socket: Duplex) => {
        socket.write("HTTP/1.1 101 Go on\r\n\r\n");
      });
    });
    const first = await begin(port, short);
    const second = await begin(port, ann);
    for (const { socket, until } of [first, second]) {
      socket.write(upgrade);
      await until(/101/);
    }
    clock.advance(6_000);
    await first.closed;
    expect(second.socket.destroyed).to.equal(false);
    await (https as unknown as { reload(changes: object): Promise<void> }).reload({
      rules: [{ match: "GET /other", allow: "any-client" }],
    });
    await second.closed;
  });

  it("ends long answers and kept connections whose client is refused by now", async () => {
    const clock = fakeClock(Date.now());
    const short = ca.client({ notAfter: clock() + 5_000 });
    const tls = { key: server.leaf.privateKeyPem, cert: server.chainPem, trust: ca.root.pem };
    const stream = createMtlsServer({ ...tls, clock }, (_request, response) => {
      response.write("data: 1\n\n");
    });
    const started = await startServer(stream);
    running.push(started);
    const { socket, until, closed } = await begin(started.port, short);
    socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await until(/data: 1/);
    clock.advance(6_000);
    await closed;
  });

  it("ends connections that are too old: idle ones at once, busy ones after their answer", async () => {
    const clock = fakeClock(Date.now());
    let finish = (): void => undefined;
    const tls = { key: server.leaf.privateKeyPem, cert: server.chainPem, trust: ca.root.pem };
    const https = createMtlsServer(
      { ...tls, clock, maxConnectionAgeMs: 60_000 },
      (request, response) => {
        if (request.url === "/slow") finish = () => response.end("done");
        else response.end("ok");
      },
    );
    const started = await startServer(https);
    running.push(started);
    const idle = await begin(started.port, ann);
    idle.socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await idle.until(/ok$/);
    const busy = await begin(started.port, ann);
    busy.socket.write("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await new Promise((resolve) => setTimeout(resolve, 50));
    clock.advance(61_000);
    await idle.closed;
    // A round of the sweep takes a second.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(busy.socket.destroyed).to.equal(false);
    finish();
    expect(await busy.closed).to.match(/Connection: close[\s\S]*done$/);
  });

  describe("Expect: 100-continue", () => {
    const post =
      "POST / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";

    for (const [who, client, code] of refusals) {
      it(`is not answered with 100 for ${who}`, async () => {
        const { port, reached } = await start();
        const { socket, until } = await begin(port, client);
        socket.write(post);
        const answer = await until(/\}$/);
        expect(answer).to.match(/^HTTP\/1\.1 403/);
        expect(answer).to.include(code);
        expect(reached).to.deep.equal([]);
      });
    }

    it("is answered with one 100 for a client", async () => {
      const { port, reached } = await start();
      const { socket, until } = await begin(port, ann);
      socket.write(post);
      await until(/100 Continue\r\n\r\n/);
      socket.write("{}");
      const answer = await until(/reached/);
      expect(answer.match(/100 Continue/g)).to.have.length(1);
      expect(reached).to.deep.equal(["POST /"]);
    });

    it("is left to a listener of the application, for clients only", async () => {
      let asked = 0;
      const { port, reached } = await start({}, (https) => {
        https.on("checkContinue", (_request, response) => {
          asked++;
          response.writeHead(413).end();
        });
      });
      const refused = await begin(port, undefined);
      refused.socket.write(post);
      await refused.until(/403/);
      expect(asked).to.equal(0);
      const { socket, until } = await begin(port, ann);
      socket.write(post);
      await until(/413/);
      expect([asked, reached]).to.deep.equal([1, []]);
    });

    it("is guarded where somebody listens to other expectations", async () => {
      const { port, reached } = await start({}, (https) => {
        https.on("checkExpectation", (_request, response) => {
          reached.push("expectation");
          response.end("as you like");
        });
      });
      const other = post.replace("100-continue", "miracles");
      const refused = await begin(port, undefined);
      refused.socket.write(other);
      await refused.until(/403/);
      expect(reached).to.deep.equal([]);
      const admitted = await begin(port, ann);
      admitted.socket.write(other);
      await admitted.until(/as you like/);
    });
  });
});
