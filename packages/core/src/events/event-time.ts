import { systemClock, type Clock } from "../base/clock.ts";

/** The time of what no decision hangs on: the system's where the shield's own clock fails, so that this failure is told as well. */
export function eventTime(clock: Clock): number {
  try {
    const now: unknown = clock();
    return typeof now === "number" && Number.isFinite(now) ? now : systemClock();
  } catch {
    return systemClock();
  }
}
