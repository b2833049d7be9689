import { basename } from "node:path";
import { JsonObject } from "../json-object.ts";
import { readJsonFile } from "../read-json-file.ts";
import { readTimeField } from "../read-time-field.ts";
import { readWeakLabels } from "../read-weak-labels.ts";
import type { Suite } from "../suite.ts";
import { UsageError } from "../usage-error.ts";
import { ocspVerdicts, type OcspCase } from "./ocsp-case.ts";

/** Reads an OCSP suite: a list of cases, of which the fields that the schema names are read and no other. */
export function readOcspSuite(path: string): Suite<OcspCase> {
  const cases = readJsonFile(path);
  if (!Array.isArray(cases)) throw new UsageError(`${path} is not a list.`);
  if (cases.length === 0) throw new UsageError(`${path} holds no test case.`);
  return { name: basename(path), cases: cases.map((one, index) => readOcspCase(one, path, index)) };
}

function readOcspCase(value: unknown, path: string, index: number): OcspCase {
  const fields = JsonObject.of(value, `${path}, [${index}]`);
  // The schema does not promise one.
  const id = fields.optionalString("id") ?? `[${index}]`;
  const test = fields.at(`${path}, [${index}] (${id})`);
  const maxAgeSeconds = test.optionalCount("maxAgeSeconds");
  return {
    id,
    isSoft: (test.optionalStrings("features") ?? []).includes("soft"),
    certificate: decode(test.string("cert")),
    issuer: decode(test.string("issuer")),
    trusted: (test.optionalStrings("trusted") ?? []).map(decode),
    others: (test.optionalStrings("extraCerts") ?? []).map(decode),
    response: decode(test.string("ocspResponse")),
    time: readTimeField(test, "time"),
    maxAgeMs: maxAgeSeconds === undefined ? undefined : maxAgeSeconds * 1000,
    legacy: readWeakLabels(test),
    expected: test.oneOf("expected", ocspVerdicts),
  };
}

/** What is not base64 decodes to something, of which the engine is to say that it is nothing. */
function decode(base64: string): Buffer {
  return Buffer.from(base64, "base64");
}
