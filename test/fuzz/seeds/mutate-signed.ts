import { der } from "@mtls-shield/testkit";
import { parseTree, replaceAt, type DerNode } from "../der/der-tree.ts";
import { mutateBytes } from "../der/mutate-bytes.ts";
import { floodAny, floodValue, mutateTree, type Material } from "../der/mutate-tree.ts";
import type { Random } from "../random.ts";
import type { Corpus } from "./corpus.ts";
import { resign, type SignedSeed } from "./signed-seed.ts";

/** A mutant of a certificate or CRL, and whether its issuer has signed it as it is. */
export interface SignedMutant {
  readonly der: Buffer;
  readonly isSigned: boolean;
}

/** Extensions and attributes whose number of entries, or whose length, costs time. */
const floodable = [
  ...["2.5.29.17", "2.5.29.18", "2.5.29.30", "2.5.29.31", "2.5.29.32", "2.5.29.33", "2.5.29.35"],
  ...["2.5.29.37", "2.5.29.46", "1.3.6.1.5.5.7.1.1", "2.5.29.28", "2.5.29.29"],
  ...["2.5.4.3", "2.5.4.3", "2.5.4.3", "2.5.4.10", "2.5.4.11", "1.2.840.113549.1.9.1"],
].map((oid) => Buffer.from(der.oid(oid)));

/**
 * One in four is changed by octets and keeps the signature that no longer fits; the others by whole values, and two of three of
 * these are signed anew where the key is known.
 */
export function mutateSigned(seed: SignedSeed, corpus: Corpus, random: Random): SignedMutant {
  if (random.chance(0.25)) {
    return {
      der: mutateBytes(seed.der, random.pick(corpus.certificates).der, random),
      isSigned: false,
    };
  }
  const material = materialOf(corpus, random);
  const signed = seed.tree.children?.[0];
  const signs = seed.sign !== undefined && random.chance(seed.isCheap ? 0.66 : 0.03);
  if (!signs || signed === undefined) {
    return { der: mutateTree(seed.tree, material).der, isSigned: false };
  }
  const mutant = random.chance(0.1)
    ? parseTree(mutateBytes(signed.der, seed.der, random))
    : mutateTree(signed, material);
  return { der: resign(seed, mutant).der, isSigned: true };
}

/** A mutant with some values that are filled up, to 64 KiB in all, signed anew where the key is known. */
export function floodSigned(seed: SignedSeed, corpus: Corpus, random: Random): SignedMutant {
  let tree = seed.tree.children?.[0];
  if (tree === undefined) return { der: seed.der, isSigned: true };
  const material = { random, donors: corpus.donors, growth: random.pick([16_384, 65_536]) };
  const floods = random
    .shuffle(floodable)
    .slice(0, 8)
    .map((type) => (signed: DerNode) => floodValue(signed, type, material));
  if (random.chance(0.5)) floods.push((signed) => floodAny(signed, material));
  for (const flood of floods) {
    const flooded = flood(tree);
    if (flooded.der.length <= 65_536) tree = flooded;
  }
  const signed = tree;
  return seed.sign === undefined
    ? { der: replaceAt(seed.tree, 1, () => [signed]).der, isSigned: false }
    : { der: resign(seed, signed).der, isSigned: true };
}

/** Most mutants stay about as long as their seeds; what grows, grows up to 64 KiB. */
function materialOf({ donors }: Corpus, random: Random): Material {
  return { random, donors, growth: random.chance(0.02) ? 65_536 : 1_024 };
}
