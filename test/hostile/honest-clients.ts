// Honest clients with kept connections, in a process of their own: how long each waits for its answer.
import { Agent, request } from "node:https";
import { setTimeout as wait } from "node:timers/promises";

export interface HonestPlan {
  readonly port: number;
  readonly chainPem: string;
  readonly key: string;
  readonly connections: number;
}

export interface HonestReport {
  /** Milliseconds, of every request since the last report. */
  readonly waits: readonly number[];
  readonly failures: number;
}

/** Between an answer and the next request: an ordinary client's. */
const thinkMs = 4;

let waits: number[] = [];
let failures = 0;

process.on("message", (message: HonestPlan | "report") => {
  if (message === "report") {
    process.send?.({ waits, failures } satisfies HonestReport);
    waits = [];
    failures = 0;
    return;
  }
  for (let index = 0; index < message.connections; index++) void run(message);
});
process.once("disconnect", () => process.exit());

async function run({ port, chainPem, key }: HonestPlan): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (;;) {
    const startedAt = performance.now();
    const isAnswered = await new Promise<boolean>((resolve) => {
      const outgoing = request({
        host: "127.0.0.1",
        port,
        servername: "localhost",
        rejectUnauthorized: false,
        cert: chainPem,
        key,
        agent,
      });
      outgoing.on("response", (response) => {
        response.resume();
        response.on("end", () => {
          resolve(response.statusCode === 200);
        });
      });
      outgoing.on("error", () => {
        resolve(false);
      });
      outgoing.end();
    });
    if (isAnswered) waits.push(performance.now() - startedAt);
    else failures++;
    await wait(thinkMs);
  }
}
