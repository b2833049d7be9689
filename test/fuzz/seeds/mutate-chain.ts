import type { Random } from "../random.ts";
import { pickChain, type Corpus } from "./corpus.ts";
import { floodSigned, mutateSigned, type SignedMutant } from "./mutate-signed.ts";
import type { Question, SeedChain } from "./seed-chain.ts";
import type { SignedSeed } from "./signed-seed.ts";

export interface ChainMutant {
  readonly leaf: Uint8Array;
  readonly intermediates: readonly Uint8Array[];
  readonly anchors: readonly Uint8Array[];
  readonly lists: readonly Uint8Array[];
  /** Certificates and CRLs among these that nobody signed as they are. */
  readonly forged: readonly Uint8Array[];
  readonly question: Question;
}

/** As many as a shield may be told to take from a client. */
const mostIntermediates = 31;

type Part = "leaf" | "intermediate" | "anchor" | "list" | "order";

const parts: readonly Part[] = [
  ...([
    "leaf",
    "leaf",
    "leaf",
    "leaf",
    "leaf",
    "intermediate",
    "intermediate",
    "intermediate",
  ] as const),
  ...(["anchor", "order"] as const),
];

/** A chain with one to three of its parts changed, and another question about it. */
export function mutateChain(
  corpus: Corpus,
  random: Random,
  which: readonly Part[] = parts,
): ChainMutant {
  return mutateParts(pickChain(corpus, random), corpus, random, which);
}

export function mutateParts(
  chain: SeedChain,
  corpus: Corpus,
  random: Random,
  which: readonly Part[],
): ChainMutant {
  const forged: Buffer[] = [];
  const mutate = random.chance(0.006) ? floodSigned : mutateSigned;
  const change = (seed: SignedSeed): Buffer => {
    const mutant: SignedMutant = mutate(seed, corpus, random);
    if (seed.isSound && !mutant.isSigned && !corpus.genuine.has(mutant.der.toString("latin1"))) {
      forged.push(mutant.der);
    }
    return mutant.der;
  };
  let leaf = chain.leaf.der;
  let intermediates = chain.intermediates.map(({ der }) => der);
  let lists = chain.lists.map(({ der }) => der);
  let anchors = anchorsOf(chain);
  for (let left = random.length(2); left > 0; left--) {
    switch (random.pick(which)) {
      case "leaf":
        leaf = change(chain.leaf);
        break;
      case "intermediate":
        intermediates = changeOne(intermediates, chain.intermediates, change, random);
        break;
      case "anchor":
        anchors = changeOne(anchors, chain.anchors, change, random);
        break;
      case "list":
        lists = changeOne(lists, chain.lists, change, random);
        break;
      case "order":
        intermediates = reorder([...intermediates, leaf, ...anchors], corpus, random);
    }
  }
  return {
    leaf,
    intermediates: intermediates.slice(0, mostIntermediates),
    anchors,
    lists,
    forged,
    question: random.chance(0.5) ? chain.question : changeQuestion(chain.question, random),
  };
}

const known = new WeakMap<SeedChain, readonly Buffer[]>();

/** The same list each time, which the target knows again. */
function anchorsOf(chain: SeedChain): readonly Buffer[] {
  const anchors = known.get(chain) ?? chain.anchors.map(({ der }) => der);
  known.set(chain, anchors);
  return anchors;
}

function changeOne(
  current: readonly Buffer[],
  seeds: readonly SignedSeed[],
  change: (seed: SignedSeed) => Buffer,
  random: Random,
): Buffer[] {
  const changed = [...current];
  const index = random.below(Math.min(current.length, seeds.length));
  const seed = seeds[index];
  if (seed !== undefined) changed[index] = change(seed);
  return changed;
}

/** Other orders, some twice, some of others, some missing. */
function reorder(certificates: readonly Buffer[], corpus: Corpus, random: Random): Buffer[] {
  const others = Array.from(
    { length: random.below(5) },
    () => random.pick(corpus.certificates).der,
  );
  const twice = random.chance(0.5) ? certificates : [];
  const all = random.shuffle([...certificates, ...twice, ...others]);
  return random.chance(0.3) ? all.slice(random.below(all.length)) : all;
}

function changeQuestion(question: Question, random: Random): Question {
  return {
    time: random.chance(0.95)
      ? question.time
      : question.time + (random.below(40) - 20) * 86_400_000,
    purpose: random.chance(0.8)
      ? question.purpose
      : random.pick(["client", "server", "any", "1.3.6.1.5.5.7.3.4"]),
    profile: random.pick(["default", "default", "strict", "webpki", "spiffe"]),
    extendedKeyUsage: random.chance(0.9) ? "if-present" : "required",
    ...(random.chance(0.8)
      ? {}
      : { names: question.names ?? [{ type: "dns", value: "a.corp.example" }] }),
    ...(random.chance(0.8) ? {} : { policies: policiesFor(question, random) }),
    ...(random.chance(0.9) ? {} : { pathLength: random.below(4) }),
    legacyAlgorithms: random.chance(0.5) ? [] : ["md5", "sha1", "rsa-1024"],
  };
}

function policiesFor({ policies }: Question, random: Random): NonNullable<Question["policies"]> {
  return {
    accepted: policies?.accepted ?? ["1.3.6.1.4.1.55555.1"],
    requireExplicit: random.chance(0.5),
    inhibitMapping: random.chance(0.3),
    inhibitAny: random.chance(0.3),
  };
}
