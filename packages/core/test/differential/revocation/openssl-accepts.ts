import { changeAuthorities, changeLists } from "./change-lists.ts";
import {
  withDeltasOfReasonsComplete,
  withNumbers,
  withoutOthersEntries,
  withoutUnnamedDeltas,
  withTimelessDeltas,
} from "./as-openssl-takes-it.ts";
import { example, exampleBelowRoot, type KnownDifference } from "./known-difference.ts";
import type { EntryRecipe, ListRecipe } from "./situation.ts";

/** What the engine refuses and OpenSSL accepts. */
export const opensslAccepts: readonly KnownDifference[] = [
  {
    why: "removeFromCRL has a meaning in deltas alone (RFC 5280 5.3.1), and revokes elsewhere; OpenSSL takes it for no revocation",
    example: example([{ entries: [{ of: "the certificate", reason: "removeFromCRL" }] }]),
    asOpensslTakesIt: (situation) =>
      changeLists(situation, (list) =>
        list.entries?.some(isRemoval) === true ? withoutRevocation(list) : list,
      ),
  },
  {
    why: "clients vouch for no list: authorities have to be the operator's; OpenSSL takes lists of whoever has a path to the root",
    example: { ...exampleBelowRoot([{}]), areKnown: false },
    asOpensslTakesIt: (situation) => ({ ...situation, areKnown: true }),
  },
  {
    why: "lists of version 2 have a number, which is not critical (RFC 5280 5.2.3); OpenSSL asks for none",
    example: example([{ oddities: ["no number"] }]),
    asOpensslTakesIt: withNumbers,
  },
  {
    why: "only indirect lists name certificate issuers (RFC 5280 5.3.3); OpenSSL honours them in any list",
    example: example([{ entries: [{ of: "somebody else", issuer: "another authority" }] }]),
    asOpensslTakesIt: withoutOthersEntries,
  },
  {
    why: "a point without a name is that of the lists in its signer's name (RFC 5280 6.3.3 (b)(2)(i)); OpenSSL takes any list of the signer",
    example: exampleBelowRoot(
      [{ signer: "the list signer", scope: "certificates of others too, at A" }],
      { points: "by the list signer" },
    ),
    asOpensslTakesIt: (situation) =>
      changeAuthorities(situation, (authority) =>
        authority.points === "by the list signer"
          ? { ...authority, points: "A, by the list signer" }
          : authority,
      ),
  },
  {
    why: "a delta is no complete list; OpenSSL takes one of some reasons for such a list",
    example: example([
      { scope: "some reasons" },
      { scope: "the other reasons", dates: "not valid yet", delta: {} },
    ]),
    asOpensslTakesIt: withDeltasOfReasonsComplete,
  },
  {
    why: "the numbers of lists never go back, and whoever numbers them does not stop doing so; OpenSSL goes by dates alone",
    example: example([{ dates: "expired", number: 9 }, { number: 1 }]),
    asOpensslTakesIt: (situation) =>
      changeAuthorities(situation, (authority) => ({
        ...authority,
        lists: authority.lists.filter(
          (list) => !authority.lists.some((other) => isLater(other, list)),
        ),
      })),
  },
  {
    why: "every list is looked at, whatever their order, and whom an expired one revokes stays revoked; OpenSSL stops when lists have covered every reason",
    example: example([
      {
        dates: "expired",
        scope: "some reasons",
        entries: [{ of: "the certificate", reason: "keyCompromise" }],
      },
      {},
    ]),
    asOpensslTakesIt: (situation) =>
      changeAuthorities(situation, (authority) => {
        const { lists } = authority;
        return lists.length === 1
          ? authority
          : { ...authority, lists: lists.map(withoutRevocation) };
      }),
  },
  {
    why: "a delta counts from its thisUpdate to its nextUpdate; OpenSSL looks at its dates only where the list has expired",
    example: example([
      {
        entries: [{ of: "the certificate", reason: "certificateHold" }],
        isFreshest: true,
        delta: {
          dates: "expired",
          entries: [{ of: "the certificate", reason: "removeFromCRL" }],
        },
      },
    ]),
    asOpensslTakesIt: withTimelessDeltas,
  },
  {
    why: "a delta counts wherever it came from; OpenSSL uses one only where the list or the certificate names a place of deltas",
    example: example([{ delta: { entries: [{ of: "the certificate", reason: "superseded" }] } }]),
    asOpensslTakesIt: withoutUnnamedDeltas,
  },
];

function isRemoval({ of: whom, reason }: EntryRecipe): boolean {
  return whom === "the certificate" && reason === "removeFromCRL";
}

function withoutRevocation(list: ListRecipe): ListRecipe {
  const entries = (list.entries ?? []).filter((entry) => entry.of !== "the certificate");
  return { ...list, entries };
}

function isLater(list: ListRecipe, other: ListRecipe): boolean {
  return (
    other.dates === "expired" &&
    list.dates !== "expired" &&
    list.scope === other.scope &&
    list.signer === other.signer
  );
}
