import { readHttpDate } from "./http-date.ts";

/** A server that asks for more would make lists go stale. */
const longestRetryAfterMs = 3_600_000;

/** How long a server wants to be left alone (RFC 9110 10.2.3: seconds or a date), at most an hour. Undefined when it says nothing. */
export function readRetryAfter(text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined;
  const delayMs = /^\d+$/.test(text) ? Number(text) * 1_000 : readHttpDate(text) - nowMs;
  return Number.isNaN(delayMs) ? undefined : Math.min(Math.max(delayMs, 0), longestRetryAfterMs);
}
