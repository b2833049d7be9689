import { systemClock, type Clock } from "../base/clock.ts";

/** The time of an event: the system's where the shield's own clock fails, so that this failure is told as well. */
export function eventTime(clock: Clock): number {
  try {
    return clock();
  } catch {
    return systemClock();
  }
}
