import { DerError } from "./der-error.ts";

/** Runs a parser; its `DerError` is returned. Whatever else it throws is a bug, and goes on. */
export function tryParse<Value>(parse: () => Value): Value | DerError {
  try {
    return parse();
  } catch (error) {
    if (error instanceof DerError) return error;
    throw error;
  }
}
