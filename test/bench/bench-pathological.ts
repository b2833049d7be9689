import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { createTrustSet, verifyChain } from "@mtls-shield/core";
import { figure, type Figure } from "./figures.ts";
import type { Effort } from "./main.ts";
import { makePathologicalChains, type PathologicalChain } from "./pathological-chains.ts";

/** The time that hostile certificates cost, in milliseconds for one verification, beside pkijs. */
export async function benchPathological({ quick }: Effort): Promise<readonly Figure[]> {
  const limitMs = quick ? 1_000 : 10_000;
  const figures: Figure[] = [];
  for (const chain of makePathologicalChains(quick ? 10 : 100)) {
    const repeats = Array.from({ length: quick ? 6 : 30 }, () => timeEngine(chain));
    figures.push(
      figure(`pathological.${chain.name}.ms`, repeats, "ms", { atMost: 100 }),
      figure(`pathological.${chain.name}.pkijsMs`, [await timePkijs(chain, limitMs)], "ms"),
    );
  }
  return figures;
}

function timeEngine({ leaf, intermediates, root }: PathologicalChain): number {
  const start = process.hrtime.bigint();
  verifyChain({
    leaf,
    intermediates,
    trust: createTrustSet({ anchors: root }),
    time: Date.now(),
    purpose: "client",
  });
  return Number(process.hrtime.bigint() - start) / 1e6;
}

/** In a thread of its own, which is stopped at the limit: that is the figure, then. */
async function timePkijs(chain: PathologicalChain, limitMs: number): Promise<number> {
  const script = fileURLToPath(new URL("pkijs-worker.js", import.meta.url));
  const worker = new Worker(script, { workerData: chain });
  const limit = AbortSignal.timeout(limitMs);
  try {
    return await new Promise<number>((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
      limit.addEventListener("abort", () => {
        resolve(limitMs);
      });
    });
  } finally {
    await worker.terminate();
  }
}
