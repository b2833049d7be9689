import { fakeClock } from "./fake-clock.ts";

interface Task {
  readonly at: number;
  readonly run: () => void;
}

/** A clock and timers that stand still until they are told to go on. */
export function fakeTimers(start: number) {
  const clock = fakeClock(start);
  const tasks = new Set<Task>();
  return {
    clock,
    after(delayMs: number, run: () => void): () => void {
      const task = { at: clock() + delayMs, run };
      tasks.add(task);
      return () => void tasks.delete(task);
    },
    /** The pauses that are under way, in milliseconds, the shortest first. */
    get pauses(): readonly number[] {
      return [...tasks].map(({ at }) => at - clock()).sort((a, b) => a - b);
    },
    /** Lets time pass, and does what falls due, in order; promises get their turn in between. */
    async advance(ms: number): Promise<void> {
      const end = clock() + ms;
      for (;;) {
        await settle();
        const [next] = [...tasks].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
        if (next === undefined) break;
        tasks.delete(next);
        clock.set(Math.max(clock(), next.at));
        next.run();
      }
      clock.set(end);
      await settle();
    },
  };
}

/** Promises that wait for nothing but each other come to their end. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
