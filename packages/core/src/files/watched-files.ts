import { statSync, watch, readdirSync, type BigIntStats, type FSWatcher } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";

import { systemClock, type Clock } from "../base/clock.ts";
import { systemTimers, type Timers } from "../base/timers.ts";

export interface WatchOptions {
  /** Something may have changed. It must not throw. */
  readonly onChange: () => void;
  /** How often every file is looked at. Default: `defaultPollMs`. */
  readonly pollMs?: number;
  readonly timers?: Timers;
  readonly clock?: Clock;
}

export interface WatchedPaths {
  close(): void;
}

export const defaultPollMs = 500;

/** In one folder: looking at each of so many takes the fifth of a second. Of a folder with more only its list of names is watched. */
export const mostWatchedNames = 4_096;

/** The operating system tells of one change several times. */
const quietMs = 50;

/** File systems tell times to two seconds (FAT) or better: a file that is younger may change without a trace. */
const settledAfterMs = 2_000;

/**
 * Tells when what files or folders hold may have changed, within `pollMs`; paths that do not exist yet count as well. Call it
 * before reading them: whatever changes from then on is told. After a change it tells once more when the times of the
 * file can be relied on, so whoever listens should compare contents. It keeps no process alive.
 */
export function watchPaths(paths: readonly string[], options: WatchOptions): WatchedPaths {
  return new PathWatch(paths, options);
}

class PathWatch implements WatchedPaths {
  readonly #paths: readonly string[];
  readonly #onChange: () => void;
  readonly #pollMs: number;
  readonly #timers: Timers;
  readonly #clock: Clock;
  readonly #watchers: readonly FSWatcher[];
  #seen: Look;
  #looking = false;
  #closed = false;
  #cancelPoll: () => void;
  #cancelEarlyLook: (() => void) | undefined;

  constructor(
    paths: readonly string[],
    { onChange, pollMs = defaultPollMs, timers = systemTimers, clock = systemClock }: WatchOptions,
  ) {
    this.#paths = paths;
    this.#onChange = onChange;
    this.#pollMs = pollMs;
    this.#timers = timers;
    this.#clock = clock;
    this.#seen = this.#judge(paths.flatMap(describePathSync));
    const folders = new Set(paths.flatMap((path) => [path, dirname(path)]));
    this.#watchers = [...folders].flatMap((folder) => this.#watch(folder));
    this.#cancelPoll = timers.after(pollMs, this.#poll);
  }

  close(): void {
    this.#closed = true;
    this.#cancelPoll();
    this.#cancelEarlyLook?.();
    for (const watcher of this.#watchers) watcher.close();
  }

  // An arrow, since it is handed on.
  readonly #poll = (): void => {
    void this.#look().then(() => {
      if (!this.#closed) this.#cancelPoll = this.#timers.after(this.#pollMs, this.#poll);
    });
  };

  /** The operating system's events only make it quicker: network file systems, containers and editors lose them. */
  #watch(folder: string): FSWatcher[] {
    try {
      const watcher = watch(folder, { persistent: false }, () => {
        this.#cancelEarlyLook ??= this.#timers.after(quietMs, () => {
          this.#cancelEarlyLook = undefined;
          void this.#look();
        });
      });
      watcher.on("error", () => {
        watcher.close();
      });
      return [watcher];
    } catch {
      return [];
    }
  }

  async #look(): Promise<void> {
    // One at a time: on a file system that hangs they would pile up.
    if (this.#looking) return;
    this.#looking = true;
    const parts: FileLook[] = [];
    for (const path of this.#paths) parts.push(...(await describePath(path)));
    this.#looking = false;
    if (this.#closed) return;
    const before = this.#seen;
    this.#seen = this.#judge(parts);
    const isSettledNow = before.isYoung && !this.#seen.isYoung;
    if (this.#seen.state !== before.state || isSettledNow) this.#onChange();
  }

  #judge(parts: readonly FileLook[]): Look {
    return {
      state: parts.map(({ state }) => state).join("\n"),
      isYoung: parts.some(({ changedAtMs }) => this.#isYoung(changedAtMs)),
    };
  }

  #isYoung(changedAtMs: number): boolean {
    try {
      return Math.abs(this.#clock() - changedAtMs) < settledAfterMs;
    } catch {
      // By a clock that fails, each file may be.
      return true;
    }
  }
}

interface Look {
  /** Another text: something changed. */
  readonly state: string;
  /** Something changed so recently that it may have changed again without a trace. */
  readonly isYoung: boolean;
}

interface FileLook {
  readonly state: string;
  readonly changedAtMs: number;
}

/** The path and, where it is a folder, what is directly in it. Symbolic links are followed. */
async function describePath(path: string): Promise<readonly FileLook[]> {
  const { look, isFolder } = await stat(path, { bigint: true }).then(describe, describeFault);
  if (!isFolder) return [look];
  const looks = [look];
  const names = await readdir(path).catch(() => []);
  if (names.length > mostWatchedNames) return looks;
  for (const name of names.sort()) {
    const inner = await stat(join(path, name), { bigint: true }).then(describe, describeFault);
    looks.push({ ...inner.look, state: `${JSON.stringify(name)} ${inner.look.state}` });
  }
  return looks;
}

/** The same at once, for the first look: what is read after it must not be older than what it saw. */
function describePathSync(path: string): readonly FileLook[] {
  const { look, isFolder } = describeSync(path);
  if (!isFolder) return [look];
  const names = namesIn(path);
  if (names.length > mostWatchedNames) return [look];
  const inner = names.map((name) => {
    const { look: innerLook } = describeSync(join(path, name));
    return { ...innerLook, state: `${JSON.stringify(name)} ${innerLook.state}` };
  });
  return [look, ...inner];
}

interface Description {
  readonly look: FileLook;
  readonly isFolder: boolean;
}

function describeSync(path: string): Description {
  try {
    return describe(statSync(path, { bigint: true }));
  } catch (error) {
    return describeFault(error);
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function describe(file: BigIntStats): Description {
  const { dev, ino, size, mtimeNs, ctimeNs } = file;
  return {
    look: {
      state: [dev, ino, size, mtimeNs, ctimeNs].join(" "),
      changedAtMs: Number(ctimeNs / 1_000_000n),
    },
    isFolder: file.isDirectory(),
  };
}

function describeFault(error: unknown): Description {
  const { code = "" } = error as NodeJS.ErrnoException;
  return { look: { state: code, changedAtMs: -Infinity }, isFolder: false };
}
