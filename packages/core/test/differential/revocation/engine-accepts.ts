import {
  withDeltasOfReasonsComplete,
  withNumbers,
  withoutOthersEntries,
  withoutUnnamedDeltas,
  withTimelessDeltas,
} from "./as-openssl-takes-it.ts";
import { changeAuthorities, changeLists, type ListPlace } from "./change-lists.ts";
import { example, exampleBelowRoot, type KnownDifference } from "./known-difference.ts";
import type {
  AuthorityRecipe,
  DatesName,
  DeltaRecipe,
  ListOddity,
  ListRecipe,
  ScopeName,
  SignerName,
  Situation,
} from "./situation.ts";

/** What the engine accepts and OpenSSL refuses. */
export const engineAccepts: readonly KnownDifference[] = [
  {
    why: "a list is current up to and including the second of its nextUpdate; OpenSSL ends it a second earlier",
    example: example([{ dates: "in its last second" }]),
    asOpensslTakesIt: (situation) => redate(situation, "in its last second", "expired"),
  },
  {
    why: "the clock of whoever signs lists may be a minute ahead; OpenSSL grants nothing",
    example: example([{ dates: "valid in half a minute" }]),
    asOpensslTakesIt: (situation) => redate(situation, "valid in half a minute", "not valid yet"),
  },
  {
    why: "a list without a place is about every reason, whatever distribution points say (RFC 5280 6.3.3, last paragraph); OpenSSL takes it for that of a point",
    example: example([{}], { points: "A for some reasons" }),
    asOpensslTakesIt: (situation) =>
      changeLists(situation, (list, { authority }) =>
        authority.points.includes("for some reasons") ? forSomeReasons(list) : list,
      ),
  },
  {
    why: "a delta counts from its thisUpdate to its nextUpdate; OpenSSL looks at its dates only where the list has expired",
    example: example([
      {
        isFreshest: true,
        delta: { dates: "not valid yet", entries: [{ of: "the certificate" }] },
      },
    ]),
    asOpensslTakesIt: withTimelessDeltas,
  },
  {
    why: "a faulty delta is as good as none, and complete lists say enough (RFC 5280 6.3.3); OpenSSL fails with it",
    example: example([{ isFreshest: true, delta: { oddities: ["a broken signature"] } }]),
    asOpensslTakesIt: (situation) =>
      changeLists(situation, (list) =>
        list.delta !== undefined && isFaultyDelta(list.delta) ? withoutUse(list) : list,
      ),
  },
  {
    why: "key identifiers are hints, and every certificate of the name is tried; OpenSSL tries the one that they point to, or the first",
    example: example([{ oddities: ["another key's identifier"] }]),
    asOpensslTakesIt: (situation) =>
      changeLists(situation, (list) => (isMisled(list) ? withoutUse(list) : list)),
  },
  {
    why: "a signer of lists may be covered by its own list alone (PKITS 4.14.30); OpenSSL validates no path to a signer within another",
    example: example([{ signer: "a helper of its own" }]),
    asOpensslTakesIt: (situation) =>
      changeLists(situation, (list, place) => (isNested(list, place) ? withoutUse(list) : list)),
  },
  {
    why: "a delta is no complete list; OpenSSL takes one of some reasons for such a list",
    example: example([
      { scope: "some reasons" },
      {
        scope: "the other reasons",
        delta: { entries: [{ of: "the certificate", reason: "removeFromCRL" }] },
        entries: [{ of: "the certificate", reason: "certificateHold" }],
      },
    ]),
    asOpensslTakesIt: withDeltasOfReasonsComplete,
  },
  {
    why: "lists that are faulty take nothing from others; OpenSSL settles on the one whose dates and scope fit best, and looks at its signature after",
    example: example([{ scope: "A", oddities: ["a broken signature"] }, {}], { points: "A" }),
    asOpensslTakesIt: (situation) =>
      changeAuthorities(situation, (authority) => {
        const faulty = authority.lists.filter((list) => isFaulty(list, authority));
        if (faulty.length === 0) return authority;
        // The list signer's lists speak of whoever names it, whatever authority they stand by.
        const { points } = authority;
        return { ...authority, lists: faulty, points: points.includes("signer") ? "none" : points };
      }),
  },
  {
    why: "a delta counts wherever it came from; OpenSSL uses one only where the list or the certificate names a place of deltas",
    example: example([
      {
        entries: [{ of: "the certificate", reason: "certificateHold" }],
        delta: { entries: [{ of: "the certificate", reason: "removeFromCRL" }] },
      },
    ]),
    asOpensslTakesIt: withoutUnnamedDeltas,
  },
  {
    why: "a list without a number is of no use (RFC 5280 5.2.3), also against those on it, and others may say enough; OpenSSL asks for none",
    example: exampleBelowRoot([
      { signer: "a helper" },
      { oddities: ["no number"], entries: [{ of: "the certificate" }] },
    ]),
    asOpensslTakesIt: withNumbers,
  },
  {
    why: "a list that names certificate issuers without being indirect is of no use (RFC 5280 5.3.3), also against those on it; OpenSSL honours them in any list",
    example: exampleBelowRoot([
      { signer: "a helper" },
      { entries: [{ of: "the certificate", issuer: "the authority" }] },
    ]),
    asOpensslTakesIt: withoutOthersEntries,
  },
  {
    why: "of lists that are of one date the highest number counts; OpenSSL goes by dates alone",
    example: example([{ number: 9, entries: [{ of: "the certificate" }] }, { number: 12 }]),
    asOpensslTakesIt: (situation) =>
      changeAuthorities(situation, (authority) => ({
        ...authority,
        lists: authority.lists.filter(
          (list) => !authority.lists.some((other) => isSucceededBy(other, list)),
        ),
      })),
  },
  {
    why: "nobody asks about an anchor, which is no part of its path (RFC 5280 6.1); OpenSSL asks for the root's list about itself",
    example: example([{ signer: "a helper" }, { signer: "the list signer" }], {
      maySignLists: false,
    }),
    asOpensslTakesIt: (situation) =>
      situation.authorities[0]!.maySignLists ? situation : changeLists(situation, () => undefined),
  },
];

function redate(situation: Situation, from: DatesName, to: DatesName): Situation {
  return changeLists(situation, (list) => ({
    ...list,
    ...(list.dates === from && { dates: to }),
    ...(list.delta?.dates === from && { delta: { ...list.delta, dates: to } }),
  }));
}

const limitedScopes: Readonly<Partial<Record<ScopeName, ScopeName>>> = {
  "nothing in particular": "some reasons",
  users: "some reasons",
  authorities: "some reasons",
  A: "some reasons at A",
  "A or B": "some reasons at A",
  "users at A": "some reasons at A",
  "the other reasons": "attributes",
  "certificates of others too": "certificates of others too, for some reasons",
  "certificates of others too, at A": "certificates of others too, for some reasons",
};

function forSomeReasons(list: ListRecipe): ListRecipe {
  const scope = limitedScopes[list.scope ?? "nothing in particular"];
  // Version 1 has no scope to write that into.
  if (list.oddities?.includes("version 1") === true) return withoutUse(list);
  return scope === undefined ? list : { ...list, scope };
}

function withoutUse(list: ListRecipe): ListRecipe {
  return { ...list, oddities: ["a broken signature"] };
}

/** The signer's own status is known by lists of other such signers alone. */
function isNested({ signer }: ListRecipe, { authority, above, root }: ListPlace): boolean {
  const issuers: Readonly<Partial<Record<SignerName, AuthorityRecipe>>> = {
    "a helper of its own": authority,
    "a helper": above,
    "the list signer": root,
  };
  const issuer = signer && issuers[signer];
  return issuer !== undefined && !issuer.lists.some(speaksOfHelpers);
}

function speaksOfHelpers(list: ListRecipe): boolean {
  const { signer = "the authority", issuer, scope = "nothing in particular" } = list;
  const { dates, oddities = [], entries = [] } = list;
  return (
    signer === "the authority" &&
    issuer === undefined &&
    dates !== "expired" &&
    dates !== "not valid yet" &&
    !oddities.some((oddity) => faults.has(oddity)) &&
    !entries.some(({ hasUnknownCritical }) => hasUnknownCritical) &&
    ["nothing in particular", "users", "certificates of others too"].includes(scope)
  );
}

function isMisled({ signer = "the authority", oddities = [] }: ListRecipe): boolean {
  const isUnnamed = oddities.includes("no key identifier") || oddities.includes("version 1");
  return (
    oddities.includes("another key's identifier") || (isUnnamed && signer.startsWith("a helper"))
  );
}

const faults: ReadonlySet<ListOddity> = new Set([
  "a broken signature",
  "an unknown critical extension",
  "a critical number",
  "another key's identifier",
  "two signature algorithms",
]);

function isFaulty(
  { signer = "the authority", oddities = [] }: ListRecipe,
  { maySignLists }: AuthorityRecipe,
): boolean {
  return (
    oddities.includes("a broken signature") ||
    oddities.includes("two signature algorithms") ||
    (signer === "the authority" && !maySignLists) ||
    (signer === "a namesake" && oddities.includes("no key identifier")) ||
    signer === "a helper without the usage" ||
    signer === "a stranger's helper"
  );
}

function isFaultyDelta({ oddities = [], entries = [] }: DeltaRecipe): boolean {
  return (
    oddities.some((oddity) => faults.has(oddity) && oddity !== "another key's identifier") ||
    entries.some(({ hasUnknownCritical }) => hasUnknownCritical)
  );
}

function isSucceededBy(list: ListRecipe, other: ListRecipe): boolean {
  return (
    list !== other &&
    list.scope === other.scope &&
    list.signer === other.signer &&
    (list.dates ?? "current") === (other.dates ?? "current") &&
    (list.number ?? 10) < (other.number ?? 10)
  );
}
