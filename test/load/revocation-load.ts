import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { renameSync, writeFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { authority, type IssuedChain } from "@mtls-shield/testkit";
import { WorkFolder } from "../end-to-end/revocation/work-folder.ts";
import { LoadClient, type Experience } from "./load-client.ts";
import type { ServerMessage, ServerPlan } from "./load-server.ts";
import { fillerEntries, longList } from "./long-list.ts";

export interface LoadPlan {
  readonly seconds: number;
  /** Of each list. */
  readonly entries: number;
  /** Of each client. */
  readonly connections: number;
}

/** What became of a client that was put on the list. */
export interface RevokedExperience extends Experience {
  /** From the file's change to the last answer that let it in. */
  readonly effectiveAfterMs: number;
}

export interface LoadReport {
  readonly plan: LoadPlan;
  readonly requestsPerSecond: number;
  readonly good: readonly Experience[];
  readonly revoked: readonly RevokedExperience[];
  /** How often the file was replaced: by good lists, and by broken ones. */
  readonly lists: number;
  readonly rejectedLists: number;
  /** Of the server's event loop: while nothing was replaced, and with the replacements. */
  readonly quietPauseMs: number;
  readonly longestPauseMs: number;
  readonly listBytes: number;
  readonly residentBytes: number;
}

const goodClients = 2;
const revokedClients = 3;

/** What the issue promises. */
const effectiveMs = 1_000;

/**
 * Puts a server under load while its list is replaced again and again: by lists that revoke one client after another, by a broken
 * one, and by one that only is newer.
 */
export async function runRevocationLoad(plan: LoadPlan): Promise<LoadReport> {
  const ca = authority();
  const good = makeClients(goodClients);
  const victims = makeClients(revokedClients);
  const folder = new WorkFolder();
  const server = new LoadServer();
  try {
    const filler = fillerEntries(plan.entries);
    const listOf = (number: number): Uint8Array =>
      longList(ca.certificate, {
        number,
        filler,
        revoked: victims.slice(0, number - 1).map(({ leaf }) => leaf),
      });
    // Written beforehand: who makes lists makes no requests.
    const first = listOf(1);
    const crl = folder.replace("ca.crl", first);
    const drafts = Array.from({ length: revokedClients + 1 }, (_, index) => {
      const path = folder.pathOf(`next-${index}`);
      writeFileSync(path, listOf(index + 2));
      return path;
    });
    const broken = folder.pathOf("broken");
    writeFileSync(broken, first.subarray(0, -1));

    const { leaf, chainPem } = ca.server();
    const port = await server.start({
      key: leaf.privateKeyPem,
      cert: chainPem,
      trust: ca.root.pem,
      crl,
    });
    const clients = [...good, ...victims].map((client) => new LoadClient(port, client));
    const start = performance.now();
    for (const client of clients) client.start(plan.connections);
    // The changes come at even distances, with the same time before the first and after the last.
    const changes = revokedClients + 2;
    const pauseMs = (plan.seconds * 1_000) / (changes + 1);
    await wait(pauseMs);
    const { longestMs: quietPauseMs } = await server.longestPause();
    const changedAt: number[] = [];
    for (const draft of [...drafts.slice(0, -1), broken, ...drafts.slice(-1)]) {
      renameSync(draft, crl);
      changedAt.push(performance.now());
      await wait(pauseMs);
    }
    const { longestMs, residentBytes } = await server.longestPause();
    await Promise.all(clients.map((client) => client.stop()));
    const seconds = (performance.now() - start) / 1_000;
    const experiences = clients.map(({ experience }) => experience);
    const requests = experiences.reduce(
      (sum, { admitted, refused }) => sum + admitted + refused,
      0,
    );
    return {
      plan,
      requestsPerSecond: requests / seconds,
      good: experiences.slice(0, goodClients),
      revoked: experiences.slice(goodClients).map((experience, index) => ({
        ...experience,
        effectiveAfterMs: experience.lastAdmittedAt - changedAt[index]!,
      })),
      lists: server.lists,
      rejectedLists: server.rejectedLists,
      quietPauseMs,
      longestPauseMs: longestMs,
      listBytes: first.length,
      residentBytes,
    };
  } finally {
    server.stop();
    folder.delete();
  }

  function makeClients(count: number): readonly IssuedChain[] {
    return Array.from({ length: count }, () => ca.client());
  }
}

/** Everything that must not be; nothing is as it should be. */
export function faultsOf({ good, revoked, lists, rejectedLists }: LoadReport): readonly string[] {
  const faults: string[] = [];
  const check = (holds: boolean, fault: string): void => {
    if (!holds) faults.push(fault);
  };
  for (const [index, { admitted, refused, faults: others }] of good.entries()) {
    const name = `the good client ${index + 1}`;
    check(admitted > 0, `${name} was never admitted`);
    check(refused === 0, `${name} was refused ${refused} times`);
    check(others.length === 0, `${name}: ${others.length} faults, such as ${others[0]}`);
  }
  for (const [index, experience] of revoked.entries()) {
    const name = `the revoked client ${index + 1}`;
    const {
      admitted,
      refused,
      effectiveAfterMs,
      admittedAfterRefusal,
      faults: others,
    } = experience;
    check(admitted > 0, `${name} was never admitted`);
    check(refused > 0, `${name} was never refused`);
    check(
      effectiveAfterMs < effectiveMs,
      `${name} was admitted ${effectiveAfterMs.toFixed(0)} ms after`,
    );
    check(
      admittedAfterRefusal === 0,
      `${name} was admitted ${admittedAfterRefusal} times after it was refused`,
    );
    check(others.length === 0, `${name}: ${others.length} faults, such as ${others[0]}`);
  }
  check(lists === revokedClients + 2, `${lists} lists were used, not ${revokedClients + 2}`);
  check(rejectedLists > 0, "the broken list was not noticed");
  return faults;
}

export function printReport(report: LoadReport): string {
  const { plan, requestsPerSecond, good, revoked, quietPauseMs, longestPauseMs } = report;
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
  const effective = revoked.map(({ effectiveAfterMs }) => `${effectiveAfterMs.toFixed(0)} ms`);
  const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0);
  const refusedGood = sum(good.map(({ refused, faults }) => refused + faults.length));
  const late = sum(revoked.map(({ admittedAfterRefusal }) => admittedAfterRefusal));
  return [
    `${plan.entries} entries (${megabytes(report.listBytes)}), ${requestsPerSecond.toFixed(0)} requests/s for ${plan.seconds} s`,
    `revocations took effect after ${effective.join(", ")}; admitted after that: ${late}`,
    `good clients: ${sum(good.map(({ admitted }) => admitted))} admitted, ${refusedGood} refused`,
    `longest pause: ${longestPauseMs.toFixed(0)} ms with ${report.lists - 1} replacements, ${quietPauseMs.toFixed(0)} ms before; ${megabytes(report.residentBytes)} resident`,
  ].join("\n");
}

/** The server's process. */
class LoadServer {
  lists = 0;
  rejectedLists = 0;
  readonly #process: ChildProcess;

  constructor() {
    this.#process = fork(new URL("load-server.ts", import.meta.url));
    this.#process.on("message", ({ kind }: ServerMessage) => {
      if (kind === "list") this.lists++;
      if (kind === "rejected") this.rejectedLists++;
    });
  }

  async start(plan: ServerPlan): Promise<number> {
    this.#process.send(plan);
    const { port } = await this.#next("ready");
    return port;
  }

  /** Since it was asked the last time. */
  longestPause(): Promise<ServerMessage & { kind: "pause" }> {
    this.#process.send("pause");
    return this.#next("pause");
  }

  stop(): void {
    this.#process.kill();
  }

  async #next<Kind extends ServerMessage["kind"]>(
    kind: Kind,
  ): Promise<ServerMessage & { kind: Kind }> {
    for (;;) {
      const [message] = (await once(this.#process, "message")) as [ServerMessage];
      if (message.kind === kind) return message as ServerMessage & { kind: Kind };
    }
  }
}
