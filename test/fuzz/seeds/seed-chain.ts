import type { IssuedChain, TestCertificate } from "@mtls-shield/testkit";
import type { ChainInput } from "@mtls-shield/core";
import { certificateSeed, type SignedSeed } from "./signed-seed.ts";

/** What is asked of a chain, without functions, so that it can be written to a file. */
export type Question = Pick<
  ChainInput,
  | "time"
  | "purpose"
  | "extendedKeyUsage"
  | "keyUsage"
  | "profile"
  | "names"
  | "policies"
  | "pathLength"
  | "legacyAlgorithms"
>;

/** Certificates that are verified together, and the CRLs about them. */
export interface SeedChain {
  readonly name: string;
  readonly leaf: SignedSeed;
  readonly intermediates: readonly SignedSeed[];
  readonly anchors: readonly SignedSeed[];
  readonly lists: readonly SignedSeed[];
  readonly question: Question;
}

/** The moment of all chains that are made here. */
export const moment = Date.UTC(2026, 5, 1);

export function chainOf(
  name: string,
  { leaf, chain, root }: Pick<IssuedChain, "leaf" | "chain" | "root">,
  more: {
    readonly question?: Partial<Question>;
    readonly intermediates?: readonly TestCertificate[];
    readonly lists?: readonly SignedSeed[];
  } = {},
): SeedChain {
  const intermediates = [...chain.slice(1), ...(more.intermediates ?? [])];
  return {
    name,
    leaf: certificateSeed(leaf),
    intermediates: intermediates.map(certificateSeed),
    anchors: [certificateSeed(root)],
    lists: more.lists ?? [],
    question: { time: moment, purpose: "client", ...more.question },
  };
}
