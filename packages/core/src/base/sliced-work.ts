import { setImmediate } from "node:timers/promises";

/** Lets others have their turn: long work asks for it every few milliseconds. */
export type Pause = () => Promise<void>;

/** Every event that has come in meanwhile is looked after first. */
export const letOthersRun: Pause = () => setImmediate();

/** About as long as the turn of a server that is busy, so that either has half of the time. */
const turnMs = 15;

/**
 * A pause for a server that is busy: the next slices come at once until they took so long together that it is the others' turn. After
 * each single slice those have a whole turn, so that the hundreds of slices of a long list would take seconds.
 */
export function createPause(monotonicMs: () => number = () => performance.now()): Pause {
  let startedAt = -Infinity;
  return async () => {
    if (monotonicMs() - startedAt < turnMs) return;
    await setImmediate();
    startedAt = monotonicMs();
  };
}

/** Does work that yields after every slice, without a pause. */
export function doAtOnce<Result>(work: Generator<undefined, Result, undefined>): Result {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}

/** Does work that yields after every slice, with a pause after each. */
export async function doInSlices<Result>(
  work: Generator<undefined, Result, undefined>,
  pause: Pause,
): Promise<Result> {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
    await pause();
  }
}
