import { authority, type IssuedChain } from "@mtls-shield/testkit";
import { figure, type Figure } from "./figures.ts";
import type { Effort } from "./main.ts";
import { timeInTurns } from "./paired.ts";
import { createBareChecks, createEngine, type Known } from "./verification-parts.ts";

/** Verifying a client that was never seen, over the bare cost of the two signature checks that this takes. */
export async function benchVerification({ quick }: Effort): Promise<readonly Figure[]> {
  const slices = quick ? 6 : 80;
  const p256 = await timeKnown("ecdsa-p256", "seen", quick ? 10 : 100, slices);
  const configured = await timeKnown("ecdsa-p256", "configured", quick ? 10 : 100, slices);
  const rsa = await timeKnown("rsa-2048", "seen", quick ? 3 : 40, slices);
  const unknown = await timeUnknown(quick ? 3 : 600, quick ? 6 : 20);
  return [
    figure("verify.p256.ratio", p256.ratios, "", { atMost: 1.25 }),
    figure("verify.p256.us", p256.first, "us"),
    figure("verify.p256.bareUs", p256.second, "us"),
    figure("verify.p256.configuredRatio", configured.ratios, ""),
    figure("verify.rsa2048.ratio", rsa.ratios, "", { atMost: 1.6 }),
    figure("verify.rsa2048.us", rsa.first, "us"),
    figure("verify.rsa2048.bareUs", rsa.second, "us"),
    figure("verify.p256.unknownRatio", unknown.ratios, "", { atMost: 1.8 }),
    figure("verify.p256.unknownUs", unknown.first, "us"),
  ];
}

/** One intermediate, which was seen before with another client, or is part of the trust set. */
function timeKnown(
  keyAlgorithm: "ecdsa-p256" | "rsa-2048",
  how: keyof Known,
  count: number,
  slices: number,
) {
  const root = authority({ keyAlgorithm });
  const intermediate = root.intermediate({ keyAlgorithm });
  const clients = Array.from({ length: count }, (_, index) =>
    intermediate.client({ ...clientNamed(index), keyAlgorithm }),
  );
  const engine = createEngine(root.certificate, { [how]: [intermediate.certificate] });
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
  const engine = createEngine(root.certificate, {});
  return timeInTurns(clients, slices, engine, createBareChecks(clients));
}

function clientNamed(index: number) {
  return { commonName: `client ${index}`, spiffeId: `spiffe://corp.example/client/${index}` };
}
