import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { gunzipSync } from "node:zlib";
import { JsonObject } from "./json-object.ts";
import { readCase } from "./read-case.ts";
import type { PathCase } from "./path-case.ts";
import { UsageError } from "./usage-error.ts";

export interface Suite {
  /** The name of the file. */
  readonly name: string;
  readonly cases: readonly PathCase[];
}

// The longest text that a string of V8 holds on every platform: a small archive may unpack to more.
const mostBytes = 512 * 1024 * 1024;

/** Reads a path suite in the schema of C2SP/x509-limbo: JSON, or that in gzip, whatever the file is called. */
export function readSuite(path: string): Suite {
  const suite = JsonObject.of(parseJson(unpack(readBytes(path), path), path), path);
  const cases = suite.objects("testcases");
  if (cases.length === 0) throw new UsageError(`${path} holds no test case.`);
  return { name: basename(path), cases: cases.map(readCase) };
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === "ENOENT"
      ? new UsageError(`There is no file ${path}.`)
      : new UsageError(`${path} cannot be read: ${(error as Error).message}.`);
  }
}

function unpack(bytes: Buffer, path: string): Buffer {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: mostBytes });
  } catch (error) {
    throw new UsageError(`${path} cannot be unpacked: ${(error as Error).message}.`);
  }
}

function parseJson(bytes: Buffer, path: string): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    throw new UsageError(`${path} is not JSON: ${(error as Error).message}.`);
  }
}
