import { once } from "node:events";
import type { Server } from "node:net";
import { createAuthority, type CertificateAuthority } from "@mtls-shield/pki";
import { callApi, startServer, type RunningServer } from "@mtls-shield/testkit";
import { expect } from "chai";
import { io, type Socket } from "socket.io-client";
import { WebSocket } from "ws";

import { createFastifyApi } from "../../examples/fastify/fastify-api.ts";
import { createHonoApi } from "../../examples/hono/hono-api.ts";
import { createNestjsApi } from "../../examples/nestjs/nestjs-api.ts";
import { createPlainNodeApi } from "../../examples/plain-node/plain-node-api.ts";
import { createSocketIoApi } from "../../examples/socket-io/socket-io-api.ts";
import type { ExampleOptions } from "../../examples/start-example.ts";
import { createWebsocketApi } from "../../examples/websocket/websocket-api.ts";
import { startProcess } from "./start-process.ts";

type Issued = Awaited<ReturnType<CertificateAuthority["issueClient"]>>;

const spiffeId = "spiffe://corp.example/orders";

describe("the small examples", function () {
  this.timeout(20_000);

  let root: CertificateAuthority;
  let orders: Issued;
  let stranger: Issued;
  let options: ExampleOptions;
  const running: RunningServer[] = [];

  before(async () => {
    root = await createAuthority();
    orders = await root.issueClient({ spiffeId });
    stranger = await (await createAuthority()).issueClient({ spiffeId });
    const { chainPem, privateKeyPem } = await root.issueServer();
    options = { cert: chainPem, key: privateKeyPem, trust: root.trustPem };
  });

  afterEach(async () => {
    await Promise.all(running.splice(0).map((each) => each.close()));
  });

  async function start(create: (options: ExampleOptions) => Server | Promise<Server>) {
    const started = await startServer(await create(options));
    running.push(started);
    return started.port;
  }

  for (const [name, create] of [
    ["plain Node", createPlainNodeApi],
    ["Fastify", createFastifyApi],
    ["NestJS", createNestjsApi],
    ["Hono", createHonoApi],
    ["WebSocket", createWebsocketApi],
    ["Socket.IO", createSocketIoApi],
  ] as const) {
    it(`${name}: answers its client by name, and refuses everybody else`, async () => {
      const port = await start(create);
      const call = async (issued: Issued | undefined) => {
        const client = issued && { chainPem: issued.chainPem, leaf: issued as never };
        const { status, json } = await callApi({ port, path: "/whoami", client });
        return [status, json["code"] ?? json["client"]];
      };
      expect(await call(orders)).to.deep.equal([200, spiffeId]);
      expect(await call(stranger)).to.deep.equal([403, "issuer-unknown"]);
      expect(await call(undefined)).to.deep.equal([403, "certificate-missing"]);
    });
  }

  it("WebSocket: talks with its client, and upgrades nobody else", async () => {
    const port = await start(createWebsocketApi);
    const connect = (client: Issued | undefined) =>
      new WebSocket(`wss://localhost:${port}`, {
        ca: root.trustPem,
        ...(client && { cert: client.chainPem, key: client.privateKeyPem }),
      });
    for (const client of [undefined, stranger]) {
      const [error] = (await once(connect(client), "error")) as [Error];
      expect(error.message).to.equal("Unexpected server response: 403");
    }
    const socket = connect(orders);
    await once(socket, "open");
    socket.send("hello");
    const [answer] = (await once(socket, "message")) as [Buffer];
    expect(String(answer)).to.equal(`${spiffeId}: hello`);
    socket.terminate();
  });

  for (const transport of ["polling", "websocket"]) {
    it(`Socket.IO: welcomes its client by ${transport}, and nobody else`, async () => {
      const port = await start(createSocketIoApi);
      const sockets: Socket[] = [];
      const connect = (client: Issued | undefined): Socket => {
        const socket = io(`https://localhost:${port}`, {
          transports: [transport],
          reconnection: false,
          forceNew: true,
          ca: root.trustPem,
          ...(client && { cert: client.chainPem, key: client.privateKeyPem }),
        });
        sockets.push(socket);
        return socket;
      };
      const said = (socket: Socket, event: string) =>
        new Promise<unknown>((resolve) => socket.on(event, resolve));
      expect(await said(connect(undefined), "connect_error")).to.be.instanceOf(Error);
      expect(await said(connect(stranger), "connect_error")).to.be.instanceOf(Error);
      expect(await said(connect(orders), "welcome")).to.equal(spiffeId);
      for (const socket of sockets) socket.disconnect();
    });
  }

  it("start with one command, and say how to call them", async () => {
    const cwd = new URL("../../examples/hono/", import.meta.url);
    const env = { ...process.env, HOST: "127.0.0.1", PORT: "0" };
    const api = startProcess("npm", ["start"], { cwd, env });
    const [, ca = ""] = await api.printed(/curl --cacert (\S+) .*\/whoami$/m);
    expect(ca).to.match(/ca\.crt$/);
    api.interrupt();
    await api.exited;
  });
});
