import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { authority } from "@mtls-shield/testkit";
import { figure, type Figure } from "./figures.ts";
import { LoadClient } from "./load-client.ts";
import type { Effort } from "./main.ts";
import type { ServerMessage, ServerPlan, Variant } from "./request-server.ts";

/** What the shield adds to a request: server CPU beside the same application with an empty middleware. */
export async function benchRequests(effort: Effort): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const framework of ["express", "koa"] as const) {
    const { empty, other: shield } = await measurePair(framework, "shield", effort);
    const name = `request.${framework}`;
    figures.push(
      figure(
        `${name}.ratio`,
        pairwise(empty, shield, (a, b) => a / b),
        "",
        { atLeast: 0.97 },
      ),
      figure(
        `${name}.addedUs`,
        pairwise(empty, shield, (a, b) => b - a),
        "us",
        { atMost: 3 },
      ),
      figure(`${name}.emptyUs`, empty, "us"),
    );
  }
  // In a server of its own: what it leaves to the garbage collector would burden its neighbours.
  const { empty, other: peer } = await measurePair("express", "peer", effort);
  figures.push(
    figure(
      "request.express.peerRatio",
      pairwise(empty, peer, (a, b) => a / b),
      "",
    ),
  );
  return figures;
}

function pairwise(
  a: readonly number[],
  b: readonly number[],
  combine: (a: number, b: number) => number,
): number[] {
  return a.map((each, index) => combine(each, b[index] as number));
}

/** Microseconds of CPU per request, slice by slice, of the empty middleware and of another in the same process. */
async function measurePair(
  framework: ServerPlan["framework"],
  variant: Variant,
  { quick }: Effort,
): Promise<{ readonly empty: readonly number[]; readonly other: readonly number[] }> {
  const ca = authority();
  const { leaf, chainPem } = ca.server();
  const client = ca.client({ spiffeId: "spiffe://corp.example/orders/api" });
  const server = await BenchServer.start({
    framework,
    variants: ["empty", variant],
    key: leaf.privateKeyPem,
    cert: chainPem,
    trust: ca.root.pem,
  });
  const [emptyLoad, otherLoad] = await Promise.all(
    server.ports.map((port) => LoadClient.connect(port, client, 8)),
  );
  if (emptyLoad === undefined || otherLoad === undefined) throw new Error("a server did not start");
  const requests = quick ? 400 : 2_000;
  const slices = quick ? 6 : 150;
  const empty: number[] = [];
  const other: number[] = [];
  const runs = [
    { load: emptyLoad, samples: empty },
    { load: otherLoad, samples: other },
  ];
  for (let slice = -10; slice < slices; slice++) {
    // The order turns with every slice, so that none always has the warmer or the colder place.
    for (const { load, samples } of slice % 2 === 0 ? runs : [...runs].reverse()) {
      const before = await server.cpu();
      await load.send(requests);
      const used = (await server.cpu()) - before;
      if (slice >= 0) samples.push(used / requests);
    }
  }
  emptyLoad.close();
  otherLoad.close();
  server.stop();
  return { empty, other };
}

/** The server in a process of its own, whose CPU time is read between slices. */
class BenchServer {
  readonly ports: readonly number[];
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess, ports: readonly number[]) {
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
