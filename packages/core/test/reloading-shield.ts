import { renameSync, writeFileSync } from "node:fs";

import type { ConfigWarning } from "../src/base/config-warning.ts";
import type { ReloadEvent } from "../src/events/reload-event.ts";
import { createShield, type Shield } from "../src/shield.ts";
import type { ShieldOptions } from "../src/shield-options.ts";
import type { TlsConnection } from "../src/sources/tls-connection.ts";
import { clock, outcomeOf } from "./ask-shield.ts";
import { fakeRequest } from "./fake-request.ts";

/** A shield, what it told of its reloads, and what it says to a request over a connection. */
export function reloadingShield(options: ShieldOptions) {
  const events: ReloadEvent[] = [];
  const warnings: ConfigWarning[] = [];
  const shield = createShield({
    clock,
    onReload: (event) => void events.push(event),
    onWarning: (warning) => void warnings.push(warning),
    ...options,
  });
  return {
    shield,
    events,
    warnings,
    over: (connection: TlsConnection) => outcomeOf(shield.decide(fakeRequest(connection))),
  };
}

/** What an event says, in short. */
export function told({ by, subject, ...event }: ReloadEvent): string {
  const problem = event.outcome === "failed" ? `: ${event.problem}` : "";
  return `${by} ${subject} ${event.outcome}${problem}`;
}

/** What a reload is rejected with. */
export async function faultOf(reloaded: Promise<void>): Promise<unknown> {
  try {
    await reloaded;
  } catch (fault) {
    return fault;
  }
  throw new Error("It was reloaded.");
}

/** Replaces a file as a whole, as one should. */
export function replaceFile(path: string, content: string): void {
  writeFileSync(`${path}.new`, content);
  renameSync(`${path}.new`, path);
}

/** Calls with a shield, and closes it whatever comes of it. */
export async function using(shield: Shield, use: () => Promise<void>): Promise<void> {
  try {
    await use();
  } finally {
    shield.close();
  }
}
