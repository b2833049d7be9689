import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { authority } from "@mtls-shield/testkit";
import { figure, type Figure } from "./figures.ts";
import { LoadClient } from "./load-client.ts";
import type { Effort } from "./main.ts";
import type { ServerMessage, ServerPlan, Variant } from "./request-server.ts";

/** What the shield adds to a request: server CPU beside the same application with an empty middleware. */
export async function benchRequests(effort: Effort): Promise<readonly Figure[]> {
  return [...(await benchFramework("express", effort)), ...(await benchFramework("koa", effort))];
}

async function benchFramework(
  framework: ServerPlan["framework"],
  { quick }: Effort,
): Promise<readonly Figure[]> {
  const ca = authority();
  const { leaf, chainPem } = ca.server();
  const client = ca.client({ spiffeId: "spiffe://corp.example/orders/api" });
  const plan: ServerPlan = {
    framework,
    key: leaf.privateKeyPem,
    cert: chainPem,
    trust: ca.root.pem,
  };
  const server = await BenchServer.start(plan);
  const variants: readonly Variant[] =
    framework === "express" ? ["empty", "shield", "peer"] : ["empty", "shield"];
  const loads = new Map<Variant, LoadClient>();
  for (const variant of variants) {
    loads.set(variant, await LoadClient.connect(server.ports[variant], client, 8));
  }
  const requests = quick ? 400 : 4_000;
  const slices = quick ? 6 : 60;
  const microseconds: Record<Variant, number[]> = { empty: [], shield: [], peer: [] };
  for (let slice = -4; slice < slices; slice++) {
    // The order turns with every slice, so that no variant always has the warmer or the colder place.
    const order = slice % 2 === 0 ? variants : [...variants].reverse();
    for (const variant of order) {
      const before = await server.cpu();
      await loads.get(variant)?.send(requests);
      const used = (await server.cpu()) - before;
      if (slice >= 0) microseconds[variant].push(used / requests);
    }
  }
  for (const load of loads.values()) load.close();
  server.stop();
  const { empty, shield, peer } = microseconds;
  const paired = (
    other: readonly number[],
    combine: (base: number, other: number) => number,
  ): number[] => empty.map((base, index) => combine(base, other[index] as number));
  const name = `request.${framework}`;
  return [
    figure(
      `${name}.ratio`,
      paired(shield, (base, with_) => base / with_),
      "",
      { atLeast: 0.97 },
    ),
    figure(
      `${name}.addedUs`,
      paired(shield, (base, with_) => with_ - base),
      "us",
      { atMost: 3 },
    ),
    figure(`${name}.emptyUs`, empty, "us"),
    ...(framework === "express"
      ? [
          figure(
            `${name}.peerRatio`,
            paired(peer, (base, with_) => base / with_),
            "",
          ),
        ]
      : []),
  ];
}

/** The server in a process of its own, whose CPU time is read between slices. */
class BenchServer {
  readonly ports: Readonly<Record<Variant, number>>;
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess, ports: Readonly<Record<Variant, number>>) {
    this.#process = process;
    this.ports = ports;
  }

  static async start(plan: ServerPlan): Promise<BenchServer> {
    const child = fork(new URL("request-server.ts", import.meta.url));
    child.send(plan);
    const [message] = (await once(child, "message")) as [ServerMessage];
    if (message.kind !== "ports") throw new Error("the server did not start");
    return new BenchServer(child, message.ports);
  }

  /** User and system time so far, in microseconds. */
  async cpu(): Promise<number> {
    const answer = once(this.#process, "message") as Promise<[ServerMessage]>;
    this.#process.send("cpu");
    const [message] = await answer;
    if (message.kind !== "cpu") throw new Error("the server gave another answer");
    return message.microseconds;
  }

  stop(): void {
    this.#process.disconnect();
  }
}
