import { readFileSync } from "node:fs";
import { JsonObject } from "./json-object.ts";
import { UsageError } from "./usage-error.ts";

/** Reads which cases may disagree, and why: a list of `{ id, why }`. */
export function readExceptions(path: string): ReadonlyMap<string, string> {
  const list = parseFile(path);
  if (!Array.isArray(list)) throw new UsageError(`${path} is not a list.`);
  return new Map(
    list.map((entry: unknown, index) => {
      const exception = JsonObject.of(entry, `${path}, [${index}]`);
      return [exception.string("id"), exception.string("why")];
    }),
  );
}

function parseFile(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${(error as Error).message}.`);
  }
}
