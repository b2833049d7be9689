import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { describeFault } from "../../base/describe-fault.ts";
import type { Surroundings } from "../../base/surroundings.ts";
import { mostWatchedNames, watchPaths, type WatchedPaths } from "../../files/watched-files.ts";
import { loadCertificateLists } from "../../x509/load-certificate-lists.ts";
import type { ListLibrary } from "./list-library.ts";
import type { ListSource } from "./list-source.ts";
import { RefreshLoop, type Attempt } from "../refresh/refresh-loop.ts";
import type { EmitRevocation } from "../revocation-event.ts";

export interface FileListSourceOptions {
  /** A file, or a folder of which the files `.crl`, `.pem` and `.der` are read. */
  readonly path: string;
  readonly library: ListLibrary;
  readonly surroundings: Surroundings;
  readonly maxBytes: number;
  /** Files are read again at the latest after this time, whatever the file system tells of changes. */
  readonly refreshMs: number;
  readonly emit: EmitRevocation;
  readonly pause: () => Promise<void>;
}

/** Each piece of a file costs a turn of the event loop, which is long where a server is busy. */
const octetsAtOnce = 1_048_576;

/** Lists in a file or a folder, which is watched. */
export class FileListSource implements ListSource {
  readonly name: string;
  readonly #options: FileListSourceOptions;
  readonly #loop: RefreshLoop;
  readonly #watch: WatchedPaths;
  #isLoaded = false;
  /** Since the files began to be read last. */
  #hasChanged = false;

  constructor(options: FileListSourceOptions) {
    const { path, surroundings } = options;
    const { timers, clock } = surroundings;
    this.name = path;
    this.#options = options;
    this.#loop = new RefreshLoop(
      (signal) => this.#attempt(signal),
      surroundings,
      (problem) => {
        this.#tellFailure(path, problem);
      },
    );
    // Watched before it is read, so that no change falls in between.
    const onChange = (): void => {
      this.#hasChanged = true;
      void this.#readAgain();
    };
    this.#watch = watchPaths([path], { onChange, timers, clock });
  }

  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  get loading(): Promise<void> | undefined {
    return this.#loop.promising;
  }

  load(): Promise<void> {
    return this.#loop.run();
  }

  close(): void {
    this.#watch.close();
    this.#loop.close();
  }

  /** What changes while the files are being read may have been missed. */
  async #readAgain(): Promise<void> {
    await this.#loop.running;
    if (this.#hasChanged) await this.#loop.run();
  }

  async #attempt(signal: AbortSignal): Promise<Attempt> {
    this.#hasChanged = false;
    const isWhole = await this.#readAll(signal);
    const { surroundings, refreshMs } = this.#options;
    return isWhole
      ? { outcome: "done", nextAt: surroundings.clock() + refreshMs }
      : { outcome: "failed", retryAfterMs: undefined };
  }

  /** Whether every file could be read, and every list in them used. One that cannot keeps nobody from the others. */
  async #readAll(signal: AbortSignal): Promise<boolean> {
    const files = await listFiles(this.name);
    let isWhole = true;
    for (const file of files) {
      const isGood = await this.#read(file, signal).catch((fault: unknown) => {
        if (!signal.aborted) this.#tellFailure(file, describeFault(fault));
        return false;
      });
      isWhole &&= isGood;
    }
    return isWhole;
  }

  async #read(file: string, signal: AbortSignal): Promise<boolean> {
    const { library, maxBytes, emit, pause } = this.#options;
    // A pipe nobody writes to would hold a thread of Node's pool for good: a few of them, and nothing is read any more.
    if (!(await stat(file)).isFile()) throw new Error("it is not a file");
    const lists = await loadCertificateLists(
      createReadStream(file, { signal, highWaterMark: octetsAtOnce }),
      { maxBytes, pause },
    );
    if (typeof lists === "string") {
      emit({ type: "revocation-list-rejected", source: file, problem: lists });
      return false;
    }
    const { rejected, isCurrent } = await library.offer(lists, file);
    this.#isLoaded ||= isCurrent;
    return rejected === 0;
  }

  #tellFailure(source: string, problem: string): void {
    this.#options.emit({ type: "revocation-source-failed", source, problem });
  }
}

async function listFiles(path: string): Promise<readonly string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const names = await readdir(path);
  if (names.length > mostWatchedNames) {
    throw new Error(`the folder holds more than ${mostWatchedNames} files`);
  }
  const files = names.filter((name) => /\.(crl|pem|der)$/i.test(name)).sort();
  if (files.length === 0)
    throw new Error("the folder holds no file that ends in .crl, .pem or .der");
  return files.map((name) => join(path, name));
}
