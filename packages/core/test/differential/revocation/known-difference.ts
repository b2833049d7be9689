import type { AuthorityRecipe, ListRecipe, Situation } from "./situation.ts";

/** Where OpenSSL judges otherwise than the engine. */
export interface KnownDifference {
  readonly why: string;
  readonly example: Situation;
  /** The situation as OpenSSL takes it: of the one that comes out the engine says what OpenSSL says of the one that goes in. */
  readonly asOpensslTakesIt: (situation: Situation) => Situation;
}

/** A situation that shows one difference: the lists of one authority, which is the root. */
export function example(
  lists: readonly ListRecipe[],
  changes: Partial<Pick<AuthorityRecipe, "maySignLists" | "points">> = {},
): Situation {
  const root: AuthorityRecipe = { maySignLists: true, points: "none", ...changes, lists };
  return { authorities: [root], areKnown: true };
}

/** The same with an authority between the root and the client, whose lists they are. */
export function exampleBelowRoot(...[lists, changes]: Parameters<typeof example>): Situation {
  const { authorities } = example(lists, changes);
  return { authorities: [...example([{}]).authorities, ...authorities], areKnown: true };
}
