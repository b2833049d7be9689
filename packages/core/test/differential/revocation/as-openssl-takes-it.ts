import { changeAuthorities, changeLists } from "./change-lists.ts";
import type { EntryRecipe, ListOddity, ListRecipe, Situation } from "./situation.ts";

/** A delta of some reasons stands beside the other lists as a complete one. */
export function withDeltasOfReasonsComplete(situation: Situation): Situation {
  return changeAuthorities(situation, (authority) => ({
    ...authority,
    lists: authority.lists.flatMap((list) => {
      const { delta, ...rest } = list;
      const { isByNamesake = false, ahead = 1, dates, entries = [], oddities = [] } = delta ?? {};
      const scope = delta?.scope ?? list.scope;
      if (delta === undefined || scope?.includes("reasons") !== true) return [list];
      const { signer, number = 10 } = list;
      const complete: ListRecipe = {
        scope,
        entries,
        oddities,
        number: number + ahead,
        ...(dates && { dates }),
        ...(isByNamesake ? { signer: "a namesake" } : signer && { signer }),
      };
      return [rest, complete];
    }),
  }));
}

/** Without the deltas whose place no list names. */
export function withoutUnnamedDeltas(situation: Situation): Situation {
  return changeLists(situation, ({ delta, ...list }) =>
    list.isFreshest === true && delta !== undefined ? { ...list, delta } : list,
  );
}

/** The deltas of current lists are current. */
export function withTimelessDeltas(situation: Situation): Situation {
  return changeLists(situation, (list) => {
    const { dates = "current", delta } = list;
    if (dates !== "current" || delta?.dates === undefined) return list;
    return { ...list, delta: { ...delta, dates: "current" } };
  });
}

const numberOddities: ReadonlySet<ListOddity> = new Set(["no number", "a critical number"]);

/** Every list has a number, as it should be. */
export function withNumbers(situation: Situation): Situation {
  return changeLists(situation, (list) => ({
    ...list,
    ...(list.oddities && {
      oddities: list.oddities.filter((oddity) => !numberOddities.has(oddity)),
    }),
  }));
}

/** Lists that are not indirect hold no entries of other issuers, and say no issuers. */
export function withoutOthersEntries(situation: Situation): Situation {
  return changeLists(situation, (list) =>
    list.scope?.startsWith("certificates of others") === true || list.entries === undefined
      ? list
      : { ...list, entries: withoutOthers(list.entries) },
  );
}

/** An issuer holds for the entries after it, until the next one. */
function withoutOthers(entries: readonly EntryRecipe[]): readonly EntryRecipe[] {
  let isOwn = true;
  return entries.flatMap(({ issuer, ...entry }) => {
    if (issuer !== undefined) isOwn = issuer === "the authority";
    return isOwn ? [entry] : [];
  });
}
