/** What is alive after a collection. */
export interface MemorySample {
  readonly mutants: number;
  /** Objects of JavaScript, and the memory of their buffers. */
  readonly aliveMiB: number;
  readonly residentMiB: number;
}

/** Caches are full, and code is compiled, after a while; what grows later grows for ever. */
const warmUpSamples = 3;

/** More than measurements scatter by, and less than one octet kept of every mutant of a long run. */
export const mostGrowthMiB = 8;

const mebibyte = 1024 * 1024;

/** Measures memory from time to time. Node has to be started with `--expose-gc`. */
export class MemoryWatch {
  readonly samples: MemorySample[] = [];

  sample(mutants: number): void {
    // Twice: what finalizers let go of is collected the second time.
    globalThis.gc?.();
    globalThis.gc?.();
    const { heapUsed, external, rss } = process.memoryUsage();
    this.samples.push({
      mutants,
      aliveMiB: (heapUsed + external) / mebibyte,
      residentMiB: rss / mebibyte,
    });
  }

  /** From the middle of the first half to the middle of the second; undefined while there are too few samples. */
  get growthMiB(): number | undefined {
    const steady = this.samples.slice(warmUpSamples).map(({ aliveMiB }) => aliveMiB);
    if (steady.length < 4) return undefined;
    const half = Math.floor(steady.length / 2);
    return median(steady.slice(-half)) - median(steady.slice(0, half));
  }
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
