import type { Judgement } from "./judgement.ts";
import type { PathCase } from "./path-case.ts";

export interface Outcome {
  readonly test: PathCase;
  readonly judgement: Judgement;
  /** Wall time. */
  readonly ms: number;
}

// V8 compiles what has run a few hundred times; that is not the cost of whichever case comes first.
const warmUpCases = 200;

// Shorter times need no second look, and no shared machine leaves a process alone for longer.
const suspiciousMs = 20;

/** Judges every case, and takes the time of each. */
export function runCases(
  cases: readonly PathCase[],
  judge: (test: PathCase) => Judgement,
): readonly Outcome[] {
  for (const test of cases.slice(0, warmUpCases)) judgeSafely(test, judge);
  return cases.map((test) => {
    const first = measure(test, judge);
    if (first.ms < suspiciousMs) return first;
    const again = [measure(test, judge), measure(test, judge)];
    return { ...first, ms: Math.min(first.ms, ...again.map(({ ms }) => ms)) };
  });
}

function measure(test: PathCase, judge: (test: PathCase) => Judgement): Outcome {
  const start = performance.now();
  const judgement = judgeSafely(test, judge);
  return { test, judgement, ms: performance.now() - start };
}

/** One case that breaks the engine must not hide what the others show. */
function judgeSafely(test: PathCase, judge: (test: PathCase) => Judgement): Judgement {
  try {
    return judge(test);
  } catch (error) {
    return { actual: "ERROR", reason: String(error) };
  }
}
