import { authority, fakeClock, soundChain, type IssuedChain } from "@mtls-shield/testkit";

import type { ConfigWarning } from "../src/base/config-warning.ts";
import type { MtlsContext } from "../src/decision/decision.ts";
import { createShield, type Shield } from "../src/shield.ts";
import type { ShieldOptions } from "../src/shield-options.ts";
import { fakeRequest } from "./fake-request.ts";
import { fakeConnection } from "./fake-socket.ts";

/** The clock of these certificates and, unless a test says otherwise, of the shields. */
export const clock = fakeClock(Date.UTC(2030, 0, 1));
export const issued = soundChain({ clock });
/** An authority that nobody trusts, and a client of it. */
export const strangers = authority({ clock, commonName: "Stranger Root" });
export const stranger = strangers.client({ commonName: "stranger" });

/** What became of a request: `allow`, or the reason's code, in brackets where it is only recorded. */
export function outcomeOf({ decision }: MtlsContext): string {
  if (decision.outcome === "allow") return "allow";
  return decision.enforced ? decision.reason.code : `(${decision.reason.code})`;
}

/** A shield with the clock of the certificates, and the warnings that it gave. */
export function shieldOf(options: ShieldOptions = {}) {
  const warnings: ConfigWarning[] = [];
  const shield = createShield({
    clock,
    onWarning: (warning) => {
      warnings.push(warning);
    },
    ...options,
  });
  return { shield, warnings };
}

/** Asks a shield about a client that presents its chain. */
export function ask(
  options: ShieldOptions,
  client: IssuedChain | undefined,
  facts: Parameters<typeof fakeRequest>[1] = {},
): MtlsContext {
  const connection = fakeConnection(client?.chain ?? []);
  return shieldOf(options).shield.decide(fakeRequest(connection, facts));
}

/** Asks a shield without a `trust` option, through a server with these settings. */
export function askServer(
  shield: Shield,
  server: object | undefined,
  client = issued,
): MtlsContext {
  const facts = server === undefined ? {} : { server };
  const connection = fakeConnection(client.chain, facts);
  return shield.decide(fakeRequest(connection));
}
