import { ConfigError } from "./config-error.ts";
import { suggest } from "./suggest.ts";

/**
 * Refuses keys that no option has, and keys without a value: a safeguard that is misspelt, or whose value got lost on the
 * way, would otherwise be a safeguard left out.
 */
export function checkKeys<Key extends string>(
  options: Readonly<Record<string, unknown>>,
  known: readonly Key[],
  path: string,
): Readonly<Partial<Record<Key, unknown>>> {
  for (const key of Object.keys(options)) {
    const name = path === "" ? key : `${path}.${key}`;
    if ((known as readonly string[]).includes(key)) {
      if (options[key] !== undefined) continue;
      throw new ConfigError(
        name,
        "is undefined",
        "Leave it out, or look where its value got lost.",
      );
    }
    const meant = suggest(key, known);
    throw new ConfigError(
      name,
      "is not an option",
      meant === undefined ? `The options are: ${known.join(", ")}.` : `Did you mean "${meant}"?`,
    );
  }
  return options as Readonly<Partial<Record<Key, unknown>>>;
}
