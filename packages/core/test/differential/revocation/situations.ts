import fc from "fast-check";

import {
  datesNames,
  listOddities,
  pointsNames,
  scopeNames,
  signerNames,
  type AuthorityRecipe,
  type DeltaRecipe,
  type EntryRecipe,
  type ListRecipe,
  type PointsName,
  type Situation,
} from "./situation.ts";

type Plan = Pick<AuthorityRecipe, "points" | "lists">;

const usualDelta: DeltaRecipe = {};

/** How authorities publish: each of these covers every certificate for every reason. */
const soundPlans: readonly Plan[] = [
  { points: "none", lists: [{}] },
  { points: "A", lists: [{}] },
  { points: "A", lists: [{ scope: "A" }] },
  { points: "A and B", lists: [{ scope: "B" }] },
  { points: "B", lists: [{ scope: "A or B" }] },
  { points: "none", lists: [{ scope: "users" }, { scope: "authorities" }] },
  { points: "A", lists: [{ scope: "users at A" }, { scope: "authorities" }] },
  { points: "none", lists: [{ scope: "some reasons" }, { scope: "the other reasons" }] },
  {
    points: "A for some reasons, B for the others",
    lists: [{ scope: "some reasons at A" }, { scope: "the other reasons at B" }],
  },
  { points: "by name, relative", lists: [{ scope: "a directory name" }] },
  { points: "none", lists: [{ signer: "a helper" }] },
  { points: "none", lists: [{ signer: "a helper" }, {}] },
  {
    points: "A, by the list signer",
    lists: [{ signer: "the list signer", scope: "certificates of others too, at A" }, {}],
  },
  {
    points: "by the list signer",
    lists: [{ signer: "the list signer", scope: "certificates of others too" }, {}],
  },
  { points: "none", lists: [{ scope: "certificates of others too" }] },
  { points: "none", lists: [{ isFreshest: true, delta: usualDelta }] },
  { points: "none", lists: [{ isFreshest: true, delta: usualDelta, dates: "expired" }] },
  { points: "A", lists: [{ scope: "A", isFreshest: true, delta: usualDelta }] },
  { points: "none", lists: [{ dates: "expired", number: 9 }, { number: 12 }] },
  { points: "none", lists: [{ oddities: ["version 1"] }] },
];

const entries: fc.Arbitrary<EntryRecipe> = fc.record(
  {
    of: fc.constantFrom("the certificate", "the certificate", "a helper", "somebody else"),
    reason: fc.constantFrom("keyCompromise", "superseded", "certificateHold", "removeFromCRL"),
    issuer: fc.constantFrom("the authority", "another authority"),
    hasUnknownCritical: fc.constant(true),
  },
  { requiredKeys: ["of"] },
);

/** Entries as lists have them: rarely with what nobody knows, or with issuers. */
const usualEntries: fc.Arbitrary<EntryRecipe> = fc.record(
  {
    of: fc.constantFrom("the certificate", "somebody else"),
    reason: fc.constantFrom("keyCompromise", "superseded", "certificateHold", "removeFromCRL"),
  },
  { requiredKeys: ["of"] },
);

const someEntries = fc.array(fc.oneof({ weight: 3, arbitrary: usualEntries }, entries), {
  minLength: 1,
  maxLength: 2,
});

/** One of version 1 would be a complete list. */
const deltaOddities = listOddities.filter((oddity) => oddity !== "version 1");

const deltas: fc.Arbitrary<DeltaRecipe> = fc.record(
  {
    dates: fc.constantFrom(...datesNames),
    ahead: fc.constantFrom(-1, 0, 1, 2),
    baseAhead: fc.constantFrom(-1, 0, 1),
    scope: fc.constantFrom(...scopeNames),
    isByNamesake: fc.constant(true),
    entries: someEntries,
    oddities: fc.constantFrom(...deltaOddities).map((one) => [one]),
  },
  { requiredKeys: [] },
);

/** What may be other than planned in one list; `entries` comes up most often, since it revokes. */
const listChanges: fc.Arbitrary<ListRecipe> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ entries: someEntries }) },
  { weight: 2, arbitrary: fc.record({ dates: fc.constantFrom(...datesNames) }) },
  { weight: 2, arbitrary: fc.record({ scope: fc.constantFrom(...scopeNames) }) },
  { weight: 2, arbitrary: fc.record({ signer: fc.constantFrom(...signerNames) }) },
  {
    weight: 2,
    arbitrary: fc.record({ oddities: fc.constantFrom(...listOddities).map((one) => [one]) }),
  },
  { weight: 1, arbitrary: fc.constant({ issuer: "another authority" as const }) },
  { weight: 3, arbitrary: fc.record({ delta: deltas, isFreshest: fc.constant(true) }) },
  { weight: 1, arbitrary: fc.record({ delta: deltas }) },
  { weight: 1, arbitrary: fc.record({ number: fc.constantFrom(1, 9, 11, 20) }) },
);

interface Change {
  /** Which list, if there are so many. */
  readonly at: number;
  readonly change: ListRecipe | "missing" | "first in line";
}

const changes: fc.Arbitrary<Change> = fc.record({
  at: fc.nat({ max: 1 }),
  change: fc.oneof(
    { weight: 10, arbitrary: listChanges },
    { weight: 1, arbitrary: fc.constantFrom("missing" as const, "first in line" as const) },
  ),
});

const authorityRecipes: fc.Arbitrary<AuthorityRecipe> = fc
  .record({
    plan: fc.constantFrom(...soundPlans),
    changed: often(
      fc.constant<readonly Change[]>([]),
      fc.array(changes, { minLength: 1, maxLength: 2 }),
      6,
      4,
    ),
    points: often<PointsName | undefined>(
      fc.constant(undefined),
      fc.constantFrom(...pointsNames),
      9,
      1,
    ),
    maySignLists: often<boolean>(fc.constant(true), fc.constant(false), 14, 1),
  })
  .map(({ plan, changed, points, maySignLists }) => ({
    maySignLists,
    points: points ?? plan.points,
    lists: changed.reduce(applyChange, plan.lists),
  }));

export const situations: fc.Arbitrary<Situation> = fc.record({
  authorities: fc.array(authorityRecipes, { minLength: 1, maxLength: 3 }),
  areKnown: often<boolean>(fc.constant(true), fc.constant(false), 14, 1),
});

function applyChange(lists: readonly ListRecipe[], { at, change }: Change): readonly ListRecipe[] {
  const index = at % Math.max(1, lists.length);
  const others = lists.filter((_, place) => place !== index);
  const list = lists[index] ?? {};
  if (change === "missing") return others;
  if (change === "first in line") return [list, ...others];
  const changed = { ...list, ...change };
  return [...lists.slice(0, index), changed, ...lists.slice(index + 1)];
}

function often<Value>(
  usual: fc.Arbitrary<Value>,
  odd: fc.Arbitrary<Value>,
  usualWeight: number,
  oddWeight: number,
): fc.Arbitrary<Value> {
  return fc.oneof({ weight: usualWeight, arbitrary: usual }, { weight: oddWeight, arbitrary: odd });
}
