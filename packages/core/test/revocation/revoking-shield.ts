import {
  authority,
  certificateList,
  ocspResponse,
  type CrlChanges,
  type IssuedChain,
  type OcspSingleChanges,
  type TestCertificate,
} from "@mtls-shield/testkit";

import type { ConfigWarning } from "../../src/base/config-warning.ts";
import type { MtlsContext } from "../../src/decision/decision.ts";
import { createShield, type Shield } from "../../src/shield.ts";
import type { ShieldOptions } from "../../src/shield-options.ts";
import { fakeRequest } from "../fake-request.ts";
import { fakeConnection } from "../fake-socket.ts";
import { scriptedWorld, start, until, type Reply, type ScriptedWorld } from "./scripted-world.ts";

/** Whoever issues certificates in these tests does so at the start of their time. */
export const issuingClock = () => start;

export const root = authority({ clock: issuingClock, commonName: "Root" });
export const issuing = root.intermediate({ commonName: "Issuing" });
export const responder = "http://ocsp.example/";

/** A list of this signer, as DER, current for a day. */
export function listBy(signer: TestCertificate, changes: CrlChanges = {}): Uint8Array {
  return certificateList(signer, { now: start, ...changes }).der;
}

/** What a responder answers about one certificate. */
export function answerAbout(
  signer: TestCertificate,
  certificate: TestCertificate,
  status: "good" | "revoked" | "unknown" = "good",
  changes: OcspSingleChanges = {},
): Reply {
  return {
    body: ocspResponse(signer, { now: start, responses: [{ certificate, status, ...changes }] }),
  };
}

/** A shield in a world of its own, and what it says to callers. What the first requests are answered with has to be said before it begins. */
export function revokingShield(options: ShieldOptions, reply?: ScriptedWorld["reply"]) {
  const world = scriptedWorld();
  if (reply !== undefined) world.reply = reply;
  const { timers, surroundings } = world;
  const warnings: ConfigWarning[] = [];
  const shield = createShield({
    clock: timers.clock,
    timers,
    fetcher: surroundings.fetcher,
    onRevocationEvent: world.emit,
    onWarning: (warning) => {
      warnings.push(warning);
    },
    ...options,
  });
  return { world, timers, warnings, shield, ...callers(shield) };
}

/** Calls of clients at a shield, each over a new connection. */
export function callers(shield: Shield) {
  const requestOf = ({ chain }: Pick<IssuedChain, "chain">) => fakeRequest(fakeConnection(chain));
  return {
    /** By what is known at the moment. */
    now: (client: Pick<IssuedChain, "chain">) => outcomeOf(shield.decide(requestOf(client))),
    /** By what is known when it is known. */
    ask: async (client: Pick<IssuedChain, "chain">) =>
      outcomeOf(await shield.decideWhenKnown(requestOf(client))),
    decide: async (client: Pick<IssuedChain, "chain">) => shield.decideWhenKnown(requestOf(client)),
    loaded: () => until(() => shield.isReady()),
  };
}

/** `allow`, with the codes of what was forgiven, or the code of the refusal. */
export function outcomeOf({ decision }: MtlsContext): string {
  if (decision.outcome === "deny") return decision.reason.code;
  return ["allow", ...decision.warnings.map(({ code }) => code)].join(" ");
}

/** What a refusal says beside its code. */
export function detailsOf({ decision }: MtlsContext): Readonly<Record<string, unknown>> {
  if (decision.outcome === "allow") throw new Error("It was admitted.");
  const { certificateIndex, details } = decision.reason;
  return { certificateIndex, ...details };
}
