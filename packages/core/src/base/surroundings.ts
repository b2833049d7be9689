import { randomBytes } from "node:crypto";
import { systemClock, type Clock } from "./clock.ts";
import { systemTimers, type Timers } from "./timers.ts";

/** What the engine needs of the world beside the requests themselves; each with one default. */
export interface Surroundings {
  readonly clock: Clock;
  readonly timers: Timers;
  /** This many random octets. */
  readonly randomBytes: (count: number) => Buffer;
}

export const systemSurroundings: Surroundings = Object.freeze({
  clock: systemClock,
  timers: systemTimers,
  randomBytes,
});
