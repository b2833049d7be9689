import type { SuiteCase } from "./suite.ts";
import { UsageError } from "./usage-error.ts";

/** The cases whose id one of the globs describes (`*`: any text, `?`: any character); without globs all of them. */
export function selectCases<Case extends SuiteCase>(
  cases: readonly Case[],
  globs: readonly string[],
): readonly Case[] {
  if (globs.length === 0) return cases;
  const patterns = globs.map(globPattern);
  const selected = cases.filter(({ id }) => patterns.some((pattern) => pattern.test(id)));
  if (selected.length === 0) throw new UsageError(`No case is called ${globs.join(" or ")}.`);
  return selected;
}

function globPattern(glob: string): RegExp {
  const source = glob
    .replace(/[\\^$.+()[\]{}|]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "s");
}
