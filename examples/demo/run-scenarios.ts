import { setTimeout as wait } from "node:timers/promises";

import type { IssuedCertificate } from "@mtls-shield/pki";

import type { RunningApi } from "./apis.ts";
import { callApi, callTwice, type Answer, type Client } from "./call-api.ts";
import type { DemoPki } from "./pki.ts";
import { scenarios, type Scenario } from "./scenarios.ts";

/** An API as its callers know it. */
export type Callee = Pick<RunningApi, "name" | "port">;

/** What came of one scenario. */
export interface Row {
  readonly api: Callee;
  readonly scenario: Scenario;
  /** The answer to the call beforehand, where there was one. */
  readonly first?: Answer;
  /** The answer, or why there is none. */
  readonly answer: Answer | Error;
}

/** A scenario whose first call, if it has one, is made. */
interface Prepared extends Omit<Row, "answer"> {
  readonly call: () => Promise<Answer>;
}

/** A change of the lists' file takes effect within this time. */
const noticedWithinMs = 1_000;

/** Plays every scenario with every API, one after the other. */
export async function* runScenarios(apis: readonly Callee[], pki: DemoPki): AsyncGenerator<Row> {
  const { prepared, shortLived } = await prepareInTime(apis, pki);
  let isRevoked = false;
  for (const { call, ...facts } of prepared) {
    if (facts.scenario.certificate === "shortLived") await expiryOf(shortLived);
    if (facts.scenario.certificate === "revokedLater" && !isRevoked) {
      await pki.revokeLater();
      isRevoked = true;
      await wait(noticedWithinMs);
    }
    yield { ...facts, answer: await call().catch(asError) };
  }
}

/** Makes the first calls while the short-lived certificate is good; on a slow machine it has to live longer. */
async function prepareInTime(
  apis: readonly Callee[],
  pki: DemoPki,
): Promise<{ readonly prepared: readonly Prepared[]; readonly shortLived: IssuedCertificate }> {
  for (const seconds of [3, 10, 30]) {
    const shortLived = await pki.issueShortLived(seconds);
    const prepared: Prepared[] = [];
    for (const api of apis) {
      for (const scenario of scenarios) {
        prepared.push(await prepare(api, scenario, pki, shortLived));
      }
    }
    if (Date.now() < shortLived.notAfter) return { prepared, shortLived };
  }
  throw new Error("This machine is too slow to make a few calls within 30 s.");
}

async function prepare(
  api: Callee,
  scenario: Scenario,
  { clients, serverTrust }: DemoPki,
  shortLived: IssuedCertificate,
): Promise<Prepared> {
  const { certificate: name, connection, endpoint } = scenario;
  const certificate = name && { ...clients, shortLived }[name];
  const client: Client = { port: api.port, serverTrust, certificate };
  if (connection === "new") return { api, scenario, call: () => callApi(client, endpoint) };
  try {
    const { first, again } = await callTwice(client, endpoint, connection);
    return { api, scenario, first, call: again };
  } catch (error) {
    return { api, scenario, call: () => Promise.reject(asError(error)) };
  }
}

/** A certificate is valid up to and including the second of its end. */
async function expiryOf({ notAfter }: IssuedCertificate): Promise<void> {
  await wait(Math.max(0, notAfter + 1_000 - Date.now()));
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
