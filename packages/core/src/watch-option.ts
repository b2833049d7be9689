import { checkKeys } from "./base/check-keys.ts";
import { ConfigError } from "./base/config-error.ts";
import { isPlainObject, readBoolean } from "./base/read-option.ts";
import { trustPaths } from "./path/trust-input.ts";
import { splitTrust } from "./revocation/trusted-revocation.ts";

/** More files whose change reloads a shield, and what options follow from what they hold. */
export interface WatchedOptions<Changes> {
  /** Files and folders; those that `trust` names are watched anyway. */
  readonly paths: readonly string[];
  /** Asked at every reload, whatever caused it: what it returns replaces the options of these names. */
  readonly read: () => Changes | Promise<Changes>;
}

/** The `watch` option after reading. */
export interface WatchSettings {
  readonly paths: readonly string[];
  /** Undefined: everything follows from `trust`. */
  readonly read: (() => unknown) | undefined;
}

/** Reads the `watch` option beside the `trust` option whose files are meant by it. */
export function readWatch(input: unknown, trust: unknown): WatchSettings {
  // Revocation lists have their own watch: a new list is no reason to read everything else anew.
  const named = trustPaths(splitTrust(trust, "").trust);
  if (!isPlainObject(input)) {
    return { paths: readBoolean(input, true, "watch") ? named : [], read: undefined };
  }
  const { paths, read } = checkKeys(input, ["paths", "read"], "watch");
  const isList =
    Array.isArray(paths) &&
    paths.length > 0 &&
    paths.every((path) => typeof path === "string" && path !== "");
  if (!isList) {
    throw new ConfigError("watch.paths", "is not a list of paths", 'Write ["rules.json"].');
  }
  if (typeof read !== "function") {
    throw new ConfigError(
      "watch.read",
      "is not a function",
      "Pass a function that reads the paths and returns options, such as { rules }.",
    );
  }
  return { paths: [...named, ...(paths as string[])], read: read as () => unknown };
}
