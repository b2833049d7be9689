import { setTimeout as wait } from "node:timers/promises";

const pauseMs = 10;

/** Waits until something holds, and says after how many milliseconds it did; fails when it takes too long. */
export async function eventually(
  what: string,
  holds: () => boolean | Promise<boolean>,
  { withinMs }: { readonly withinMs: number },
): Promise<number> {
  const start = performance.now();
  while (!(await holds())) {
    if (performance.now() - start > withinMs) {
      throw new Error(`After ${withinMs} ms it still did not hold that ${what}.`);
    }
    await wait(pauseMs);
  }
  return performance.now() - start;
}
