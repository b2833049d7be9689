import type { AuthorityRecipe, ListRecipe, Situation } from "./situation.ts";

/** A list where it stands. */
export interface ListPlace {
  readonly authority: AuthorityRecipe;
  /** The one that has issued the authority's certificate; of the root itself, the root. */
  readonly above: AuthorityRecipe;
  readonly root: AuthorityRecipe;
}

/** The situation with each list changed, or taken out: undefined. */
export function changeLists(
  situation: Situation,
  change: (list: ListRecipe, place: ListPlace) => ListRecipe | undefined,
): Situation {
  return changeAuthorities(situation, (authority, place) => ({
    ...authority,
    lists: authority.lists
      .map((list) => {
        const above = situation.authorities[Math.max(0, place - 1)]!;
        return change(list, { authority, above, root: situation.authorities[0]! });
      })
      .filter((list) => list !== undefined),
  }));
}

/** The situation with each authority changed. */
export function changeAuthorities(
  situation: Situation,
  change: (authority: AuthorityRecipe, place: number) => AuthorityRecipe,
): Situation {
  return { ...situation, authorities: situation.authorities.map(change) };
}
