import { createHash, randomUUID } from "node:crypto";
import {
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  mkdirSync,
  openSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { access, link, mkdir, open, readdir, readFile, rm, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import { ConfigError, type Clock, type Store } from "@mtls-shield/core";
import { readObject } from "@mtls-shield/core/adapter";

import { formatEntry, parseEntry, type StoredEntry } from "./stored-entry.ts";

export interface FileStoreOptions {
  /** Where it keeps its files; made when it is not there. No other program has any business in it. */
  readonly folder: string;
  /** By which values expire. Default: the system's. */
  readonly clock?: Clock;
}

/**
 * A store in a folder that processes of one machine, or of several that mount it, may share. A value that was written has
 * reached the disk; a crash leaves the one before it.
 *
 * @throws {ConfigError} for a folder that cannot be used.
 */
export function createFileStore(options: FileStoreOptions): Store {
  const { folder, clock = Date.now } = readObject(
    options,
    ["folder", "clock"],
    "",
    '{ folder: "/var/lib/my-api" }',
  );
  if (typeof clock !== "function") {
    throw new ConfigError("clock", "is not a function", "Leave it out.");
  }
  if (typeof folder !== "string" || folder === "") {
    throw new ConfigError("folder", "is not a path", 'Write folder: "/var/lib/my-api".');
  }
  prepareFolder(folder);
  return new FileStore(folder, clock as Clock);
}

/** Tells a folder that is a store from one that was not mounted, which would look like an empty store. */
const markerName = "mtls-shield-store";

function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    writeFileSync(join(folder, markerName), "1\n", { flag: "a", mode: 0o600 });
    const handle = openSync(folder, "r");
    fsyncSync(handle);
    closeSync(handle);
  } catch (cause) {
    throw new ConfigError(
      "folder",
      `${folder} cannot be used: ${(cause as Error).message}`,
      "Pass a folder that this process may write to.",
      cause,
    );
  }
  if ((statSync(folder).mode & 0o002) === 0) return;
  throw new ConfigError(
    "folder",
    `${folder} can be written to by everybody`,
    "Take that right away: chmod o-w. What it holds decides who is let in.",
  );
}

/**
 * How many versions of a value leave their name behind. A writer that was asleep since it read one takes the next number for
 * free only if that was swept away meanwhile, which it can tell as long as this is more than what others write while it
 * claims a number and looks around.
 */
const versionsKept = 256;

/** Each attempt that fails is another writer's success. */
const attempts = 10_000;

/** A writer that takes longer between writing its file and giving it its name has crashed. */
const abandonedAfterMs = 3_600_000;

/** One version of a key's value as it was read. Version 0 is none. */
interface Version extends StoredEntry {
  readonly number: number;
}

/**
 * A folder for each key, and in it a file for each version of the value: 1, 2, 3. The highest counts. A version is made by
 * giving a whole file its name, which fails when the name is taken: that decides between writers without a lock, so that
 * none can be left behind.
 */
class FileStore implements Store {
  readonly #folder: string;
  readonly #clock: Clock;

  constructor(folder: string, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
  }

  async get(key: string): Promise<string | undefined> {
    const { value } = await this.#read(key);
    return value;
  }

  async set(key: string, value: string, until?: number): Promise<void> {
    await this.#write({ key, value, until }, () => true);
  }

  compareAndSet(
    key: string,
    expected: string | undefined,
    value: string,
    until?: number,
  ): Promise<boolean> {
    return this.#write({ key, value, until }, (current) => current.value === expected);
  }

  async delete(key: string): Promise<void> {
    // A version that says "none": were the files deleted, a writer that is asleep could take their numbers again.
    await this.#write({ key, value: undefined, until: undefined }, (current) => {
      return current.value !== undefined;
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #folderOf(key: string): string {
    // JSON, since UTF-8 has one form for all lone surrogates.
    return join(this.#folder, createHash("sha256").update(JSON.stringify(key)).digest("hex"));
  }

  /** The latest version, without a value that has expired. */
  async #read(key: string): Promise<Version> {
    const version = await this.#readLatest(key);
    const isExpired = version.until !== undefined && version.until <= this.#clock();
    return isExpired ? { ...version, value: undefined } : version;
  }

  async #readLatest(key: string): Promise<Version> {
    const folder = this.#folderOf(key);
    let seen = -1;
    for (;;) {
      const number = latestOf(await this.#list(folder));
      if (number === 0) return { number, key, value: undefined, until: undefined };
      const file = join(folder, String(number));
      const text = await readFile(file, "utf8").catch(ignoreMissing);
      const entry = text === undefined ? "it is gone" : parseEntry(text, key);
      if (typeof entry !== "string") return { ...entry, number };
      // A version is emptied as soon as there is a later one; only the latest has to be sound.
      if (number === seen) throw new Error(`The file ${file} is damaged: ${entry}.`);
      seen = number;
    }
  }

  /** Makes the next version, if the latest one is as it should be. */
  async #write(entry: StoredEntry, isExpected: (current: Version) => boolean): Promise<boolean> {
    let current = await this.#read(entry.key);
    if (!isExpected(current)) return false;
    const folder = this.#folderOf(entry.key);
    await mkdir(folder, { mode: 0o700 }).catch(ignoreExisting);
    const draft = join(folder, `draft-${randomUUID()}`);
    try {
      await writeDurably(draft, formatEntry(entry));
      for (let attempt = 0; attempt < attempts; attempt++) {
        const number = current.number + 1;
        if (await claim(draft, join(folder, String(number)))) {
          await syncFolder(folder);
          await this.#settle(folder, number, draft);
          return true;
        }
        current = await this.#read(entry.key);
        if (!isExpected(current)) return false;
      }
      throw new Error(`The store in ${this.#folder} is too busy: other writers always came first.`);
    } finally {
      await rm(draft, { force: true });
    }
  }

  /** Makes sure that a number was free because nobody had taken it, and sweeps. */
  async #settle(folder: string, number: number, draft: string): Promise<void> {
    const names = await this.#list(folder);
    if (latestOf(names) >= number + versionsKept) {
      throw new Error(`Whether the store in ${this.#folder} took the value cannot be told.`);
    }
    await truncate(join(folder, String(number - 1))).catch(ignoreMissing);
    const { mtimeMs } = await stat(draft);
    // In rising order: a number that is free again has only free ones below it.
    for (const version of versionsOf(names).sort((a, b) => a - b)) {
      if (version > number - versionsKept) break;
      await rm(join(folder, String(version)), { force: true });
    }
    for (const name of names.filter((one) => one.startsWith("draft-"))) {
      const other = await stat(join(folder, name)).catch(ignoreMissing);
      if (other === undefined || other.mtimeMs > mtimeMs - abandonedAfterMs) continue;
      await rm(join(folder, name), { force: true });
    }
  }

  async #list(folder: string): Promise<readonly string[]> {
    const names = await readdir(folder).catch(ignoreMissing);
    if (names !== undefined) return names;
    await access(join(this.#folder, markerName));
    return [];
  }
}

function versionsOf(names: readonly string[]): number[] {
  return names.filter((name) => /^[1-9]\d{0,14}$/.test(name)).map(Number);
}

function latestOf(names: readonly string[]): number {
  return versionsOf(names).reduce((latest, version) => Math.max(latest, version), 0);
}

/** Gives the draft its name; false where somebody has it already. */
async function claim(draft: string, name: string): Promise<boolean> {
  try {
    await link(draft, name);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const handle = await open(path, "wx", 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The name has to be on the disk, too. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function ignoreMissing(error: unknown): undefined {
  if (codeOf(error) !== "ENOENT") throw error;
  return undefined;
}

function ignoreExisting(error: unknown): undefined {
  if (codeOf(error) !== "EEXIST") throw error;
  return undefined;
}

function codeOf(error: unknown): unknown {
  return (error as NodeJS.ErrnoException).code;
}
