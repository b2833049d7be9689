/** The current time in milliseconds since the Unix epoch. */
export type Clock = () => number;

/** The one place where the engine's default reads the wall clock. */
export const systemClock: Clock = Date.now;
