import { setTimeout as sleep } from "node:timers/promises";

/** Waits until something is so; fails when it takes longer than two seconds. */
export async function until(isSo: () => boolean): Promise<void> {
  const deadline = Date.now() + 2_000;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error("It did not happen in time.");
    await sleep(5);
  }
}

/** The message that a promise rejects with. */
export async function rejectionOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("It did not reject.");
}
