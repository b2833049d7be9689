import { inspect } from "node:util";

/** What somebody threw, in one line. Anything can be thrown, also what throws again when it is looked at. */
export function describeFault(fault: unknown): string {
  try {
    const text = fault instanceof Error ? fault.message : inspect(fault, { depth: 0 });
    return text.replace(/\s+/g, " ").slice(0, 200);
  } catch {
    return "an error that cannot be shown";
  }
}
