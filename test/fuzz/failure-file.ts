import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** An input that shows a fault of the engine. */
export interface Failure {
  readonly target: string;
  readonly fault: string;
  readonly input: unknown;
}

/** Writes a failure to a new file of a folder, and returns its path. */
export function writeFailure(folder: string, failure: Failure, number: number): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${failure.target}-${process.pid}-${number}.json`);
  writeFileSync(path, `${JSON.stringify(failure, encodeOctets, 2)}\n`);
  return path;
}

/** Throws what `node:fs` and `JSON.parse` throw. */
export function readFailure(path: string): Failure {
  return JSON.parse(readFileSync(path, "utf8"), decodeOctets) as Failure;
}

interface EncodedOctets {
  readonly base64: string;
}

/** JSON has no octets. A Buffer has become a list of numbers before it comes here, which is why its owner is asked. */
function encodeOctets(this: unknown, key: string, value: unknown): unknown {
  const original = (this as Readonly<Record<string, unknown>>)[key];
  return original instanceof Uint8Array
    ? ({ base64: Buffer.from(original).toString("base64") } satisfies EncodedOctets)
    : value;
}

function decodeOctets(_key: string, value: unknown): unknown {
  const { base64 } = (value ?? {}) as Partial<EncodedOctets>;
  return typeof base64 === "string" ? Buffer.from(base64, "base64") : value;
}
