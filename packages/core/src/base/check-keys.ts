import { ConfigError } from "./config-error.ts";
import { suggest } from "./suggest.ts";

/** Refuses keys that no option has: a misspelt safeguard would otherwise be a safeguard left out. */
export function checkKeys<Key extends string>(
  options: Readonly<Record<string, unknown>>,
  known: readonly Key[],
  path: string,
): Readonly<Partial<Record<Key, unknown>>> {
  for (const key of Object.keys(options)) {
    if ((known as readonly string[]).includes(key)) continue;
    const name = path === "" ? key : `${path}.${key}`;
    const meant = suggest(key, known);
    throw new ConfigError(
      name,
      "is not an option",
      meant === undefined ? `The options are: ${known.join(", ")}.` : `Did you mean "${meant}"?`,
    );
  }
  return options as Readonly<Partial<Record<Key, unknown>>>;
}
