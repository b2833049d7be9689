import { fakeTimers } from "@mtls-shield/testkit";

import type { Surroundings } from "../../src/base/surroundings.ts";
import { operatorAddresses } from "../../src/network/address-policy.ts";
import type { FetchSurroundings } from "../../src/network/fetch-limited.ts";
import type { FetchRequest } from "../../src/network/fetcher.ts";
import type { RevocationOccurrence } from "../../src/revocation/revocation-event.ts";

/** What a server says; without a status 200. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** Nobody answers, ever. */
export const silence: Promise<never> = new Promise(() => undefined);

export const start = Date.UTC(2030, 0, 1);

/** Time that stands still until it is told to go on, servers that say what a test tells them, and what was heard of it all. */
export function scriptedWorld() {
  const timers = fakeTimers(start);
  const requests: FetchRequest[] = [];
  const events: RevocationOccurrence[] = [];
  const world = {
    timers,
    requests,
    events,
    /** Says what the next requests are answered with. */
    reply: (() => ({ status: 404 })) as (request: FetchRequest) => Reply | Promise<Reply>,
    emit: (event: RevocationOccurrence) => void events.push(event),
    pause: () => Promise.resolve(),
    /** The events, in short. */
    heard: (): readonly string[] =>
      events.splice(0).map((event) => {
        if (event.type === "revocation-list-loaded") {
          return `loaded ${event.issuer} ${event.number ?? "-"}`;
        }
        return "problem" in event ? event.problem : event.type;
      }),
  };
  const surroundings: Surroundings & FetchSurroundings = {
    clock: timers.clock,
    timers,
    randomBytes: (count) => Buffer.alloc(count),
    async fetcher(request) {
      requests.push(request);
      const { status = 200, headers = {}, body = new Uint8Array() } = await world.reply(request);
      return { status, headers, body: inOnePiece(body) };
    },
  };
  return Object.assign(world, { surroundings });
}

export type ScriptedWorld = ReturnType<typeof scriptedWorld>;

/** As for an operator's own address. */
export function addressOf(text: string) {
  const url = new URL(text);
  return { url, policy: operatorAddresses([url]) };
}

/** Goes on once something is so that comes about outside of the scripted world, such as a file's reading. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error("It did not come about.");
    await new Promise((resolve) => setImmediate(resolve));
  }
}

// eslint-disable-next-line @typescript-eslint/require-await -- bodies come in time, this one at once
async function* inOnePiece(body: Uint8Array): AsyncGenerator<Uint8Array> {
  yield body;
}
