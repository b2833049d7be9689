import { setImmediate } from "node:timers/promises";

/** Runs work that comes in slices to its end, at once. */
export function runAtOnce<Result>(work: Generator<undefined, Result>): Result {
  let step = work.next();
  while (step.done !== true) step = work.next();
  return step.value;
}

/** The same, letting requests be answered in between. */
export async function runInSlices<Result>(work: Generator<undefined, Result>): Promise<Result> {
  let step = work.next();
  while (step.done !== true) {
    await setImmediate();
    step = work.next();
  }
  return step.value;
}
