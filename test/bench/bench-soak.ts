import { runSoak } from "../soak/run-soak.ts";
import { figuresOf } from "../soak/soak-report.ts";
import { figure, type Figure } from "./figures.ts";
import type { Effort } from "./main.ts";

const targets: Readonly<Record<string, Figure["target"]>> = {
  "soak.wronglyAdmitted": { atMost: 0 },
  "soak.wronglyRefused": { atMost: 0 },
  "soak.serverErrors": { atMost: 0 },
  "soak.unhandledRejections": { atMost: 0 },
  "soak.memoryGrowth": { atMost: 0.05 },
};

/** Good and bad clients while everything is reloaded: longer by `npm run soak -- --seconds N`. */
export async function benchSoak({ quick }: Effort): Promise<readonly Figure[]> {
  const figures = figuresOf(await runSoak(quick ? 5 : 120));
  return Object.entries(figures).map(([name, value]) => figure(name, [value], "", targets[name]));
}
