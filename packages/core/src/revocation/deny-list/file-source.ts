import { randomUUID } from "node:crypto";
import { readFileSync, statSync, type Stats } from "node:fs";
import { open, readFile, realpath, rename, rm, stat } from "node:fs/promises";

import { ConfigError } from "../../base/config-error.ts";
import type { Timers } from "../../base/timers.ts";
import { watchPaths, type WatchedPaths } from "../../files/watched-files.ts";
import { checkLength, decodeDocument, readDocument, writeDocument } from "./deny-document.ts";
import { DenyIndex } from "./deny-index.ts";
import type { DenyListState } from "./deny-list-state.ts";
import type { DenyChange, DenySource, LastRead } from "./deny-source.ts";
import { doAtOnce, doInSlices, letOthersRun } from "../../base/sliced-work.ts";
import { TaskQueue } from "../../base/task-queue.ts";

export interface FileSourceOptions {
  readonly path: string;
  readonly pollMs: number;
  readonly timers: Timers;
}

/** A list in a JSON file, which is watched. */
export class FileSource implements DenySource {
  readonly #path: string;
  readonly #origin: string;
  readonly #state: DenyListState;
  readonly #queue = new TaskQueue();
  readonly #watch: WatchedPaths;
  #last: LastRead;

  /** Throws `ConfigError` for a file that cannot be read, or is no list. */
  constructor(state: DenyListState, { path, pollMs, timers }: FileSourceOptions) {
    this.#path = path;
    this.#origin = `file (${path})`;
    this.#state = state;
    // Watched before it is read: otherwise what is written in between would go unnoticed.
    this.#watch = watchPaths([path], {
      pollMs,
      timers,
      onChange: () => {
        void this.#queue.run(() => this.#reload());
      },
    });
    try {
      const text = this.#readAtOnce();
      this.#last = { text, index: doAtOnce(readDocument(text, this.#origin)) };
    } catch (error) {
      this.#watch.close();
      throw error;
    }
    state.replace(this.#last.index);
  }

  update(change: DenyChange): Promise<boolean> {
    return this.#queue.run(async () => {
      // What is there counts, not what was read last; a file that is no list is not written over.
      const { index } = await this.#read();
      const changed = change(index.items);
      if (changed === index.items) return false;
      const next = await doInSlices(DenyIndex.build(changed), letOthersRun);
      const text = writeDocument(next, this.#origin);
      await this.#write(text);
      this.#accept({ text, index: next });
      return true;
    });
  }

  close(): void {
    this.#watch.close();
  }

  async #reload(): Promise<void> {
    try {
      this.#accept(await this.#read());
    } catch (error) {
      this.#state.reject((error as Error).message);
    }
  }

  #accept(read: LastRead): void {
    if (read.text === this.#last.text) {
      this.#state.confirm();
      return;
    }
    this.#last = read;
    this.#state.replace(read.index);
  }

  async #read(): Promise<LastRead> {
    checkFile(await stat(this.#path), this.#origin);
    const text = decodeDocument(await readFile(this.#path), this.#origin);
    if (text === this.#last.text) return this.#last;
    return { text, index: await doInSlices(readDocument(text, this.#origin), letOthersRun) };
  }

  #readAtOnce(): string {
    try {
      checkFile(statSync(this.#path), this.#origin);
      return decodeDocument(readFileSync(this.#path), this.#origin);
    } catch (cause) {
      if (cause instanceof ConfigError) throw cause;
      throw new ConfigError(
        "file",
        `${this.#path} cannot be read: ${(cause as Error).message}`,
        'Check the path and the permissions; a new list is { "denied": [] }.',
        cause,
      );
    }
  }

  /** A crash leaves the old list or the new one. Behind a symbolic link it is the file itself that is replaced. */
  async #write(text: string): Promise<void> {
    const target = await realpath(this.#path);
    const { mode } = await stat(target);
    const draft = `${target}.${randomUUID()}`;
    try {
      const handle = await open(draft, "wx", mode);
      try {
        // What the process masks when it makes a file, readers of the old one may need.
        await handle.chmod(mode);
        await handle.writeFile(text);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(draft, target);
    } finally {
      await rm(draft, { force: true });
    }
  }
}

/** What is no file says nothing of its length: a pipe that nobody writes to would stop the process, a device fill its memory. */
function checkFile(stats: Stats, origin: string): void {
  if (!stats.isFile()) {
    throw new ConfigError(origin, "is not a file", "Pass the path of a JSON file.");
  }
  checkLength(stats.size, origin);
}
