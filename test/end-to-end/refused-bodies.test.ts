import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import {
  connect as connectHttp2,
  createSecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type IncomingHttpHeaders,
} from "node:http2";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import { promisify } from "node:util";
import { expect } from "chai";
import Koa from "koa";
import { httpsOptions, mtls, type MtlsOptions } from "@mtls-shield/node";
import * as koaShield from "@mtls-shield/koa";
import {
  authority,
  fakeTimers,
  requireTool,
  startServer,
  type RunningServer,
} from "@mtls-shield/testkit";
import { frameworks, type AppPlan, type Framework } from "./frameworks.ts";

const run = promisify(execFile);

const ca = authority();
const { leaf, chainPem } = ca.server();
const tls = { key: leaf.privateKeyPem, cert: chainPem, ca: ca.root.pem };

/** What may be read of a body: the budget, and one read of Node. */
const mostRead = 2 * 65_536;

/** Everybody may read /public; nobody without a certificate may do anything else. */
const rules = [
  { match: "* /public", allow: "anyone" as const },
  { match: "* /**", allow: "any-client" as const },
];

/** A server, the timers of its shield, and what it has seen of its connections. */
interface Watched extends RunningServer {
  readonly timers: ReturnType<typeof fakeTimers>;
  readonly handled: readonly string[];
  readonly faults: readonly unknown[];
  readonly connection: () => TLSSocket;
}

type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

async function watch(
  make: (timers: ReturnType<typeof fakeTimers>, handled: string[]) => Listener,
  event: "request" | "checkContinue" = "request",
): Promise<Watched> {
  const timers = fakeTimers(Date.now());
  const handled: string[] = [];
  const faults: unknown[] = [];
  let latest: TLSSocket | undefined;
  const server = createServer(httpsOptions(tls));
  server.on(event, make(timers, handled));
  server.on("secureConnection", (socket) => (latest = socket));
  server.on("clientError", (error, socket) => {
    faults.push(error);
    socket.destroy();
  });
  const running = await startServer(server);
  const connection = (): TLSSocket => {
    if (latest === undefined) throw new Error("nobody called");
    return latest;
  };
  return { ...running, timers, handled, faults, connection };
}

function watchFramework(framework: Framework, plan: AppPlan = {}): Promise<Watched> {
  return watch((timers, handled) =>
    framework.build({
      routes: ["/", "/public"],
      onHandler: (path) => handled.push(path),
      ...plan,
      shield: { trust: ca.root.pem, rules, timers, ...(plan.shield as object | undefined) },
    }),
  );
}

function watchHandler(
  options: MtlsOptions,
  next: (error: unknown, response: ServerResponse) => void = (_error, response) => response.end(),
): Promise<Watched> {
  return watch((timers) => {
    const shield = mtls({ trust: ca.root.pem, rules, timers, ...options });
    return (request, response) => {
      shield(request, response, (error) => {
        next(error, response);
      });
    };
  });
}

/** A client that writes what it is told to, without waiting for an answer. */
class RawClient {
  readonly socket: TLSSocket;
  text = "";
  /** The server said that nothing more will come. */
  readonly ended: Promise<void>;
  readonly closed: Promise<void>;

  constructor(port: number, protocol?: "h2") {
    this.socket = connect({
      port,
      host: "127.0.0.1",
      rejectUnauthorized: false,
      allowHalfOpen: true,
      ...(protocol && { ALPNProtocols: [protocol] }),
    } as ConnectionOptions);
    this.socket.on("data", (part: Buffer) => (this.text += part.toString("latin1")));
    // A reset is one of the ways in which this may end.
    this.socket.on("error", () => undefined);
    this.ended = new Promise((resolve) => this.socket.once("end", resolve));
    this.closed = new Promise((resolve) => {
      this.socket.once("close", () => {
        resolve();
      });
    });
  }

  write(data: string | Buffer): void {
    this.socket.write(data);
  }

  /** Writes on and on until the connection is gone. */
  keepWriting(block: Buffer, pauseMs: number): void {
    const next = (error?: Error | null): void => {
      if (error || this.socket.destroyed) return;
      setTimeout(() => this.socket.write(block, next), pauseMs);
    };
    next();
  }

  get answers(): number {
    return this.text.split("HTTP/1.1 ").length - 1;
  }
}

const head = (path: string, ...headers: readonly string[]): string =>
  [`POST ${path} HTTP/1.1`, "Host: localhost", ...headers, "", ""].join("\r\n");

/** The whole of a refusal, which ends the connection. */
function expectRefusal(client: RawClient): void {
  expect(client.text).to.match(/^HTTP\/1\.1 403 /);
  expect(client.text).to.match(/\r\nconnection: close\r\n/i);
  const [fields = "", body = ""] = client.text.split("\r\n\r\n");
  const length = Number(/content-length: (\d+)/i.exec(fields)?.[1]);
  expect(body).to.have.length(length);
  expect(client.answers).to.equal(1);
}

for (const framework of frameworks) {
  describe(`a refused request with a body in ${framework.name}`, () => {
    let server: Watched;
    before(async () => {
      server = await watchFramework(framework);
    });
    after(async () => {
      await server.close();
      expect(server.faults).to.deep.equal([]);
    });

    it("is answered whole while its client is still sending ten megabytes, of which hardly any is read", async () => {
      const client = new RawClient(server.port);
      const request = head("/", "Content-Length: 10000000");
      client.write(request);
      client.write(Buffer.alloc(10_000_000));
      await client.ended;
      expectRefusal(client);
      expect(server.connection().destroyed).to.equal(false);
      await server.timers.advance(1_000);
      await client.closed;
      const read = server.connection().bytesRead - request.length;
      expect(read).to.be.within(1, mostRead);
      expect(server.timers.pauses).to.deep.equal([]);
    });

    it("is cut off after a second when its client never stops", async () => {
      const client = new RawClient(server.port);
      client.write(head("/", "Content-Length: 10000000"));
      client.keepWriting(Buffer.alloc(10), 5);
      await client.ended;
      expectRefusal(client);
      expect(server.timers.pauses).to.deep.equal([1_000]);
      await server.timers.advance(999);
      expect(server.connection().destroyed).to.equal(false);
      await server.timers.advance(1);
      await client.closed;
      expect(server.connection().destroyed).to.equal(true);
    });

    it("leaves nothing behind when its client sends the body, reads the answer and closes", async () => {
      for (const body of [
        ["Content-Length: 5", "12345"],
        ["Transfer-Encoding: chunked", "5\r\n12345\r\n0\r\n\r\n"],
      ] as const) {
        const client = new RawClient(server.port);
        client.write(head("/", body[0]));
        client.write(body[1]);
        await client.ended;
        expectRefusal(client);
        const closed = once(server.connection(), "close");
        client.socket.end();
        await closed;
        expect(server.timers.pauses).to.deep.equal([]);
      }
    });

    it("is the last of its connection: what comes behind it reaches nobody", async () => {
      const behind = "GET /public HTTP/1.1\r\nHost: localhost\r\n\r\n";
      const together = new RawClient(server.port);
      together.write(`${head("/", "Content-Length: 5")}12345${behind}${behind}`);
      await together.ended;
      const first = server.connection();
      const later = new RawClient(server.port);
      later.write(head("/", "Transfer-Encoding: chunked"));
      await later.ended;
      later.write(`0\r\n\r\n${behind}`);
      later.socket.end();
      await later.closed;
      await server.timers.advance(1_000);
      expect(first.destroyed).to.equal(true);
      together.socket.destroy();
      expectRefusal(together);
      expectRefusal(later);
      expect(server.handled).to.deep.equal([]);
    });

    it("lets the answer before it out first", async () => {
      const client = new RawClient(server.port);
      const before = "GET /public HTTP/1.1\r\nHost: localhost\r\n\r\n";
      client.write(`${before}${head("/", "Content-Length: 5")}1`);
      await client.ended;
      client.socket.destroy();
      expect(client.text).to.match(/^HTTP\/1\.1 200 [^]*HTTP\/1\.1 403 /);
      expect(client.answers).to.equal(2);
    });

    it("is the only kind that costs the connection", async () => {
      const client = new RawClient(server.port);
      const request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
      client.write(`${request}${head("/", "Content-Length: 0")}${request}`);
      while (client.answers < 3) await once(client.socket, "data");
      expect(client.text).not.to.match(/connection: close/i);
      client.socket.destroy();
    });
  });
}

describe("a refused body that curl sends", () => {
  for (const framework of frameworks) {
    it(`gets its 403 from ${framework.name}`, async function () {
      requireTool(this, "curl");
      const server = await watchFramework(framework);
      const folder = mkdtempSync(join(tmpdir(), "mtls-shield-"));
      const file = join(folder, "big");
      writeFileSync(file, Buffer.alloc(10_000_000));
      const url = `https://127.0.0.1:${server.port}/`;
      for (const more of [[], ["-H", "Expect:"], ["-H", "Transfer-Encoding: chunked"]]) {
        const { stdout } = await run("curl", [
          ...["--silent", "--insecure", "--http1.1", "--write-out", "\n%{http_code}"],
          ...["--data-binary", `@${file}`, ...more, url],
        ]);
        const [text = "", status] = stdout.split("\n");
        expect(status).to.equal("403");
        expect(JSON.parse(text)).to.include({ code: "certificate-missing" });
      }
      rmSync(folder, { recursive: true });
      await server.close();
    });
  }
});

describe("whoever answers a refused body", () => {
  type Answer = Exclude<MtlsOptions["onRefusal"], string | undefined>;
  const answers: Readonly<Record<string, Answer>> = {
    "later, in parts": async (_error, _request, response) => {
      response.statusCode = 403;
      (response as ServerResponse).write("re");
      await new Promise((resolve) => setTimeout(resolve, 30));
      (response as ServerResponse).end("fused");
    },
    "with keep-alive": (_error, _request, response) => {
      response.statusCode = 403;
      response.setHeader("Connection", "keep-alive");
      response.end("refused");
    },
    "after reading some of it": async (_error, request, response) => {
      await once(request, "data");
      request.pause();
      response.statusCode = 403;
      response.end("refused");
    },
    "by throwing": () => {
      throw new Error("boom");
    },
  };
  for (const [how, onRefusal] of Object.entries(answers)) {
    it(`does it ${how}: the client gets it whole, and is cut off`, async () => {
      const server = await watchHandler({ onRefusal, onWarning: () => undefined });
      const client = new RawClient(server.port);
      client.write(head("/", "Transfer-Encoding: chunked"));
      client.keepWriting(Buffer.from(`4000\r\n${"a".repeat(16_384)}\r\n`), 0);
      await client.ended;
      expect(client.text).to.match(/^HTTP\/1\.1 403 /);
      expect(client.answers).to.equal(1);
      await server.timers.advance(1_000);
      await client.closed;
      expect(server.connection().bytesRead).to.be.below(2 * mostRead);
      await server.close();
    });
  }

  it("does it through next(), as an error handler: the same", async () => {
    const server = await watchHandler({ onRefusal: "next" }, (error, response) => {
      response.statusCode = (error as { status: number }).status;
      response.end("caught");
    });
    const client = new RawClient(server.port);
    client.write(head("/", "Content-Length: 10000000"));
    client.write(Buffer.alloc(10_000_000));
    await client.ended;
    expect(client.text).to.match(/^HTTP\/1\.1 403 [^]*caught/);
    await server.timers.advance(1_000);
    await client.closed;
    await server.close();
  });

  it("does not do it at all: nothing is read beyond Node's buffers, and a client that leaves leaves nothing", async () => {
    const server = await watchHandler({ onRefusal: () => undefined });
    const client = new RawClient(server.port);
    client.write(head("/", "Content-Length: 10000000"));
    client.write(Buffer.alloc(10_000_000));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(server.connection().bytesRead).to.be.below(2 * mostRead);
    expect(server.timers.pauses).to.deep.equal([]);
    client.socket.destroy();
    await server.close();
  });

  it("does it where the client asked first: it gets the final answer, and no 100", async () => {
    const server = await watch((timers) => {
      const shield = mtls({ trust: ca.root.pem, timers });
      return (request, response) => {
        shield(request, response, () => response.end());
      };
    }, "checkContinue");
    const client = new RawClient(server.port);
    client.write(head("/", "Content-Length: 10000000", "Expect: 100-continue"));
    await client.ended;
    expectRefusal(client);
    client.socket.end();
    await client.closed;
    await server.close();
  });
});

describe("a refused body of a client that was read already", () => {
  it("does not cost the connection", async () => {
    const server = await watch((timers) => {
      const shield = mtls({ trust: ca.root.pem, timers });
      return async (request, response) => {
        await once(request.resume(), "end");
        shield(request, response, () => response.end());
      };
    });
    const client = new RawClient(server.port);
    client.write(`${head("/", "Content-Length: 5")}12345`);
    while (client.answers < 1) await once(client.socket, "data");
    expect(client.text).not.to.match(/connection: close/i);
    client.socket.destroy();
    await server.close();
  });
});

describe("a refused body on HTTP/2", () => {
  type Http2Listener = (request: Http2ServerRequest, response: Http2ServerResponse) => unknown;
  const listeners: Readonly<
    Record<string, (options: MtlsOptions & koaShield.MtlsOptions) => Http2Listener>
  > = {
    "node:http2": (options) => {
      const shield = mtls(options);
      return (request, response) => {
        shield(request, response, () => {
          setTimeout(() => response.end("public"), 50);
        });
      };
    },
    Koa: (options) => {
      const app = new Koa();
      app.silent = true;
      app.use(koaShield.mtls(options));
      app.use(async (ctx) => {
        await new Promise((resolve) => setTimeout(resolve, 50));
        ctx.body = "public";
      });
      return app.callback();
    },
  };

  for (const [name, make] of Object.entries(listeners)) {
    describe(`in ${name}`, () => {
      let running: RunningServer;
      let timers: ReturnType<typeof fakeTimers>;
      let connection: TLSSocket;
      const faults: unknown[] = [];
      beforeEach(async () => {
        timers = fakeTimers(Date.now());
        const listener = make({ trust: ca.root.pem, rules, timers });
        const server = createSecureServer(httpsOptions(tls), listener);
        server.on("secureConnection", (socket: TLSSocket) => (connection = socket));
        server.on("sessionError", (error) => faults.push(error));
        running = await startServer(server);
      });
      afterEach(() => running.close());
      after(() => {
        expect(faults).to.deep.equal([]);
      });

      it("is answered while the client is still sending, and other streams finish", async () => {
        const session = connectHttp2(`https://127.0.0.1:${running.port}`, {
          rejectUnauthorized: false,
        });
        const closed = once(session, "close");
        const call = async (path: string): Promise<readonly [unknown, string]> => {
          const stream = session.request(
            { ":path": path, ":method": "POST" },
            { endStream: path === "/public" },
          );
          stream.on("error", () => undefined);
          let text = "";
          stream.on("data", (part: Buffer) => (text += part.toString()));
          if (path !== "/public") stream.write(Buffer.alloc(10_000_000));
          const over = once(stream, "close");
          const [headers] = (await once(stream, "response")) as [IncomingHttpHeaders];
          await over;
          return [headers[":status"], text];
        };
        const open = call("/public");
        const [status, text] = await call("/");
        expect(status).to.equal(403);
        expect(JSON.parse(text)).to.include({ code: "certificate-missing" });
        expect(await open).to.deep.equal([200, "public"]);
        await closed;
        if (!connection.closed) await once(connection, "close");
        expect(connection.bytesRead).to.be.below(mostRead);
        await until(() => timers.pauses.length === 0);
      });

      it("leaves no listeners however many streams of a session are refused at once", async () => {
        const warnings: Error[] = [];
        const warn = (warning: Error): number => warnings.push(warning);
        process.on("warning", warn);
        const session = connectHttp2(`https://127.0.0.1:${running.port}`, {
          rejectUnauthorized: false,
        });
        await once(session, "connect");
        const streams = Array.from({ length: 30 }, () =>
          session.request({ ":path": "/", ":method": "POST" }),
        );
        const closed = once(session, "close");
        const statuses = new Set<unknown>();
        for (const stream of streams) {
          // Those that come behind the GOAWAY are not even looked at (RFC 9113 6.8).
          stream.on("error", () => undefined);
          stream.on("response", (headers) => statuses.add(headers[":status"]));
          stream.resume();
        }
        await closed;
        expect(statuses).to.deep.equal(new Set([403]));
        process.off("warning", warn);
        expect(warnings).to.deep.equal([]);
      });

      for (const [pace, size, pauseMs] of [
        ["slowly", 10, 10],
        ["as fast as it can", 16_384, 0],
      ] as const) {
        it(`is cut off when its client goes on ${pace} after the stream was reset`, async () => {
          const client = new RawClient(running.port, "h2");
          client.write(
            Buffer.concat([
              Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
              frame({ type: 4, flags: 0, stream: 0, payload: Buffer.alloc(0) }),
              // HEADERS without END_STREAM: POST https /, authority "x" (RFC 7541 appendix A).
              frame({
                type: 1,
                flags: 4,
                stream: 1,
                payload: Buffer.from([0x83, 0x87, 0x84, 1, 1, 0x78]),
              }),
            ]),
          );
          client.keepWriting(
            frame({ type: 0, flags: 0, stream: 1, payload: Buffer.alloc(size) }),
            pauseMs,
          );
          await until(() => timers.pauses.length > 0);
          await new Promise((resolve) => setTimeout(resolve, 200));
          expect(client.text).to.contain("certificate-missing");
          // Some versions of Node stop reading when a client breaks the rules of flow control: then the stream has to go first.
          await timers.advance(1_000);
          await new Promise((resolve) => setTimeout(resolve, 20));
          await timers.advance(pauseMs === 0 ? 100 : 1_000);
          await client.closed;
          expect(connection.destroyed).to.equal(true);
          expect(timers.pauses).to.deep.equal([]);
          faults.length = 0;
        });
      }
    });
  }
});

/** RFC 9113 4.1. */
function frame(parts: {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}): Buffer {
  const start = Buffer.alloc(9);
  start.writeUIntBE(parts.payload.length, 0, 3);
  start[3] = parts.type;
  start[4] = parts.flags;
  start.writeUInt32BE(parts.stream, 5);
  return Buffer.concat([start, parts.payload]);
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
