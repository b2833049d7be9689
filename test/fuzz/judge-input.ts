import type { Finding, Target } from "./target.ts";

/** No single input may take longer. */
export const mostMilliseconds = 50;

export interface Judgement {
  readonly finding: Finding | undefined;
  /** Wall clock of the first run. */
  readonly milliseconds: number;
  /** What is wrong with the engine; undefined: nothing. */
  readonly fault: string | undefined;
}

/** Runs a target on one input. Whatever is thrown, whatever must not be, and whatever takes too long is a fault. */
export function judgeInput<Input>(
  target: Target<Input>,
  input: Input,
  { repeats }: { readonly repeats: boolean },
): Judgement {
  const start = performance.now();
  let finding: Finding;
  try {
    finding = target.run(input);
  } catch (error) {
    const fault = `it throws ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    return { finding: undefined, milliseconds: performance.now() - start, fault };
  }
  const milliseconds = performance.now() - start;
  const fault =
    finding.fault ??
    (milliseconds > mostMilliseconds ? findSlowness(target, input) : undefined) ??
    (repeats && target.run(input).facts !== finding.facts
      ? "it says something else the second time"
      : undefined);
  return { finding, milliseconds, fault };
}

/** The CPU time that an input takes, the best of three: others share the machine, and garbage of others is collected. */
export function leastCpuMs<Input>(target: Target<Input>, input: Input): number {
  const times = Array.from({ length: 3 }, () => {
    const before = process.cpuUsage();
    target.run(input);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  });
  return Math.min(...times);
}

function findSlowness<Input>(target: Target<Input>, input: Input): string | undefined {
  const least = leastCpuMs(target, input);
  return least > mostMilliseconds
    ? `it takes ${least.toFixed(1)} ms of CPU time, the best of three`
    : undefined;
}
