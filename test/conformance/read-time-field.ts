import type { JsonObject } from "./json-object.ts";
import { UsageError } from "./usage-error.ts";

/** A field that holds a time in ISO 8601, in epoch milliseconds; undefined where it is absent, which means now. */
export function readTimeField(test: JsonObject, name: string): number | undefined {
  const text = test.optionalString(name);
  if (text === undefined) return undefined;
  // Without an offset JavaScript would take it for the time zone of this machine.
  const time = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`);
  if (Number.isNaN(time)) throw new UsageError(`${test.place}: ${name} is not ISO 8601.`);
  return time;
}
