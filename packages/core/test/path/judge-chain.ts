import type { IssuedChain } from "@mtls-shield/testkit";

import { createTrustSet } from "../../src/path/trust-input.ts";
import { verifyChain, type ChainInput, type ChainVerdict } from "../../src/path/verify-chain.ts";
import type { Reason } from "../../src/reasons/reason.ts";

/** What the engine says of an issued chain whose own root is trusted, as of a client's at this moment unless a test says otherwise. */
export function judgeChain(
  { chain: [leaf, ...intermediates], root }: IssuedChain,
  changes: Partial<ChainInput> = {},
): ChainVerdict {
  return verifyChain({
    leaf: leaf!.der,
    intermediates: intermediates.map(({ der }) => der),
    trust: createTrustSet({ anchors: root.der }),
    time: Date.now(),
    purpose: "client",
    ...changes,
  });
}

/** `verified`, or the reason's code. */
export function codeOf(verdict: ChainVerdict): string {
  return verdict.outcome === "verified" ? "verified" : verdict.reason.code;
}

/** `verified`, or the reason's code and the certificate that it is about. */
export function placeOf(verdict: ChainVerdict): string {
  return verdict.outcome === "verified" ? "verified" : printPlace(verdict.reason);
}

/** The remarks on a verified chain: the code of each, and the certificate that it is about. */
export function warningsOf(verdict: ChainVerdict): readonly string[] {
  if (verdict.outcome === "verified") return verdict.warnings.map(printPlace);
  throw new Error(`It was refused: ${verdict.reason.code}.`);
}

function printPlace({ code, certificateIndex }: Reason): string {
  return `${code} at ${certificateIndex}`;
}
