import type { Timers } from "../../base/timers.ts";

/** How long a task waits for its turn. */
export interface Patience {
  readonly timers: Timers;
  readonly patienceMs: number;
}

/** Lets so many tasks run at once; the others wait for their turn. */
export class Gate {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(most: number) {
    this.#free = most;
  }

  /** Undefined: it was not the task's turn in time, since those before it take so long, and it was not begun. */
  async run<Value>(task: () => Promise<Value>, patience: Patience): Promise<Value | undefined> {
    if (this.#free > 0) this.#free--;
    else if (!(await this.#isLetIn(patience))) return undefined;
    try {
      return await task();
    } finally {
      const [next] = this.#waiting;
      // The place is handed on.
      if (next === undefined) this.#free++;
      else next();
    }
  }

  #isLetIn({ timers, patienceMs }: Patience): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (isLetIn: boolean): void => {
        this.#waiting.delete(enter);
        resolve(isLetIn);
      };
      const cancel = timers.after(patienceMs, () => {
        end(false);
      });
      const enter = (): void => {
        cancel();
        end(true);
      };
      this.#waiting.add(enter);
    });
  }
}
