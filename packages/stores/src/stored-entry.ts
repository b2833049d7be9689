import { createHash } from "node:crypto";

/** A value with its key, which its file's name does not tell. */
export interface StoredEntry {
  readonly key: string;
  /** Undefined: there is none any more. */
  readonly value: string | undefined;
  /** Epoch milliseconds. */
  readonly until: number | undefined;
}

/** The text of a file: JSON with a checksum, so that a damaged one is not taken for another value. */
export function formatEntry(entry: StoredEntry): string {
  return `${JSON.stringify({ ...entry, sha256: checksum(entry) })}\n`;
}

/** Reads the text of a file that should hold this key's value; a string says what is wrong with it. */
export function parseEntry(text: string, key: string): StoredEntry | string {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return "it is not whole";
  }
  const entry = content as (StoredEntry & { readonly sha256: unknown }) | null;
  if (entry?.sha256 !== checksum(entry)) return "its checksum is wrong";
  if (entry.key !== key) return "it is about another key";
  return { key, value: entry.value, until: entry.until };
}

function checksum(entry: StoredEntry | null): string {
  const content = JSON.stringify([entry?.key, entry?.value, entry?.until]);
  return createHash("sha256").update(content).digest("hex");
}
