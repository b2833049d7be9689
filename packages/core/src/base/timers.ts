/** Does things later. */
export interface Timers {
  /**
   * Does the task once, after so many milliseconds, unless the function that is returned is called before. Work in the background
   * does not keep a process alive; what somebody waits for does: `"keep-alive"`.
   */
  after(delayMs: number, task: () => void, hold?: "keep-alive"): () => void;
}

/** `setTimeout` holds its delay in 31 bits, and fires at once when it is longer: lists are often valid for a month. */
const longestDelayMs = 2 ** 31 - 1;

/** The one place where the engine's default sets a timer. */
export const systemTimers: Timers = {
  after(delayMs, task, hold) {
    let timer: NodeJS.Timeout;
    const wait = (leftMs: number) => {
      const stepMs = Math.min(leftMs, longestDelayMs);
      const next = () => {
        if (leftMs > stepMs) wait(leftMs - stepMs);
        else task();
      };
      timer = setTimeout(next, stepMs);
      if (hold === undefined) timer.unref();
    };
    wait(delayMs);
    return () => {
      clearTimeout(timer);
    };
  },
};
