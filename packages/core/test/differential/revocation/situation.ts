/** A client below its authorities, and the lists that there are of them, as plain values that a failing test can print. */
export interface Situation {
  /** The root first; the last one has issued the client. */
  readonly authorities: readonly AuthorityRecipe[];
  /** Whether the shield's operator knows the authorities below the root; the client presents them in any case. */
  readonly areKnown: boolean;
}

/** An authority. "The certificate" is the one that it has issued in the chain, to the next authority or to the client. */
export interface AuthorityRecipe {
  /** Whether its own certificate allows it to sign lists. */
  readonly maySignLists: boolean;
  /** Where the certificate says that its lists are. */
  readonly points: PointsName;
  readonly lists: readonly ListRecipe[];
}

export const pointsNames = [
  "none",
  "A",
  "B",
  "A and B",
  "A for some reasons",
  "A for some reasons, B for the others",
  "by name, relative",
  "A, by the list signer",
  "by the list signer",
] as const;

export type PointsName = (typeof pointsNames)[number];

/** What is left out is sound. */
export interface ListRecipe {
  readonly signer?: SignerName;
  /** Default: the signer's name. */
  readonly issuer?: "another authority";
  readonly dates?: DatesName;
  readonly number?: number;
  /** Default: no issuing distribution point. */
  readonly scope?: ScopeName;
  readonly entries?: readonly EntryRecipe[];
  readonly oddities?: readonly ListOddity[];
  /** It names a place of deltas. */
  readonly isFreshest?: boolean;
  readonly delta?: DeltaRecipe;
}

export const signerNames = [
  "the authority",
  /** The name of the authority, and a key that nobody knows. */
  "a namesake",
  /** The name of the authority; issued by the authority above it (or the root), to sign lists. */
  "a helper",
  /** The name of the authority; issued by itself, to sign lists. */
  "a helper of its own",
  /** As "a helper", without the usage. */
  "a helper without the usage",
  /** As "a helper", issued by a root that nobody trusts. */
  "a stranger's helper",
  /** A name of its own; issued by the root, to sign lists. */
  "the list signer",
] as const;

export type SignerName = (typeof signerNames)[number];

export const datesNames = [
  "current",
  "expired",
  "in its last second",
  "valid in half a minute",
  "not valid yet",
] as const;

export type DatesName = (typeof datesNames)[number];

export const scopeNames = [
  "nothing in particular",
  "users",
  "authorities",
  "attributes",
  "users and authorities",
  "A",
  "B",
  "A or B",
  "users at A",
  "a directory name",
  "some reasons",
  "the other reasons",
  "some reasons at A",
  "the other reasons at B",
  "certificates of others too",
  "certificates of others too, at A",
  "certificates of others too, for some reasons",
] as const;

export type ScopeName = (typeof scopeNames)[number];

export interface EntryRecipe {
  readonly of: "the certificate" | "a helper" | "somebody else";
  readonly reason?: "keyCompromise" | "superseded" | "certificateHold" | "removeFromCRL";
  /** The extension certificateIssuer. Default: absent. */
  readonly issuer?: "the authority" | "another authority";
  readonly hasUnknownCritical?: boolean;
}

export const listOddities = [
  "a broken signature",
  "an unknown critical extension",
  "an unknown extension",
  "no number",
  "a critical number",
  "no key identifier",
  "another key's identifier",
  "version 1",
  "two signature algorithms",
] as const;

export type ListOddity = (typeof listOddities)[number];

/** What is left out is sound: the signer, the scope, and the issuer are those of the list below. */
export interface DeltaRecipe {
  readonly dates?: DatesName;
  /** How far its number, and that of the list it starts from, are ahead of the number of the list below. Default: 1, and 0. */
  readonly ahead?: number;
  readonly baseAhead?: number;
  readonly scope?: ScopeName;
  readonly isByNamesake?: boolean;
  readonly entries?: readonly EntryRecipe[];
  readonly oddities?: readonly ListOddity[];
}
