import type { Timers } from "./timers.ts";

/** Asks somebody else, and rejects where no answer comes in time: a promise that never settles must hold nothing up for good. */
export function inTime<Answer>(
  question: () => Answer | PromiseLike<Answer>,
  {
    timers,
    timeoutMs,
    who,
  }: { readonly timers: Timers; readonly timeoutMs: number; readonly who: string },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const cancel = timers.after(timeoutMs, () => {
      reject(new Error(`${who} gave no answer within ${timeoutMs} ms`));
    });
    Promise.resolve().then(question).finally(cancel).then(resolve, reject);
  });
}
