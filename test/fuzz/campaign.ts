import { endsWithin } from "./deadline.ts";
import type { Failure } from "./failure-file.ts";
import { judgeInput, leastCpuMs } from "./judge-input.ts";
import { MemoryWatch, mostGrowthMiB } from "./memory-watch.ts";
import { Random } from "./random.ts";
import { stages, type Stage, type Target } from "./target.ts";

export interface CampaignOptions {
  readonly targets: readonly Target<unknown>[];
  readonly seed: number;
  /** Whichever comes first ends the campaign. */
  readonly mutants: number;
  readonly seconds: number;
  readonly onFailure: (failure: Failure) => void;
}

/** What became of the mutants of one target. */
export interface TargetTally {
  readonly name: string;
  mutants: number;
  readonly stages: Record<Stage, number>;
  readonly verdicts: Map<string, number>;
  /** CPU time of the slowest input: the best of three runs. */
  slowestMs: number;
}

export interface CampaignResult {
  readonly seed: number;
  readonly mutants: number;
  readonly seconds: number;
  /** Less than those where others share the machine, more where collections of garbage ran beside. */
  readonly cpuSeconds: number;
  readonly failures: number;
  readonly tallies: readonly TargetTally[];
  readonly memory: MemoryWatch;
}

/** The time of that many mutants is looked at together: a clock that is read each time would cost more than some of them. */
const batch = 250;

/** Far more than a batch takes; an input that never ends is found by it. */
const batchMilliseconds = 60_000;

/** One input in so many is run twice. */
const repeatEvery = 4;

const memorySamples = 24;

/** Different faults; each is told once. */
const mostFailures = 20;

/** Makes mutants and runs them, until there are enough of them, time is up, or too much is wrong. */
export function runCampaign(options: CampaignOptions): CampaignResult {
  const { targets, seed, onFailure } = options;
  const random = new Random(seed);
  const tallies = targets.map(({ name }) => emptyTally(name));
  const memory = new MemoryWatch();
  const start = performance.now();
  const startCpu = process.cpuUsage();
  const done = (mutants: number): number =>
    Math.max(mutants / options.mutants, (performance.now() - start) / 1_000 / options.seconds);
  const totalShare = targets.reduce((sum, { share }) => sum + share, 0);
  let mutants = 0;
  let failures = 0;
  let current: Failure | undefined;

  const known = new Set<string>();
  const fail = (failure: Failure): void => {
    // Where it was thrown, but without figures, which differ each time.
    const kind = `${failure.target} ${failure.fault.split("\n", 2).join()}`.replace(
      /[\d.]+ ms/,
      "",
    );
    if (known.has(kind)) return;
    known.add(kind);
    failures++;
    onFailure(failure);
  };
  const runOne = (): void => {
    const index = pickIndex(targets, random.below(totalShare));
    const target = targets[index] as Target<unknown>;
    const tally = tallies[index] as TargetTally;
    const input = target.mutant(random);
    current = { target: target.name, fault: "it does not end", input };
    const repeats = mutants % repeatEvery === 0;
    const { finding, milliseconds, fault } = judgeInput(target, input, { repeats });
    mutants++;
    tally.mutants++;
    if (finding !== undefined) count(tally, finding.stage, finding.verdict);
    if (fault !== undefined) fail({ target: target.name, fault, input });
    if (milliseconds > tally.slowestMs && finding !== undefined) {
      tally.slowestMs = Math.max(tally.slowestMs, leastCpuMs(target, input));
    }
  };

  memory.sample(0);
  while (done(mutants) < 1 && failures < mostFailures) {
    const ended = endsWithin(batchMilliseconds, () => {
      const end = Math.min(mutants + batch, options.mutants);
      while (mutants < end && failures < mostFailures) runOne();
    });
    if (!ended && current !== undefined) fail(current);
    if (!ended) break;
    if (done(mutants) * memorySamples >= memory.samples.length) memory.sample(mutants);
  }
  const { growthMiB = 0 } = memory;
  if (growthMiB > mostGrowthMiB) {
    fail({
      target: "memory",
      fault: `it grows by ${growthMiB.toFixed(1)} MiB`,
      input: memory.samples,
    });
  }
  const { user, system } = process.cpuUsage(startCpu);
  return {
    seed,
    mutants,
    seconds: (performance.now() - start) / 1_000,
    cpuSeconds: (user + system) / 1_000_000,
    failures,
    tallies,
    memory,
  };
}

function pickIndex(targets: readonly Target<unknown>[], ticket: number): number {
  let left = ticket;
  return Math.max(
    0,
    targets.findIndex(({ share }) => (left -= share) < 0),
  );
}

function emptyTally(name: string): TargetTally {
  const counts = Object.fromEntries(stages.map((stage) => [stage, 0])) as Record<Stage, number>;
  return { name, mutants: 0, stages: counts, verdicts: new Map(), slowestMs: 0 };
}

function count(tally: TargetTally, stage: Stage, verdict: string): void {
  tally.stages[stage]++;
  tally.verdicts.set(verdict, (tally.verdicts.get(verdict) ?? 0) + 1);
}
