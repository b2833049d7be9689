import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { describeFault } from "../../base/describe-fault.ts";
import { mostWatchedNames, watchPaths, type WatchedPaths } from "../../files/watched-files.ts";
import { loadCertificateLists } from "../../x509/load-certificate-lists.ts";
import type { Attempt } from "../refresh/refresh-loop.ts";
import { RefreshedListSource, type RefreshedListSourceOptions } from "./refreshed-list-source.ts";

export interface FileListSourceOptions extends RefreshedListSourceOptions {
  /** A file, or a folder of which the files `.crl`, `.pem` and `.der` are read. */
  readonly path: string;
  readonly maxBytes: number;
  /** Files are read again at the latest after this time, whatever the file system tells of changes. */
  readonly refreshMs: number;
  readonly pause: () => Promise<void>;
}

/** Each piece of a file costs a turn of the event loop, which is long where a server is busy. */
const octetsAtOnce = 1_048_576;

/** Lists in a file or a folder, which is watched. */
export class FileListSource extends RefreshedListSource {
  readonly #options: FileListSourceOptions;
  readonly #watch: WatchedPaths;
  /** Since the files began to be read last. */
  #hasChanged = false;

  constructor(options: FileListSourceOptions) {
    super(options.path, options);
    this.#options = options;
    const { timers, clock } = options.surroundings;
    // Watched before it is read, so that no change falls in between.
    const onChange = (): void => {
      this.#hasChanged = true;
      void this.#readAgain();
    };
    this.#watch = watchPaths([options.path], { onChange, timers, clock });
  }

  override close(): void {
    this.#watch.close();
    super.close();
  }

  /** What changes while the files are being read may have been missed. */
  async #readAgain(): Promise<void> {
    await this.loop.running;
    if (this.#hasChanged) await this.loop.run();
  }

  protected async attempt(signal: AbortSignal): Promise<Attempt> {
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
        if (!signal.aborted) this.tellFailure(describeFault(fault), file);
        return false;
      });
      isWhole &&= isGood;
    }
    return isWhole;
  }

  async #read(file: string, signal: AbortSignal): Promise<boolean> {
    const { maxBytes, pause } = this.#options;
    // A pipe nobody writes to would hold a thread of Node's pool for good: a few of them, and nothing is read any more.
    if (!(await stat(file)).isFile()) throw new Error("it is not a file");
    const lists = await loadCertificateLists(
      createReadStream(file, { signal, highWaterMark: octetsAtOnce }),
      { maxBytes, pause },
    );
    return (await this.offer(lists, file))?.rejected === 0;
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
