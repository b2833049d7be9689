/** The engine threw, which it never should. */
export interface Crash {
  readonly actual: "ERROR";
  readonly reason: string;
}

export interface Outcome<Test, Judgement> {
  readonly test: Test;
  readonly judgement: Judgement | Crash;
  /** Wall time. */
  readonly ms: number;
}

// V8 compiles what has run a few hundred times; that is not the cost of whichever case comes first.
const warmUpCases = 200;

// Shorter times need no second look, and no shared machine leaves a process alone for longer.
const suspiciousMs = 20;

/** Judges every case, and takes the time of each. */
export function runCases<Test, Judgement>(
  cases: readonly Test[],
  judge: (test: Test) => Judgement,
): readonly Outcome<Test, Judgement>[] {
  for (const test of cases.slice(0, warmUpCases)) judgeSafely(test, judge);
  return cases.map((test) => {
    const first = measure(test, judge);
    if (first.ms < suspiciousMs) return first;
    const again = [measure(test, judge), measure(test, judge)];
    return { ...first, ms: Math.min(first.ms, ...again.map(({ ms }) => ms)) };
  });
}

function measure<Test, Judgement>(
  test: Test,
  judge: (test: Test) => Judgement,
): Outcome<Test, Judgement> {
  const start = performance.now();
  const judgement = judgeSafely(test, judge);
  return { test, judgement, ms: performance.now() - start };
}

/** One case that breaks the engine must not hide what the others show. */
function judgeSafely<Test, Judgement>(
  test: Test,
  judge: (test: Test) => Judgement,
): Judgement | Crash {
  try {
    return judge(test);
  } catch (error) {
    return { actual: "ERROR", reason: String(error) };
  }
}
