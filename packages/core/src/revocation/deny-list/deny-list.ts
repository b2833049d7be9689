import { systemClock, type Clock } from "../../base/clock.ts";
import { ConfigError } from "../../base/config-error.ts";
import type { ConfigWarning } from "../../base/config-warning.ts";
import { printValue } from "../../base/print-value.ts";
import { checkFunction, checkList, checkMethod, readObject } from "../../base/read-option.ts";
import { systemTimers, type Timers } from "../../base/timers.ts";
import { defaultPollMs } from "../../files/watched-files.ts";
import { readStore } from "../../store/read-store.ts";
import type { Store } from "../../store/store.ts";
import type { Certificate } from "../../x509/certificate.ts";
import { readEntries } from "./deny-document.ts";
import {
  readDenyEntry,
  readDenySelector,
  type DenyEntry,
  type DenyEntryInput,
  type DenySelector,
  type ReadEntry,
} from "./deny-entry.ts";
import type { DenyListEvent } from "./deny-list-event.ts";
import { DenyListState } from "./deny-list-state.ts";
import type { DenySource } from "./deny-source.ts";
import { FileSource } from "./file-source.ts";
import { MemorySource } from "./memory-source.ts";
import { doAtOnce } from "../../base/sliced-work.ts";
import { StoreSource } from "./store-source.ts";

/** Where a list is kept: at most one of `entries` (in memory, which is the default), `file` and `store`. */
export interface DenyListOptions {
  readonly entries?: readonly DenyEntryInput[];
  /**
   * Path of a JSON file, which is watched: `{ "denied": [ { "issuer": "CN=My CA", "serialNumber": "0A1B", "reason": "stolen",
   * "date": "2026-01-31T12:00:00Z" } ] }`, with entries as in `entries`. It has to exist; an empty list is `{ "denied": [] }`.
   * `deny` and `restore` replace it as a whole: where several processes do that, use a store.
   */
  readonly file?: string;
  /** Shared with other processes. It stays open when the list is closed. */
  readonly store?: Store;
  /** The key in the store. Default: `mtls-shield/denied`. */
  readonly key?: string;
  /** How often the file or the store is looked at, in milliseconds. Default: 500. */
  readonly pollMs?: number;
  /** Told of changes, and of what was no list. What it throws is dropped. A shield with this list tells its own listeners as well. */
  readonly onEvent?: (event: DenyListEvent) => void;
  /** The current time in epoch milliseconds, for the dates of entries. Default: the system's. */
  readonly clock?: Clock;
  /** Does things later: for tests. Default: the system's. */
  readonly timers?: Timers;
}

/** One's own list of denied certificates. What it denies is refused whatever CRLs and OCSP say. */
export interface DenyList {
  readonly entries: readonly DenyEntry[];
  /** Rises whenever the entries change. */
  readonly revision: number;
  /** `unread`: nothing is known yet, so that nobody may be let in; `outdated`: the last good list, since what is there now is not one. */
  readonly state: "unread" | "current" | "outdated";
  /** It was read at least once. */
  readonly isReady: boolean;
  /** Why it is unread or outdated, if that is known. */
  readonly problem: string | undefined;
  /** Where it is kept, such as `file /etc/denied.json`. */
  readonly source: string;
  /** Within which time a change is seen by every process with this list; undefined: other processes never hear of it. */
  readonly convergesWithinMs: number | undefined;
  /** What the operator should know of the entries. */
  readonly warnings: readonly ConfigWarning[];
  /**
   * The entry that denies a certificate; `issuer` is the certificate of who signed it, where that was verified. Without it, an entry
   * that names its issuer by key denies whoever has its serial number.
   */
  find(certificate: Certificate, issuer: Certificate | undefined): DenyEntry | undefined;
  /** Adds an entry, in place of another that is about the same. Its date is the present unless it has one. */
  deny(entry: DenyEntryInput): Promise<void>;
  /** Takes away what denies just this; false where nothing does. */
  restore(selector: DenySelector): Promise<boolean>;
  /** Calls after each change, until the function that is returned is called. */
  onChange(listener: () => void): () => void;
  /** Calls with each event, until the function that is returned is called. */
  onEvent(listener: (event: DenyListEvent) => void): () => void;
  /** Resolves when the list was read; rejects when it is closed before. */
  ready(): Promise<void>;
  /** Stops watching. The entries stay as they are. */
  close(): void;
}

const optionNames = [
  "entries",
  "file",
  "store",
  "key",
  "pollMs",
  "onEvent",
  "clock",
  "timers",
] as const;

type GivenOptions = Readonly<Partial<Record<(typeof optionNames)[number], unknown>>>;

/**
 * Makes a list of denied certificates. A file is read at once; a store is asked in the background, see `ready`.
 *
 * @throws {ConfigError} for entries or a file that cannot be read.
 */
export function createDenyList(options: DenyListOptions = {}): DenyList {
  const given = readObject(options, optionNames, "", '{ file: "denied.json" }');
  checkFunction(given.onEvent, "onEvent");
  checkFunction(given.clock, "clock");
  checkMethod(given.timers, "timers", "after");
  const pollMs = readPollMs(given.pollMs);
  const [state, makeSource] = readSource(given, pollMs, options.timers ?? systemTimers);
  if (options.onEvent !== undefined) state.onEvent(options.onEvent);
  return new SourcedDenyList(state, makeSource(), {
    clock: options.clock ?? systemClock,
    // Once to look, and once more when a file was written while it was looked at.
    convergesWithinMs:
      given.file === undefined && given.store === undefined ? undefined : 2 * pollMs,
  });
}

type SourceMaker = readonly [state: DenyListState, make: () => DenySource];

function readSource(given: GivenOptions, pollMs: number, timers: Timers): SourceMaker {
  const named = (["entries", "file", "store"] as const).filter((name) => given[name] !== undefined);
  if (named.length > 1) {
    throw new ConfigError(
      "options",
      `${named.join(" and ")} are different lists`,
      "Make one list of each: a shield takes several.",
    );
  }
  if (given.key !== undefined && given.store === undefined) {
    throw new ConfigError("key", "is a key in no store", "Pass the store, or leave it out.");
  }
  if (given.file !== undefined) {
    const path = readName(given.file, "file", "the path of a JSON file");
    const state = new DenyListState(`file ${path}`);
    return [state, () => new FileSource(state, { path, pollMs, timers })];
  }
  if (given.store !== undefined) {
    const store = readStore(given.store, "store");
    const key = readName(given.key ?? "mtls-shield/denied", "key", "a short text");
    const state = new DenyListState(`store ${key}`);
    return [state, () => new StoreSource(state, { store, key, pollMs, timers })];
  }
  checkList(given.entries, "entries");
  const entries = (given.entries ?? []) as readonly unknown[];
  const state = new DenyListState("memory");
  return [state, () => new MemorySource(state, doAtOnce(readEntries(entries, "entries")))];
}

function readName(value: unknown, option: string, expected: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw new ConfigError(option, `${printValue(value)} is not text`, `Pass ${expected}.`);
}

function readPollMs(value: unknown): number {
  if (value === undefined) return defaultPollMs;
  if (typeof value === "number" && value >= 10 && value <= 3_600_000) return value;
  throw new ConfigError(
    "pollMs",
    `${printValue(value)} is not a number between 10 and 3600000`,
    "Leave it out: twice a second costs next to nothing.",
  );
}

interface ListFacts {
  readonly clock: Clock;
  readonly convergesWithinMs: number | undefined;
}

class SourcedDenyList implements DenyList {
  readonly convergesWithinMs: number | undefined;
  readonly #state: DenyListState;
  readonly #source: DenySource;
  readonly #clock: Clock;

  constructor(state: DenyListState, source: DenySource, { clock, convergesWithinMs }: ListFacts) {
    this.#state = state;
    this.#source = source;
    this.#clock = clock;
    this.convergesWithinMs = convergesWithinMs;
  }

  get entries(): readonly DenyEntry[] {
    return this.#state.index.entries;
  }

  get revision(): number {
    return this.#state.revision;
  }

  get state(): "unread" | "current" | "outdated" {
    if (!this.isReady) return "unread";
    return this.problem === undefined ? "current" : "outdated";
  }

  get isReady(): boolean {
    return this.#state.wasRead;
  }

  get problem(): string | undefined {
    return this.#state.problem;
  }

  get source(): string {
    return this.#state.source;
  }

  get warnings(): readonly ConfigWarning[] {
    const count = this.entries.filter((entry) => entry.fingerprint !== undefined).length;
    if (count === 0) return [];
    const message =
      `${count} of the entries in the list of denied certificates (${this.source}) deny by fingerprint, which the holder of a ` +
      "certificate can evade where an ECDSA key signed it. Deny by issuer and serialNumber, or by publicKey.";
    return [{ option: "fingerprint", message }];
  }

  find(certificate: Certificate, issuer: Certificate | undefined): DenyEntry | undefined {
    return this.#state.index.find(certificate, issuer);
  }

  // Async, so that a malformed entry rejects as everything else does.
  async deny(entry: DenyEntryInput): Promise<void> {
    const date = new Date(this.#clock()).toISOString();
    const read = readDenyEntry(entry, "entry");
    const dated = { ...read, entry: Object.freeze({ date, ...read.entry }) };
    this.#checkOpen();
    await this.#source.update((items) => [...items.filter((item) => !isSame(item, read)), dated]);
  }

  async restore(selector: DenySelector): Promise<boolean> {
    const read = readDenySelector(selector, "selector");
    this.#checkOpen();
    return this.#source.update((items) => {
      const kept = items.filter((item) => !isAbout(item, read));
      return kept.length === items.length ? items : kept;
    });
  }

  onChange(listener: () => void): () => void {
    return this.#state.onChange(listener);
  }

  onEvent(listener: (event: DenyListEvent) => void): () => void {
    return this.#state.onEvent(listener);
  }

  ready(): Promise<void> {
    return this.#state.ready();
  }

  close(): void {
    this.#source.close();
    this.#state.close();
  }

  #checkOpen(): void {
    if (!this.#state.isClosed) return;
    throw new Error(`The list of denied certificates (${this.source}) was closed.`);
  }
}

/** Two that both name their issuer's key are told apart by it: another authority may have the name. */
function isAbout({ names }: ReadEntry, { names: others }: ReadEntry): boolean {
  return [names[0], others[0]].some(
    (name) => names.includes(name as string) && others.includes(name as string),
  );
}

/** Denies exactly the same: what another entry denies besides must not be let in again. */
function isSame(one: ReadEntry, other: ReadEntry): boolean {
  return one.keys.join("\n") === other.keys.join("\n");
}
