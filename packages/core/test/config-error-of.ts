import { ConfigError } from "../src/base/config-error.ts";

/** The ConfigError that a call throws; anything else is passed on. */
export function configErrorOf(call: () => unknown): ConfigError {
  try {
    call();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error("Nothing was thrown.");
}
