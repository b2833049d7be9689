import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { authority } from "@mtls-shield/testkit";
import { makeClients, type ClientKind } from "./client-kinds.ts";
import { SoakFiles } from "./soak-files.ts";
import type { Outcome } from "./soak-client.ts";
import type { KindReport, ServerState, SoakReport } from "./soak-report.ts";
import type { SoakMessage } from "./soak-server.ts";

/** Of the time, before memory is compared: caches fill, code is compiled. */
const warmUpShare = 0.4;
/** Between two calls of one kind: what a hundred of them leave of two processors. */
const pauseMs = 40;
const mostExamples = 3;

/** Good and bad clients against an Express and a Koa API while everything behind these changes. */
export async function runSoak(seconds: number): Promise<SoakReport> {
  const ca = authority({ commonName: "Soak Root" });
  const { kinds, ...lists } = makeClients(ca);
  const files = new SoakFiles({ ca, ...lists });
  const flags = ["--expose-gc"];
  const server = fork(new URL("soak-server.ts", import.meta.url), {
    execArgv: [...process.execArgv, ...flags],
  });
  try {
    const ports = await ask(server, files.paths, "ready");
    const idle = await stateOf(server);
    const runners = kinds.map((kind) => new Runner(kind, [ports.express, ports.koa]));
    const changes = files.run();
    await callFor(runners, seconds * warmUpShare);
    const warm = await stateOf(server);
    await callFor(runners, seconds * (1 - warmUpShare));
    files.stop();
    await changes;
    const last = await stateOf(server);
    const reports = runners.map(({ report }) => report);
    return { seconds, kinds: reports, warm, last, idleDescriptors: idle.descriptors };
  } finally {
    server.kill();
    files.delete();
  }
}

async function callFor(runners: readonly Runner[], seconds: number): Promise<void> {
  const until = performance.now() + seconds * 1_000;
  await Promise.all(runners.map((runner) => runner.run(until)));
}

async function stateOf(server: ChildProcess): Promise<ServerState> {
  return (await ask(server, "state", "state")).state;
}

async function ask<Kind extends SoakMessage["kind"]>(
  server: ChildProcess,
  question: object | string,
  kind: Kind,
): Promise<SoakMessage & { kind: Kind }> {
  server.send(question);
  const [message] = (await once(server, "message")) as [SoakMessage];
  if (message.kind !== kind) throw new Error(`the server said ${message.kind}`);
  return message as SoakMessage & { kind: Kind };
}

/** Newer releases of Node do not present some of the broken certificates at all. */
function neverSent(error: unknown): Outcome {
  return { type: "ended", why: `the client itself would not: ${String(error)}` };
}

/** Calls as one kind of client again and again, on one server and the other. */
class Runner {
  readonly #kind: ClientKind;
  readonly #calls: readonly (() => Promise<Outcome>)[];
  readonly #wrong: string[] = [];
  #count = 0;
  #admitted = 0;
  #refused = 0;
  #serverErrors = 0;

  constructor(kind: ClientKind, ports: readonly number[]) {
    this.#kind = kind;
    this.#calls = ports.map((port) => kind.begin(port));
  }

  get report(): KindReport {
    const { name, isGood } = this.#kind;
    return {
      name,
      isGood,
      calls: this.#count,
      admitted: this.#admitted,
      refused: this.#refused,
      serverErrors: this.#serverErrors,
      wrong: this.#wrong,
    };
  }

  async run(until: number): Promise<void> {
    while (performance.now() < until) {
      for (const call of this.#calls) this.#record(await call().catch(neverSent));
      await wait(pauseMs);
    }
  }

  #record(outcome: Outcome): void {
    this.#count++;
    const status = outcome.type === "answer" ? outcome.status : 0;
    const isAdmitted = status === 101 || (status >= 200 && status < 300);
    if (isAdmitted) this.#admitted++;
    else this.#refused++;
    if (status >= 500) this.#serverErrors++;
    if (isAdmitted === this.#kind.isGood && status < 500) return;
    if (this.#wrong.length < mostExamples) this.#wrong.push(JSON.stringify(outcome).slice(0, 300));
  }
}
