import { setImmediate } from "node:timers/promises";

/** Lets others have their turn: long work asks for it every few milliseconds. */
export type Pause = () => Promise<void>;

/** Every event that has come in meanwhile is looked after first. */
export const letOthersRun: Pause = () => setImmediate();

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
