import { createTrustSet } from "../../src/path/trust-input.ts";
import { verifyChain, type ChainVerdict } from "../../src/path/verify-chain.ts";
import { ConfigError } from "../../src/base/config-error.ts";
import type { Question } from "./chain-recipe.ts";
import type { MadeChain } from "./make-chain.ts";
import { now } from "./oddities.ts";

/** What the engine says; undefined where the anchor cannot even be read. */
export function askEngine(
  { leaf, pool, anchor }: MadeChain,
  { purpose, isStrict, peer, policies, pathLength }: Question,
): ChainVerdict | undefined {
  const trust = readAnchor(anchor.der);
  if (trust === undefined) return undefined;
  return verifyChain({
    leaf: leaf.der,
    intermediates: pool.map((certificate) => certificate.der),
    trust,
    time: now,
    purpose,
    profile: isStrict ? "strict" : "default",
    ...(peer && { names: [peer] }),
    ...(policies && {
      policies: {
        ...(policies.accepted && { accepted: policies.accepted }),
        requireExplicit: policies.requireExplicit,
        inhibitMapping: policies.inhibitMapping,
        inhibitAny: policies.inhibitAny,
      },
    }),
    ...(pathLength !== undefined && { pathLength }),
  });
}

function readAnchor(der: Uint8Array) {
  try {
    return createTrustSet({ anchors: der });
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}
