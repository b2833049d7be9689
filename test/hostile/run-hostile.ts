import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { authority } from "@mtls-shield/testkit";
import type { AttackPlan, AttackState } from "./attacker.ts";
import type { HonestReport } from "./honest-clients.ts";
import { hostileChains, type HostileChainName } from "./hostile-chains.ts";
import type { ServerMessage, ServerPlan } from "./hostile-server.ts";

/** One attack, or several at once. */
export interface Attack {
  readonly name: string;
  readonly parts: readonly Omit<AttackPlan, "port">[];
}

/** What honest clients met with while it went on. */
export interface AttackResult {
  readonly name: string;
  readonly quietP99Ms: number;
  readonly p99Ms: number;
  /** The median of both, to tell a slower machine from a stalled one. */
  readonly quietMedianMs: number;
  readonly medianMs: number;
  readonly requests: number;
  readonly failures: number;
  readonly attempts: number;
  readonly handshakes: number;
  /** The server's, at the end of it. */
  readonly residentBytes: number;
}

export interface HostileRun {
  readonly isBounded: boolean;
  readonly attacks: readonly Attack[];
  /** Of each attack, and of the quiet before it. */
  readonly secondsEach: number;
}

const honestConnections = 10;

/** What the figure of an attack is called: the multiple of the quiet p99. */
export function nameOf(attack: string): string {
  const words = attack
    .replaceAll(/[^a-z0-9]+/gi, " ")
    .trim()
    .split(" ");
  const camel = words.map((word, index) =>
    index === 0 ? word.toLowerCase() : word.charAt(0).toUpperCase() + word.slice(1),
  );
  return `hostile.${camel.join("")}.p99Ratio`;
}

/** A chain of this kind, so many times a second. */
export function chainAttack(chain: HostileChainName, perSecond: number): Attack["parts"][number] {
  const { chainPem, leaf } = hostileChains[chain]();
  return { kind: "chain", perSecond, mostOpen: 500, chainPem, key: leaf.privateKeyPem };
}

/** Attacks one server after the other, each time after some quiet. */
export async function runHostile(run: HostileRun): Promise<readonly AttackResult[]> {
  const ca = authority();
  const client = ca.client();
  const server = ca.server();
  const results: AttackResult[] = [];
  for (const attack of run.attacks) {
    // A new server each time: debts of the last attack belong to that one.
    const target = fork(new URL("hostile-server.ts", import.meta.url));
    const honest = fork(new URL("honest-clients.ts", import.meta.url));
    const attacker = fork(new URL("attacker.ts", import.meta.url));
    try {
      const plan: ServerPlan = {
        key: server.leaf.privateKeyPem,
        cert: server.chainPem,
        trust: ca.root.pem,
        isBounded: run.isBounded,
      };
      const ready = await ask<ServerMessage>(target, plan);
      const { port } = ready as ServerMessage & { kind: "ready" };
      const { chainPem, leaf } = client;
      honest.send({ port, chainPem, key: leaf.privateKeyPem, connections: honestConnections });
      await wait(1_500);
      await ask<HonestReport>(honest, "report");
      await wait(run.secondsEach * 1_000);
      const quiet = await ask<HonestReport>(honest, "report");
      for (const part of attack.parts) attacker.send({ ...part, port });
      await wait(run.secondsEach * 1_000);
      const busy = await ask<HonestReport>(honest, "report");
      const { attempts, handshakes } = await ask<AttackState>(attacker, "state");
      const state = await ask<ServerMessage>(target, "state");
      results.push({
        name: attack.name,
        quietP99Ms: percentile(quiet.waits, 0.99),
        p99Ms: percentile(busy.waits, 0.99),
        quietMedianMs: percentile(quiet.waits, 0.5),
        medianMs: percentile(busy.waits, 0.5),
        requests: busy.waits.length,
        failures: busy.failures,
        attempts,
        handshakes,
        residentBytes: (state as ServerMessage & { kind: "state" }).residentBytes,
      });
    } finally {
      for (const child of [target, honest, attacker]) child.kill();
    }
  }
  return results;
}

async function ask<Answer>(child: ChildProcess, question: object | string): Promise<Answer> {
  child.send(question);
  const [answer] = (await once(child, "message")) as [Answer];
  return answer;
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * share)] ?? Infinity;
}
