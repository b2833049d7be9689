import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { connect as connectHttp2, createSecureServer } from "node:http2";
import { request } from "node:https";
import { type AddressInfo, connect, createServer } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { expect } from "chai";
import { authority, requireTool, startServer, type RunningServer } from "@mtls-shield/testkit";
import type { RefusedProxy } from "../../packages/node/src/server/proxy-protocol/accept-proxied.ts";
import { takeHeaders } from "../../packages/node/test/server/proxy-protocol/take-headers.ts";

const ca = authority();
const server = ca.server();
const client = ca.client({ commonName: "ann" });

/** Only Linux has all of 127.0.0.0/8 on its loopback interface. */
const clientAddress = process.platform === "linux" ? "127.0.0.2" : "127.0.0.1";

interface Seen {
  readonly address: string;
  readonly port: number;
  readonly family: string;
  readonly client?: string;
}

describe("HAProxy in front of a TLS server, passing TLS through", () => {
  const ending: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const end of ending.splice(0).reverse()) await end();
  });

  /** What the API sees of each request, and what HAProxy was refused for. */
  async function startApi(from: string) {
    const refusals: RefusedProxy[] = [];
    const checks: Seen[] = [];
    const api = createSecureServer(
      {
        key: server.leaf.privateKeyPem,
        cert: server.chainPem,
        ca: ca.root.pem,
        requestCert: true,
        rejectUnauthorized: false,
        allowHTTP1: true,
      },
      (req, res) => {
        const socket = req.socket as TLSSocket;
        const certificate = socket.getPeerX509Certificate();
        const seen: Seen = {
          address: String(socket.remoteAddress),
          port: Number(socket.remotePort),
          family: String(socket.remoteFamily),
          ...(certificate && { client: certificate.subject }),
        };
        if (req.url === "/health") checks.push(seen);
        res.end(JSON.stringify(seen));
      },
    );
    takeHeaders(api, { from: [from] }, { onRefused: (refusal) => refusals.push(refusal) });
    const running: RunningServer = await startServer(api);
    ending.push(() => running.close());
    return { port: running.port, refusals, checks };
  }

  /** One TCP proxy; what it is bound to, and how it talks to the API, as in its configuration. */
  async function startHaproxy(bind: string, server: string): Promise<number> {
    const folder = mkdtempSync(join(tmpdir(), "mtls-shield-"));
    const port = await findFreePort();
    const configuration = [
      "global",
      "  maxconn 100",
      "defaults",
      "  mode tcp",
      "  timeout connect 5s",
      "  timeout client 10s",
      "  timeout server 10s",
      "  timeout check 5s",
      "listen api",
      `  bind ${bind.replace("PORT", String(port))}`,
      "  option httpchk GET /health",
      `  server api ${server}`,
      "",
    ];
    writeFileSync(join(folder, "haproxy.cfg"), configuration.join("\n"));
    const child = spawn("haproxy", ["-db", "-f", "haproxy.cfg"], { cwd: folder, stdio: "ignore" });
    const exited = once(child, "exit");
    ending.push(async () => {
      child.kill();
      await exited;
      rmSync(folder, { recursive: true, force: true });
    });
    while (child.exitCode === null && !(await isListening(port))) await pause();
    expect(child.exitCode, "HAProxy has ended").to.equal(null);
    return port;
  }

  for (const [name, options] of [
    ["send-proxy", "send-proxy"],
    ["send-proxy-v2", "send-proxy-v2"],
    [
      "send-proxy-v2 with a checksum and other extensions",
      "send-proxy-v2 proxy-v2-options crc32c,unique-id,authority",
    ],
  ] as const) {
    it(`shows the API its clients by ${name}, over HTTP/1.1 and HTTP/2`, async function () {
      requireTool(this, "haproxy");
      const api = await startApi("127.0.0.1");
      const port = await startHaproxy("127.0.0.1:PORT", `127.0.0.1:${api.port} ${options}`);
      for (const ask of [askOverHttp1, askOverHttp2]) {
        const { own, seen } = await ask(port);
        expect(seen).to.deep.equal({
          address: clientAddress,
          port: own,
          family: "IPv4",
          client: "CN=ann",
        });
      }
    });

    it(`shows the API the IPv4 clients of a socket for both families by ${name}`, async function () {
      requireTool(this, "haproxy");
      if (!hasIpv6()) this.skip();
      const api = await startApi("127.0.0.1");
      const port = await startHaproxy("[::]:PORT v4v6", `127.0.0.1:${api.port} ${options}`);
      const { own, seen } = await askOverHttp1(port);
      expect(seen).to.include({ port: own });
      expect([clientAddress, `::ffff:${clientAddress}`]).to.include(seen.address);
    });

    it(`answers the health checks of HAProxy, which come from itself, with ${name}`, async function () {
      requireTool(this, "haproxy");
      const api = await startApi("127.0.0.1");
      await startHaproxy(
        "127.0.0.1:PORT",
        `127.0.0.1:${api.port} ${options} check check-ssl verify none inter 50ms`,
      );
      while (api.checks.length < 2) await pause();
      for (const seen of api.checks) {
        expect(seen).to.include({ address: "127.0.0.1", family: "IPv4" });
      }
      // Whoever looked whether HAProxy is there has left, and HAProxy has passed that on.
      const refused = api.refusals.filter(({ problem }) => !/is gone|ended/.test(problem));
      expect(refused).to.deep.equal([]);
    });
  }

  it("ends the connections of an HAProxy that sends no header, and of one that is not listed", async function () {
    requireTool(this, "haproxy");
    for (const [from, options, problem] of [
      ["127.0.0.1", "", "there is no PROXY header"],
      ["10.0.0.0/8", "send-proxy-v2", "the peer is not among the senders of PROXY headers"],
    ] as const) {
      const api = await startApi(from);
      const port = await startHaproxy("127.0.0.1:PORT", `127.0.0.1:${api.port} ${options}`);
      const error = await askOverHttp1(port).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(Error);
      expect(api.refusals).to.deep.include({ peer: "127.0.0.1", problem });
    }
  });
});

async function openTls(port: number, protocol: string): Promise<TLSSocket> {
  const raw = connect({ port, host: "127.0.0.1", localAddress: clientAddress });
  await once(raw, "connect");
  const socket = connectTls({
    socket: raw,
    cert: client.chainPem,
    key: client.leaf.privateKeyPem,
    rejectUnauthorized: false,
    servername: "localhost",
    ALPNProtocols: [protocol],
  });
  await once(socket, "secureConnect");
  return socket;
}

async function askOverHttp1(port: number) {
  const socket = await openTls(port, "http/1.1");
  const own = Number(socket.localPort);
  const asked = request({ createConnection: () => socket });
  asked.end();
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  return { own, seen: await readSeen(response) };
}

async function askOverHttp2(port: number) {
  const socket = await openTls(port, "h2");
  const own = Number(socket.localPort);
  const session = connectHttp2("https://localhost", { createConnection: () => socket });
  const seen = await readSeen(session.request({ ":path": "/" }));
  session.destroy();
  return { own, seen };
}

async function readSeen(body: AsyncIterable<unknown>): Promise<Seen> {
  let text = "";
  for await (const chunk of body) text += String(chunk);
  return JSON.parse(text) as Seen;
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function findFreePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}

function hasIpv6(): boolean {
  return Object.values(networkInterfaces()).some((all) =>
    all?.some(({ family }) => family === "IPv6"),
  );
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10));
}
