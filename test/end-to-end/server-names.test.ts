import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request as httpsRequest } from "node:https";
import { connect as connectHttp2 } from "node:http2";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { expect } from "chai";
import { createMtlsServer, mtls, type MtlsServerOptions } from "@mtls-shield/node";
import {
  authority,
  requireTool,
  startServer,
  type IssuedChain,
  type RunningServer,
} from "@mtls-shield/testkit";

const rootA = authority({ commonName: "Root A" });
const rootB = authority({ commonName: "Root B" });
const ann = rootA.client({ commonName: "ann" });
const bob = rootB.client({ commonName: "bob" });
const tlsOf = (commonName: string) => {
  const { leaf, chainPem } = rootA.server({ commonName });
  return { key: leaf.privateKeyPem, cert: chainPem };
};
const quiet = { onWarning: () => undefined };
const two: MtlsServerOptions = {
  ...tlsOf("a"),
  ...quiet,
  trust: rootA.root.pem,
  serverNames: {
    "b.example": { ...tlsOf("b"), ...quiet, trust: rootB.root.pem },
    "*.c.example": { ...tlsOf("c"), shield: mtls({ trust: rootB.root.pem, ...quiet }) },
  },
};

describe("a server of several host names", () => {
  const running: RunningServer[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((each) => each.close()));
  });
  async function start(options: MtlsServerOptions) {
    const reached: string[] = [];
    const server = createMtlsServer(options, (request, response) => {
      reached.push(String(request.headers.host));
      response.end("{}");
    });
    const { port, close } = await startServer(server);
    running.push({ port, close });
    return { server, port, reached };
  }

  /** Sends this text over HTTP/1 as it is: the status, the code of the problem, the name in the server's certificate. */
  async function send(
    port: number,
    { servername, client, text }: { servername: string; client?: IssuedChain; text: string },
  ) {
    const socket = connectTls({
      port,
      host: "127.0.0.1",
      // Without a server name where it is empty.
      servername,
      rejectUnauthorized: false,
      ALPNProtocols: ["http/1.1"],
      ...(client && { cert: client.chainPem, key: client.leaf.privateKeyPem }),
    });
    await once(socket, "secureConnect");
    const server = String(socket.getPeerCertificate().subject.CN);
    socket.write(text);
    let answer = "";
    socket.on("data", (chunk: Buffer) => (answer += chunk.toString("latin1")));
    await once(socket, "close");
    return {
      status: Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0),
      code: /"code":"([a-z0-9-]+)"/.exec(answer)?.[1],
      server,
    };
  }
  const get = (host: string, target = "/"): string =>
    `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;

  for (const http2 of [false, true]) {
    describe(http2 ? "HTTP/1 over a server of HTTP/2" : "HTTP/1", () => {
      const misdirected = { status: 421, code: "request-misdirected" };
      for (const [what, servername, text, client, expected] of [
        [
          "admits the default host",
          "a.example",
          get("a.example"),
          ann,
          { status: 200, server: "a" },
        ],
        ["admits another host", "b.example", get("b.example"), bob, { status: 200, server: "b" }],
        [
          "admits by wildcard",
          "x.c.example",
          get("x.c.example"),
          bob,
          { status: 200, server: "c" },
        ],
        [
          "ignores port, case and final dot",
          "B.example",
          get("b.EXAMPLE.:8443"),
          bob,
          { status: 200 },
        ],
        [
          "admits two hosts of one context",
          "x.c.example",
          get("y.c.example"),
          bob,
          { status: 200 },
        ],
        ["refuses a client of another host", "b.example", get("b.example"), ann, { status: 403 }],
        [
          "refuses the other host's client by wildcard",
          "x.c.example",
          get("x.c.example"),
          ann,
          { status: 403 },
        ],
        [
          "redirects a request of one connection for another host",
          "b.example",
          get("a.example"),
          bob,
          misdirected,
        ],
        ["redirects the other way round", "a.example", get("b.example"), ann, misdirected],
        [
          "redirects upper case, port and final dot",
          "a.example",
          get("B.EXAMPLE.:443"),
          ann,
          misdirected,
        ],
        ["redirects from wildcard to default", "x.c.example", get("c.example"), bob, misdirected],
        [
          "redirects two labels below a wildcard",
          "x.c.example",
          get("x.y.c.example"),
          bob,
          misdirected,
        ],
        [
          "redirects an IPv6 literal away from a named host",
          "b.example",
          get("[::1]:443"),
          bob,
          misdirected,
        ],
        [
          "admits an IPv6 literal without a server name",
          "",
          get("[::1]:443"),
          ann,
          { status: 200, server: "a" },
        ],
        ["redirects a named host without a server name", "", get("b.example"), bob, misdirected],
        [
          "redirects by the absolute form",
          "a.example",
          get("b.example", "https://b.example/"),
          ann,
          misdirected,
        ],
        [
          "refuses an absolute form that says otherwise than Host",
          "a.example",
          get("a.example", "https://b.example/"),
          ann,
          { status: 400 },
        ],
        ["refuses no Host", "a.example", "GET / HTTP/1.0\r\n\r\n", ann, { status: 400 }],
      ] as const) {
        it(what, async () => {
          const { port, reached } = await start({ ...two, http2 });
          const answer = await send(port, { servername, client, text });
          expect(answer).to.include(expected);
          expect(reached).to.have.length(expected.status === 200 ? 1 : 0);
        });
      }

      it("refuses two Host headers, of which each is served by one of two contexts", async () => {
        const { port, reached } = await start({ ...two, http2 });
        for (const servername of ["a.example", "b.example"]) {
          for (const [first, second] of [
            ["a.example", "b.example"],
            ["b.example", "a.example"],
          ]) {
            const text = `GET / HTTP/1.1\r\nHost: ${first}\r\nHost: ${second}\r\nConnection: close\r\n\r\n`;
            const client = servername === "a.example" ? ann : bob;
            expect((await send(port, { servername, client, text })).status).to.be.oneOf([400, 421]);
          }
        }
        expect(reached).to.deep.equal([]);
      });

      it("redirects an upgrade and a tunnel", async () => {
        const { port, server } = await start({ ...two, http2 });
        server.on("upgrade", () => expect.fail("reached"));
        server.on("connect", () => expect.fail("reached"));
        const upgrade = `GET / HTTP/1.1\r\nHost: b.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;
        const answer = await send(port, { servername: "a.example", client: ann, text: upgrade });
        expect(answer).to.include(misdirected);
        const connect = "CONNECT b.example:443 HTTP/1.1\r\nHost: b.example:443\r\n\r\n";
        const tunnel = await send(port, { servername: "a.example", client: ann, text: connect });
        expect(tunnel.status).to.be.oneOf([400, 421]);
      });
    });
  }

  it("judges each stream of a session of HTTP/2 by its own authority", async () => {
    const { port, reached } = await start({ ...two, http2: true });
    for (const wrong of ["a.example", "[::1]"]) {
      const session = connectHttp2(`https://localhost:${port}`, {
        servername: "b.example",
        rejectUnauthorized: false,
        cert: bob.chainPem,
        key: bob.leaf.privateKeyPem,
      });
      const statuses: unknown[] = [];
      for (const authority of ["b.example", "B.EXAMPLE.:443", wrong]) {
        const stream = session.request({ ":path": "/", ":authority": authority });
        stream.on("response", (headers) => statuses.push(headers[":status"]));
        stream.resume();
        stream.on("error", (error: Error) => statuses.push(error.message));
        await new Promise((resolve) => stream.once("close", resolve));
      }
      session.close();
      expect(statuses).to.deep.equal([200, 200, 421]);
    }
    expect(reached).to.have.length(4);
  });

  it("redirects between names that the application added, and asks their clients by the same shield", async () => {
    const options = { ...tlsOf("a"), ...quiet, trust: rootA.root.pem };
    const { port, server } = await start(options);
    server.addContext("b.example", { ...tlsOf("b"), ca: rootB.root.pem });
    const ask = async (servername: string, host: string, client: IssuedChain) =>
      (await send(port, { servername, client, text: get(host) })).status;
    expect(await ask("b.example", "b.example", ann)).to.equal(200);
    expect(await ask("b.example", "b.example", bob)).to.equal(403);
    expect(await ask("a.example", "b.example", ann)).to.equal(421);
    expect(await ask("b.example", "a.example", ann)).to.equal(421);
  });

  for (const [what, http2, useHttp2] of [
    ["HTTP/1", false, false],
    ["HTTP/1 over a server of HTTP/2", true, false],
    ["HTTP/2", true, true],
  ] as const) {
    it(`takes 24 KB of headers over ${what}`, async () => {
      const { port } = await start({ ...tlsOf("a"), trust: rootA.root.pem, ...quiet, http2 });
      const long = { "client-cert": "a".repeat(12_000), "x-chain": "b".repeat(12_000) };
      const own = { rejectUnauthorized: false, cert: ann.chainPem, key: ann.leaf.privateKeyPem };
      if (useHttp2) {
        const session = connectHttp2(`https://localhost:${port}`, own);
        const [headers] = (await once(session.request(long), "response")) as [
          { ":status": number },
        ];
        session.destroy();
        expect(headers[":status"]).to.equal(200);
      } else {
        const call = httpsRequest({ port, host: "127.0.0.1", agent: false, headers: long, ...own });
        call.end();
        const [response] = (await once(call, "response")) as [
          { statusCode: number; resume(): void },
        ];
        response.resume();
        expect(response.statusCode).to.equal(200);
      }
    });
  }

  it("has its bounds of time on a server of HTTP/2 as well", async () => {
    for (const http2 of [false, true]) {
      const { server } = await start({ ...tlsOf("a"), trust: rootA.root.pem, ...quiet, http2 });
      expect(server).to.include({ headersTimeout: 20_000, maxHeaderSize: 32_768 });
    }
    const options = { ...tlsOf("a"), trust: rootA.root.pem, ...quiet, headersTimeout: 200 };
    for (const http2 of [false, true]) {
      const { port } = await start({ ...options, http2, connectionsCheckingInterval: 50 });
      const text = "GET / HTTP/1.1\r\nHost: a\r\n";
      expect((await send(port, { servername: "a", client: ann, text })).status).to.equal(408);
    }
  });

  describe("as openssl sees it", () => {
    before(function () {
      requireTool(this, "openssl");
    });
    async function openssl(args: readonly string[], input = "", cwd?: string): Promise<string> {
      const child = spawn("openssl", ["s_client", ...args], { timeout: 10_000, cwd });
      let output = "";
      child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString("latin1")));
      child.stderr.resume();
      child.stdin.on("error", () => undefined);
      if (input === "") child.stdin.end();
      else child.stdin.write(input);
      await once(child, "close");
      return output;
    }

    it("names the authorities of each host, and after a reload those that it trusts then", async () => {
      const { port, server } = await start(two);
      const namesFor = async (servername: string): Promise<string[]> => {
        const output = await openssl(["-connect", `127.0.0.1:${port}`, "-servername", servername]);
        const list = /Acceptable client certificate CA names\n([^]*?)\n(?:Requested|Client)/.exec(
          output,
        );
        return [...(list?.[1] ?? "").matchAll(/CN ?= ?(.+)/g)].map(([, name]) => String(name));
      };
      expect(await namesFor("a.example")).to.deep.equal(["Root A"]);
      expect(await namesFor("b.example")).to.deep.equal(["Root B"]);
      expect(await namesFor("x.c.example")).to.deep.equal(["Root B"]);
      await server.reload({ trust: [rootA.root.pem, rootB.root.pem] });
      expect(await namesFor("a.example")).to.deep.equal(["Root A", "Root B"]);
      expect(await namesFor("b.example")).to.deep.equal(["Root B"]);
      await server.reload({ trust: rootB.root.pem });
      expect(await namesFor("a.example")).to.deep.equal(["Root B"]);
    });

    for (const version of ["-tls1_2", "-tls1_3"]) {
      it(`tells no names of authorities where that is switched off, and judges all the same, ${version}`, async () => {
        const { port, server } = await start({ ...two, sendAuthorityNames: false });
        for (const servername of ["a.example", "b.example"]) {
          const args = ["-connect", `127.0.0.1:${port}`, "-servername", servername, version];
          expect(await openssl(args)).to.match(/No client certificate CA names sent/);
        }
        await server.reload({ trust: [rootA.root.pem, rootB.root.pem] });
        const args = ["-connect", `127.0.0.1:${port}`, "-servername", "a.example", version];
        expect(await openssl(args)).to.match(/No client certificate CA names sent/);
        for (const [servername, client, status] of [
          ["a.example", bob, 200],
          ["b.example", bob, 200],
          ["b.example", ann, 403],
        ] as const) {
          const answer = await send(port, { servername, client, text: get(servername) });
          expect(answer.status).to.equal(status);
        }
      });

      it(`authenticates nobody by a pre-shared key, nor by the session that follows, ${version}`, async () => {
        const psk = Buffer.from("0123456789abcdef0123456789abcdef", "hex");
        const { port, reached } = await start({
          ...tlsOf("a"),
          ...quiet,
          trust: rootA.root.pem,
          ciphers: "DEFAULT:PSK-AES128-GCM-SHA256",
          pskCallback: () => psk,
        });
        const folder = mkdtempSync(join(tmpdir(), "mtls-shield-"));
        try {
          const connect = ["-connect", `127.0.0.1:${port}`, version, "-ign_eof"];
          const key = ["-psk_identity", "eve", "-psk", psk.toString("hex")];
          const cipher =
            version === "-tls1_2"
              ? ["-cipher", "PSK-AES128-GCM-SHA256"]
              : // A key without a hash of its own goes with SHA-256 (RFC 8446 4.2.11).
                ["-ciphersuites", "TLS_AES_128_GCM_SHA256"];
          const first = [...connect, ...key, ...cipher, "-sess_out", "session"];
          const answer = await openssl(first, get("a.example"), folder);
          expect(answer)
            .to.match(/HTTP\/1\.1 403/)
            .and.match(/certificate-missing/);
          expect(answer).not.to.match(/BEGIN CERTIFICATE/);
          writeFileSync(join(folder, "in"), readFileSync(join(folder, "session")));
          const again = await openssl(
            [...connect, ...key, ...cipher, "-sess_in", "in"],
            get("a.example"),
            folder,
          );
          expect(again)
            .to.match(/HTTP\/1\.1 403/)
            .and.match(/certificate-missing/);
          expect(again).to.match(/^Reused, /m);
        } finally {
          rmSync(folder, { recursive: true, force: true });
        }
        expect(reached).to.deep.equal([]);
      });
    }
  });
});
