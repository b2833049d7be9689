import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Duplex } from "node:stream";
import { expect } from "chai";
import fc from "fast-check";
import { fakeTimers } from "@mtls-shield/testkit";
import {
  acceptProxied,
  type RefusedProxy,
} from "../../../src/server/proxy-protocol/accept-proxied.ts";
import {
  readProxyProtocol,
  type ProxyProtocolOptions,
} from "../../../src/server/proxy-protocol/proxy-protocol.ts";
import { binaryHeader, extension, headerLine, ipv6Block } from "./made-headers.ts";

const line = headerLine("TCP4 192.0.2.7 198.51.100.1 50000 443");

describe("acceptProxied", () => {
  const closers: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    await Promise.all(closers.splice(0).map((close) => close()));
  });

  /** A server that answers with what it sees of the client, and then with whatever the client sends. */
  async function start(options: ProxyProtocolOptions, address: Parameters<Server["listen"]>[0]) {
    const timers = fakeTimers(0);
    const refusals: RefusedProxy[] = [];
    const protocol = readProxyProtocol(options);
    const sockets = new Set<Socket>();
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      sockets.add(socket);
      acceptProxied(
        socket,
        protocol,
        (ready) => {
          const { remoteAddress, remotePort, remoteFamily } = ready;
          ready.write(`${JSON.stringify([remoteAddress, remotePort, remoteFamily])}\n`);
          ready.pipe(ready);
        },
        { timers, onRefused: (refusal) => refusals.push(refusal) },
      );
    });
    server.listen(address);
    await once(server, "listening");
    closers.push(async () => {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    });
    return { server, timers, refusals, sockets };
  }
  const onLoopback = { port: 0, host: "127.0.0.1" };

  async function open(server: Server, host = "127.0.0.1"): Promise<Socket> {
    const socket = connect((server.address() as AddressInfo).port, host).setNoDelay();
    socket.on("error", () => undefined);
    await once(socket, "connect");
    return socket;
  }
  async function answerTo(socket: Socket, ...packets: readonly (Uint8Array | string)[]) {
    for (const packet of packets) {
      socket.write(packet);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    socket.end();
    let text = "";
    for await (const chunk of socket) text += (chunk as Buffer).toString("latin1");
    const [seen = "", echo = ""] = text.split("\n");
    return { seen: seen === "" ? undefined : (JSON.parse(seen) as unknown), echo };
  }
  async function isEnded(socket: Socket): Promise<boolean> {
    socket.resume();
    // A reset is an end as well.
    if (!socket.closed) await new Promise((resolve) => socket.once("close", resolve));
    return socket.bytesRead === 0;
  }

  it("shows the client's address and hands on what came after the header, in one packet or byte by byte", async () => {
    const { server, timers } = await start({ from: ["127.0.0.1"] }, onLoopback);
    const ipv6 = binaryHeader({ kind: 0x21, block: ipv6Block });
    for (const [header, seen] of [
      [line, ["192.0.2.7", 50000, "IPv4"]],
      [binaryHeader(), ["192.0.2.7", 50000, "IPv4"]],
      [ipv6, ["2001:db8::7", 50000, "IPv6"]],
    ] as const) {
      const bytes = Buffer.concat([header, Buffer.from("hello")]);
      const bytewise = [...bytes].map((octet) => Buffer.of(octet));
      for (const packets of [[bytes], [header, "hello"], bytewise]) {
        const answer = await answerTo(await open(server), ...packets);
        expect(answer).to.deep.equal({ seen, echo: "hello" });
      }
    }
    expect(timers.pauses).to.deep.equal([]);
  });

  it("leaves a health check of the load balancer its own address", async () => {
    const { server } = await start({ from: ["127.0.0.1"] }, onLoopback);
    for (const header of [headerLine("UNKNOWN"), binaryHeader({ command: 0x20, kind: 0 })]) {
      const socket = await open(server);
      const own = ["127.0.0.1", socket.localPort, "IPv4"];
      expect(await answerTo(socket, header)).to.deep.equal({ seen: own, echo: "" });
    }
  });

  it("ends a connection without a proper header at once, and says why", async () => {
    const { server, refusals, timers } = await start({ from: ["127.0.0.1"] }, onLoopback);
    for (const bytes of [
      Buffer.from("1603010200010001fc0303", "hex"),
      Buffer.from("GET / HTTP/1.1\r\n\r\n"),
      headerLine("TCP4 192.0.2.7 198.51.100.1 50000 65536"),
      Buffer.from(`PROXY UNKNOWN ${"f".repeat(100_000)}`),
      binaryHeader({ kind: 0x12 }),
      binaryHeader({ length: 0xffff }),
      binaryHeader({ extensions: extension(0x03, Buffer.alloc(4)) }),
    ]) {
      const socket = await open(server);
      socket.write(bytes);
      expect(await isEnded(socket)).to.equal(true);
    }
    expect(refusals).to.have.length(7);
    for (const { peer, problem } of refusals) {
      expect(peer).to.equal("127.0.0.1");
      expect(problem).to.match(/PROXY header/);
    }
    expect(timers.pauses).to.deep.equal([]);
  });

  it("ends the connection of a peer that is not listed before it reads from it, so its header counts for nothing", async () => {
    const { server, refusals, sockets } = await start({ from: ["10.0.0.0/8", "unix"] }, onLoopback);
    const socket = await open(server);
    socket.write(line);
    expect(await isEnded(socket)).to.equal(true);
    const [refused] = sockets;
    expect(refused?.bytesRead).to.equal(0);
    expect(refusals).to.deep.equal([
      { peer: "127.0.0.1", problem: "the peer is not among the senders of PROXY headers" },
    ]);
  });

  it("takes a peer that is not listed for a client where it is told to, with the header as the client's own bytes", async () => {
    const { server } = await start({ from: ["10.0.0.0/8"], others: "direct" }, onLoopback);
    const socket = await open(server);
    const own = ["127.0.0.1", socket.localPort, "IPv4"];
    const echo = line.toString().slice(0, -1);
    expect(await answerTo(socket, line)).to.deep.equal({ seen: own, echo });
  });

  it("reads one header and no second one", async () => {
    const { server } = await start({ from: ["127.0.0.1"] }, onLoopback);
    const second = headerLine("TCP4 203.0.113.9 198.51.100.1 1 443");
    const { seen, echo } = await answerTo(await open(server), Buffer.concat([line, second]));
    expect(seen).to.deep.equal(["192.0.2.7", 50000, "IPv4"]);
    expect(`${echo}\n`).to.equal(second.toString());
  });

  it("knows a listed peer by its IPv4 address on a socket for both families", async function () {
    const { server } = await start({ from: ["127.0.0.1"] }, { port: 0, host: "::" }).catch(() =>
      this.skip(),
    );
    const { seen } = await answerTo(await open(server), line);
    expect(seen).to.deep.equal(["192.0.2.7", 50000, "IPv4"]);
    const socket = await open(server, "::1");
    expect(await isEnded(socket)).to.equal(true);
  });

  it("accepts headers over a Unix socket only where that is said", async () => {
    const folder = await mkdtemp(join(tmpdir(), "mtls-shield-"));
    closers.push(() => rm(folder, { recursive: true }));
    const results: unknown[] = [];
    for (const [name, from] of Object.entries({ a: ["unix"], b: ["127.0.0.1"] })) {
      const path = join(folder, name);
      const { refusals } = await start({ from }, { path });
      const socket = connect(path);
      socket.on("error", () => undefined);
      await once(socket, "connect");
      const { seen } = await answerTo(socket, line).catch(() => ({ seen: undefined }));
      results.push(seen, refusals.length);
    }
    expect(results).to.deep.equal([["192.0.2.7", 50000, "IPv4"], 0, undefined, 1]);
  });

  it("waits for a header no longer than it is told to, however steadily it trickles in", async () => {
    const options = { from: ["127.0.0.1"], timeoutMs: 3_000 };
    const { server, timers, refusals } = await start(options, onLoopback);
    const silent = await open(server);
    const trickling = await open(server);
    await until(() => timers.pauses.length === 2);
    for (const octet of line.subarray(0, 10)) {
      trickling.write(Buffer.of(octet));
      await timers.advance(299);
    }
    expect(refusals).to.deep.equal([]);
    await timers.advance(10);
    expect(await isEnded(silent)).to.equal(true);
    expect(await isEnded(trickling)).to.equal(true);
    const problem = "the PROXY header took longer than 3000 ms";
    expect(refusals.map((refusal) => refusal.problem)).to.deep.equal([problem, problem]);
  });

  it("lets go of a peer that leaves in the middle of its header, by FIN or by RST", async () => {
    const { server, timers, refusals, sockets } = await start({ from: ["127.0.0.1"] }, onLoopback);
    const leaving = await open(server);
    leaving.end(line.subarray(0, 20));
    const resetting = await open(server);
    resetting.write(line.subarray(0, 20));
    // What has not been read yet would come to its end otherwise.
    await until(
      () => sockets.size === 2 && [...sockets].every(({ bytesRead }) => bytesRead === 20),
    );
    await new Promise((resolve) => setTimeout(resolve, 10));
    resetting.resetAndDestroy();
    await until(() => refusals.length === 2);
    for (const socket of sockets) expect(socket.destroyed).to.equal(true);
    expect(timers.pauses).to.deep.equal([]);
  });

  it("does nothing about a connection that is over", async () => {
    const { server, sockets, timers } = await start({ from: ["127.0.0.1"] }, onLoopback);
    const client = await open(server);
    await until(() => sockets.size === 1);
    const [socket] = [...sockets] as [Socket];
    client.destroy();
    await until(() => socket.closed && timers.pauses.length === 0);
    const protocol = readProxyProtocol({ from: ["127.0.0.1", "unix"], others: "direct" });
    const never = (): never => {
      throw new Error("must not be called");
    };
    acceptProxied(socket, protocol, never, { timers, onRefused: never });
    expect(timers.pauses).to.deep.equal([]);
  });

  it("survives a reset between the header and the next owner's listeners", async () => {
    let ready: Socket | undefined;
    const protocol = readProxyProtocol({ from: ["127.0.0.1"] });
    const server = createServer((socket) => {
      acceptProxied(socket, protocol, (accepted) => (ready = accepted));
    });
    server.listen(onLoopback);
    await once(server, "listening");
    const client = await open(server);
    client.write(line);
    await until(() => ready !== undefined);
    client.resetAndDestroy();
    ready?.write("x");
    await until(() => ready?.destroyed === true);
    server.close();
    await once(server, "close");
  });

  it("loses and moves no byte, wherever the packets are cut", async () => {
    const header = fc.constantFrom(
      line,
      headerLine("UNKNOWN"),
      binaryHeader({ kind: 0x21, block: ipv6Block, extensions: extension(4, Buffer.alloc(40)) }),
    );
    const body = fc.uint8Array({ maxLength: 2_000 }).map((bytes) => Buffer.from(bytes));
    const cuts = fc.array(fc.nat(2_200), { maxLength: 12 });
    const protocol = readProxyProtocol({ from: ["127.0.0.1"] });
    await fc.assert(
      fc.asyncProperty(header, body, cuts, async (head, rest, places) => {
        const bytes = Buffer.concat([head, rest]);
        const ends = [...places.filter((at) => at < bytes.length), bytes.length];
        const received: Buffer[] = [];
        const socket = new PacketSocket();
        const handedOn = new Promise<void>((resolve) => {
          acceptProxied(socket as unknown as Socket, protocol, (ready) => {
            ready.on("data", (chunk: Buffer) => received.push(chunk)).once("end", resolve);
          });
        });
        let start = 0;
        for (const end of ends.sort((a, b) => a - b)) {
          if (end > start) socket.push(bytes.subarray(start, end));
          // Some arrive together.
          if (end % 3 > 0) await new Promise((resolve) => setImmediate(resolve));
          start = end;
        }
        await new Promise((resolve) => setImmediate(resolve));
        socket.push(null);
        await handedOn;
        expect(Buffer.concat(received).equals(rest)).to.equal(true);
      }),
    );
  });
});

/** A listed peer whose packets come as they are told to. */
class PacketSocket extends Duplex {
  readonly remoteAddress = "127.0.0.1";
  override _read(): void {
    // Pushed from outside.
  }
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 1));
}
