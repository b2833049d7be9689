import { authority, type IssuedChain } from "@mtls-shield/testkit";
import { figure, type Figure } from "./figures.ts";
import type { Effort } from "./main.ts";
import { timeInTurns } from "./paired.ts";
import { createBareChecks, createEngine } from "./verification-parts.ts";

/** Verifying a client that was never seen, over the bare cost of the two signature checks that this takes. */
export async function benchVerification({ quick }: Effort): Promise<readonly Figure[]> {
  const slices = quick ? 6 : 80;
  const p256 = await timeReady("ecdsa-p256", quick ? 10 : 100, slices);
  const remembered = await timeRemembered(quick ? 10 : 100, slices);
  const rsa = await timeReady("rsa-2048", quick ? 3 : 100, slices);
  const unknown = await timeUnknown(quick ? 3 : 600, quick ? 6 : 20);
  return [
    figure("verify.p256.ratio", p256.ratios, "", { atMost: 1.25 }),
    figure("verify.p256.us", p256.first, "us"),
    figure("verify.p256.bareUs", p256.second, "us"),
    figure("verify.p256.rememberedRatio", remembered.ratios, ""),
    figure("verify.rsa2048.ratio", rsa.ratios, "", { atMost: 1.6 }),
    figure("verify.rsa2048.us", rsa.first, "us"),
    figure("verify.rsa2048.bareUs", rsa.second, "us"),
    figure("verify.p256.unknownRatio", unknown.ratios, "", { atMost: 1.8 }),
    figure("verify.p256.unknownUs", unknown.first, "us"),
  ];
}

/**
 * Each client with an intermediate of its own, parsed before and its key ready. There are more than the engine remembers
 * signatures of, so both are checked every time.
 */
function timeReady(keyAlgorithm: "ecdsa-p256" | "rsa-2048", count: number, slices: number) {
  const root = authority({ keyAlgorithm });
  const intermediates = Array.from({ length: count }, (_, index) =>
    root.intermediate({ commonName: `Issuing ${index}`, keyAlgorithm }),
  );
  const clients = intermediates.map((issuing, index) =>
    issuing.client({ ...clientNamed(index), keyAlgorithm }),
  );
  const seen = intermediates.map(({ certificate }) => certificate);
  const engine = createEngine(root.certificate, seen);
  return timeInTurns(clients, slices, engine, createBareChecks(clients));
}

/** One intermediate, which every client sends along, as in most deployments: its signature is remembered. */
function timeRemembered(count: number, slices: number) {
  const root = authority();
  const issuing = root.intermediate();
  const clients = Array.from({ length: count }, (_, index) => issuing.client(clientNamed(index)));
  const engine = createEngine(root.certificate, []);
  return timeInTurns(clients, slices, engine, createBareChecks(clients));
}

/**
 * Each client with an intermediate of its own, which it sends along. There are more than the engine keeps keys of, so each is
 * new to it every time.
 */
function timeUnknown(count: number, slices: number) {
  const root = authority();
  const clients: IssuedChain[] = Array.from({ length: count }, (_, index) =>
    root.intermediate({ commonName: `Issuing ${index}` }).client(clientNamed(index)),
  );
  const engine = createEngine(root.certificate, []);
  return timeInTurns(clients, slices, engine, createBareChecks(clients));
}

function clientNamed(index: number) {
  return { commonName: `client ${index}`, spiffeId: `spiffe://corp.example/client/${index}` };
}
