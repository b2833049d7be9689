import { ConfigError } from "../../base/config-error.ts";
import { readObject } from "../../base/read-option.ts";
import { IssuerReader, readDenyEntry, type ReadEntry } from "./deny-entry.ts";
import { DenyIndex } from "./deny-index.ts";

/** About 100,000 entries with names and remarks. */
const longestDocument = 16 * 1024 * 1024;

const example =
  '{ "denied": [ { "issuer": "CN=My CA", "serialNumber": "0A1B" } ] }; an empty list is { "denied": [] }';
const cure = `Write ${example}.`;

/** Entries between two pauses: about 2 ms. */
const entriesPerSlice = 500;

/**
 * Reads the JSON text of a list, in slices. A text that was cut short is no JSON, so that it is never taken for a shorter list.
 * Throws `ConfigError` for anything that is not such a list as a whole.
 */
export function* readDocument(
  text: string,
  origin: string,
): Generator<undefined, DenyIndex, undefined> {
  if (text.trim() === "") throw new ConfigError(origin, "is empty", cure);
  const { denied } = readObject(parseJson(text, origin), ["denied"], origin, example);
  if (!Array.isArray(denied)) throw new ConfigError(origin, 'has no list "denied"', cure);
  yield;
  return yield* readEntries(denied, `${origin}.denied`);
}

/** Reads entries, in slices. */
export function* readEntries(
  entries: readonly unknown[],
  origin: string,
): Generator<undefined, DenyIndex, undefined> {
  const issuers = new IssuerReader();
  const items: ReadEntry[] = [];
  for (const [position, entry] of entries.entries()) {
    if (position % entriesPerSlice === entriesPerSlice - 1) yield;
    items.push(readDenyEntry(entry, `${origin}[${position}]`, issuers));
  }
  return yield* DenyIndex.build(items);
}

/** The bytes of a document as text. */
export function decodeDocument(bytes: Uint8Array, origin: string): string {
  checkLength(bytes.length, origin);
  try {
    // A byte order mark, as some editors write it, is left out.
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ConfigError(origin, "is not UTF-8", "Save it as UTF-8.", cause);
  }
}

/** The text of a list, one entry in each line. Throws `ConfigError` where it could not be read again. */
export function writeDocument({ entries }: DenyIndex, origin: string): string {
  const lines = entries.map((entry) => `\n    ${JSON.stringify(entry)}`);
  const text = `{\n  "denied": [${lines.join(",")}${lines.length === 0 ? "" : "\n  "}]\n}\n`;
  checkLength(Buffer.byteLength(text), origin);
  return text;
}

/** Before it is read as well: a file can be longer than memory. */
export function checkLength(bytes: number, origin: string): void {
  if (bytes <= longestDocument) return;
  throw new ConfigError(
    origin,
    `is longer than ${longestDocument} bytes`,
    "Deny keys or authorities in place of single certificates, or use a CRL.",
  );
}

function parseJson(text: string, origin: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ConfigError(origin, `is not JSON: ${(cause as Error).message}`, cure, cause);
  }
}
