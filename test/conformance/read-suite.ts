import { basename } from "node:path";
import { JsonObject } from "./json-object.ts";
import { readCase } from "./read-case.ts";
import { readJsonFile } from "./read-json-file.ts";
import type { PathCase } from "./path-case.ts";
import type { Suite } from "./suite.ts";
import { UsageError } from "./usage-error.ts";

/** Reads a path suite in the schema of C2SP/x509-limbo. */
export function readSuite(path: string): Suite<PathCase> {
  const suite = JsonObject.of(readJsonFile(path), path);
  const cases = suite.objects("testcases");
  if (cases.length === 0) throw new UsageError(`${path} holds no test case.`);
  return { name: basename(path), cases: cases.map(readCase) };
}
