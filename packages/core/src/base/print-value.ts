import { inspect } from "node:util";

/** A value that an option cannot have, as an error message shows it: in one line, and whatever it is. */
export function printValue(value: unknown): string {
  return typeof value === "string"
    ? JSON.stringify(value)
    : inspect(value, { depth: 1, breakLength: Infinity, compact: true });
}
