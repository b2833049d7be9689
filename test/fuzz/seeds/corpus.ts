import { Donors } from "../der/donors.ts";
import type { Random } from "../random.ts";
import { madeChains } from "./made-chains.ts";
import type { SeedChain } from "./seed-chain.ts";
import type { SignedSeed } from "./signed-seed.ts";
import { suiteChains } from "./suite-chains.ts";

/** Everything that mutants are made of. */
export interface Corpus {
  readonly made: readonly SeedChain[];
  readonly suite: readonly SeedChain[];
  readonly certificates: readonly SignedSeed[];
  readonly lists: readonly SignedSeed[];
  readonly donors: Donors;
  /** The bytes of every seed: what is not among them, and was not signed anew, is forged. */
  readonly genuine: ReadonlySet<string>;
}

export function makeCorpus(): Corpus {
  const made = madeChains();
  const suite = suiteChains();
  const chains = [...made, ...suite];
  const certificates = chains.flatMap(({ leaf, intermediates, anchors }) => [
    leaf,
    ...intermediates,
    ...anchors,
  ]);
  const lists = chains.flatMap((chain) => chain.lists);
  return {
    made,
    suite,
    certificates,
    lists,
    donors: new Donors([...certificates, ...lists].map(({ tree }) => tree)),
    genuine: new Set([...certificates, ...lists].map(({ der }) => der.toString("latin1"))),
  };
}

/** A chain whose keys are known three times out of four. */
export function pickChain({ made, suite }: Corpus, random: Random): SeedChain {
  return random.pick(suite.length === 0 || random.chance(0.75) ? made : suite);
}
