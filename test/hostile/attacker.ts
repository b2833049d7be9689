// Attacks, in a process of their own that yields the processor to everybody else.
import { once } from "node:events";
import { connect as connectTcp, createServer, type AddressInfo, type Socket } from "node:net";
import { setPriority } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { connect as connectTls, createSecureContext, type SecureContext } from "node:tls";

export interface AttackPlan {
  readonly port: number;
  readonly kind: "idle" | "half-open" | "chain" | "headers" | "refused-requests";
  /** Connections a second. */
  readonly perSecond: number;
  /** Open at once; the oldest make room for new ones. */
  readonly mostOpen: number;
  /** Of a client, for kind `chain`. */
  readonly chainPem?: string;
  readonly key?: string;
}

/** What an attacker can say of its success. */
export interface AttackState {
  readonly attempts: number;
  readonly handshakes: number;
}

/** How long the handshake of a chain stays open after it was sent. */
const lingerMs = 1_000;
/** Loopback has many addresses (Linux): as many attackers. */
const addresses = 200;

setPriority(19);
let attempts = 0;
let handshakes = 0;

process.on("message", (message: AttackPlan | "state") => {
  if (message === "state") process.send?.({ attempts, handshakes } satisfies AttackState);
  else void attack(message);
});
process.once("disconnect", () => process.exit());

async function attack(plan: AttackPlan): Promise<void> {
  const { chainPem, key } = plan;
  const secureContext = chainPem && key ? createSecureContext({ cert: chainPem, key }) : undefined;
  const hello = plan.kind === "half-open" ? await recordHello() : undefined;
  const startedAt = performance.now();
  let begun = 0;
  const open = new Set<Socket>();
  for (;;) {
    const due = ((performance.now() - startedAt) / 1_000) * plan.perSecond;
    for (; begun < due; begun++) begin(plan, open, secureContext, hello);
    await wait(5);
  }
}

function begin(
  plan: AttackPlan,
  open: Set<Socket>,
  secureContext: SecureContext | undefined,
  hello: Buffer | undefined,
): void {
  const localAddress = `127.0.1.${(attempts++ % addresses) + 1}`;
  const target = { host: "127.0.0.1", port: plan.port, localAddress };
  const socket = connectTcp(target);
  keep(socket, open, plan.mostOpen);
  if (plan.kind === "idle") return;
  if (hello !== undefined) {
    socket.once("connect", () => socket.write(hello));
    return;
  }
  const secured = connectTls({
    socket,
    servername: "localhost",
    rejectUnauthorized: false,
    ...(secureContext && { secureContext }),
  });
  secured.on("error", () => undefined);
  secured.once("secureConnect", () => {
    handshakes++;
    // Not at once: what was sent has to arrive.
    if (plan.kind === "chain") setTimeout(() => secured.destroy(), lingerMs);
    else if (plan.kind === "headers") flood(secured);
    else askAgainAndAgain(secured);
  });
}

function keep(socket: Socket, open: Set<Socket>, most: number): void {
  socket.on("error", () => undefined);
  open.add(socket);
  socket.once("close", () => open.delete(socket));
  if (open.size > most) [...open][0]!.destroy();
}

/** Headers without end. */
function flood(socket: Socket): void {
  socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n");
  const line = `X-Filler: ${"a".repeat(1_000)}\r\n`;
  const more = (error?: Error | null): void => {
    if (error === null || error === undefined) socket.write(line.repeat(16), more);
  };
  more();
}

/** What is refused costs something too. */
function askAgainAndAgain(socket: Socket): void {
  const ask = (): boolean => socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  socket.on("data", ask);
  ask();
}

/** The first bytes of a handshake, as a real client sends them. */
async function recordHello(): Promise<Buffer> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const client = connectTls({ host: "127.0.0.1", port });
  client.on("error", () => undefined);
  const [socket] = (await once(server, "connection")) as [Socket];
  const [hello] = (await once(socket, "data")) as [Buffer];
  client.destroy();
  socket.destroy();
  server.close();
  return hello;
}
