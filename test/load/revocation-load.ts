import { renameSync, writeFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { authority, type IssuedChain, type TestAuthority } from "@mtls-shield/testkit";
import { WorkFolder } from "../end-to-end/revocation/work-folder.ts";
import { LoadClient, type Experience } from "./load-client.ts";
import type { LoadPlan, LoadReport } from "./load-report.ts";
import { fillerEntries, longList } from "./long-list.ts";
import { ServerProcess } from "./server-process.ts";

const goodClients = 2;
const revokedClients = 3;

/**
 * Puts a server under load while its list is replaced again and again: by lists that revoke one client after another, by a broken
 * one, and by one that only is newer.
 */
export async function runRevocationLoad(plan: LoadPlan): Promise<LoadReport> {
  const ca = authority();
  const good = makeClients(ca, goodClients);
  const victims = makeClients(ca, revokedClients);
  const folder = new WorkFolder();
  const server = new ServerProcess();
  try {
    const { crl, drafts, listBytes } = writeLists(folder, ca, victims, plan.entries);
    const { leaf, chainPem } = ca.server();
    const trust = ca.root.pem;
    const port = await server.start({ key: leaf.privateKeyPem, cert: chainPem, trust, crl });
    const clients = [...good, ...victims].map((client) => new LoadClient(port, client));
    const start = performance.now();
    for (const client of clients) client.start(plan.connections);
    // The changes come at even distances, with the same time before the first and after the last.
    const pauseMs = (plan.seconds * 1_000) / (drafts.length + 1);
    await wait(pauseMs);
    const { longestMs: quietPauseMs } = await server.longestPause();
    const changedAt: number[] = [];
    for (const draft of drafts) {
      renameSync(draft, crl);
      changedAt.push(performance.now());
      await wait(pauseMs);
    }
    const { longestMs: longestPauseMs, residentBytes } = await server.longestPause();
    await Promise.all(clients.map((client) => client.stop()));
    const seconds = (performance.now() - start) / 1_000;
    const experiences = clients.map(({ experience }) => experience);
    return {
      plan,
      requestsPerSecond: countRequests(experiences) / seconds,
      good: experiences.slice(0, goodClients),
      revoked: experiences.slice(goodClients).map((experience, index) => ({
        ...experience,
        effectiveAfterMs: experience.lastAdmittedAt - changedAt[index]!,
      })),
      lists: server.lists,
      rejectedLists: server.rejectedLists,
      quietPauseMs,
      longestPauseMs,
      listBytes,
      residentBytes,
    };
  } finally {
    server.stop();
    folder.delete();
  }
}

function makeClients(ca: TestAuthority, count: number): readonly IssuedChain[] {
  return Array.from({ length: count }, () => ca.client());
}

interface WrittenLists {
  /** The path of the list, which revokes nobody yet. */
  readonly crl: string;
  /** The paths of what takes its place, one after the other: each of the first revokes one more. */
  readonly drafts: readonly string[];
  readonly listBytes: number;
}

/** Written beforehand: who makes lists makes no requests. */
function writeLists(
  folder: WorkFolder,
  ca: TestAuthority,
  victims: readonly IssuedChain[],
  entries: number,
): WrittenLists {
  const filler = fillerEntries(entries);
  const listOf = (number: number): Uint8Array => {
    const revoked = victims.slice(0, number - 1).map(({ leaf }) => leaf);
    return longList(ca.certificate, { number, filler, revoked });
  };
  const first = listOf(1);
  const crl = folder.replace("ca.crl", first);
  const write = (name: string, list: Uint8Array): string => {
    const path = folder.pathOf(name);
    writeFileSync(path, list);
    return path;
  };
  const revoking = victims.map((_, index) => write(`next-${index}`, listOf(index + 2)));
  const broken = write("broken", first.subarray(0, -1));
  const newer = write("newer", listOf(victims.length + 2));
  return { crl, drafts: [...revoking, broken, newer], listBytes: first.length };
}

function countRequests(experiences: readonly Experience[]): number {
  return experiences.reduce((sum, { admitted, refused }) => sum + admitted + refused, 0);
}
