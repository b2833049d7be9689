import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { UsageError } from "./usage-error.ts";

// The longest text that a string of V8 holds on every platform: a small archive may unpack to more.
const mostBytes = 512 * 1024 * 1024;

/** What a file holds: JSON, or that in gzip, whatever the file is called. */
export function readJsonFile(path: string): unknown {
  const bytes = unpack(readBytes(path), path);
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    throw new UsageError(`${path} is not JSON: ${(error as Error).message}.`);
  }
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
