import type { CampaignResult, TargetTally } from "./campaign.ts";
import { stages, type Stage } from "./target.ts";

/** What a campaign came to, to be read. */
export function printReport(result: CampaignResult): readonly string[] {
  const { seed, mutants, seconds, cpuSeconds, failures, tallies, memory } = result;
  const perSecond = Math.round(mutants / cpuSeconds);
  const last = memory.samples.at(-1);
  return [
    `${mutants} mutants in ${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s of CPU time (${perSecond} for each), seed ${seed}`,
    "",
    row("target", "mutants", "read", "judged", "verified", "verdicts", "slowest ms"),
    ...tallies.map((tally) =>
      row(
        tally.name,
        String(tally.mutants),
        percent(shareFrom(tally, "read")),
        percent(shareFrom(tally, "judged")),
        percent(shareFrom(tally, "verified")),
        String(tally.verdicts.size),
        tally.slowestMs.toFixed(1),
      ),
    ),
    "",
    `memory after collections: ${memory.samples.map(({ aliveMiB }) => aliveMiB.toFixed(0)).join(" ")} MiB; ` +
      `resident at the end: ${last?.residentMiB.toFixed(0) ?? "?"} MiB; growth: ${memory.growthMiB?.toFixed(1) ?? "not known"} MiB`,
    failures === 0 ? "No fault." : `${failures} faults.`,
  ];
}

/** The same, to be read by programs. */
export function reportAsJson(result: CampaignResult): string {
  const { seed, mutants, seconds, cpuSeconds, failures, tallies, memory } = result;
  const targets = tallies.map(({ verdicts, ...tally }) => ({
    ...tally,
    verdicts: Object.fromEntries([...verdicts].sort(([, a], [, b]) => b - a)),
  }));
  const { samples, growthMiB = null } = memory;
  return `${JSON.stringify({ seed, mutants, seconds, cpuSeconds, failures, targets, memory: { growthMiB, samples } }, null, 2)}\n`;
}

/** How many of a target's mutants came at least so far. */
export function shareFrom({ mutants, stages: counts }: TargetTally, stage: Stage): number {
  const reached = stages.slice(stages.indexOf(stage)).reduce((sum, one) => sum + counts[one], 0);
  return mutants === 0 ? 0 : reached / mutants;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function row(name: string, ...cells: readonly string[]): string {
  return `${name.padEnd(12)}${cells.map((cell) => cell.padStart(11)).join("")}`;
}
