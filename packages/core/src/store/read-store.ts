import { ConfigError } from "../base/config-error.ts";
import { hasMethods } from "../base/read-option.ts";
import type { Store } from "./store.ts";

/** Reads an option that takes a store. */
export function readStore(input: unknown, option: string): Store {
  if (hasMethods(input, ["get", "set", "compareAndSet", "delete", "close"])) return input as Store;
  throw new ConfigError(
    option,
    "is not a store",
    "Pass one, such as createFileStore({ folder }) of @mtls-shield/stores/file.",
  );
}
