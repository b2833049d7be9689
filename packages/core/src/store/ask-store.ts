import { inTime } from "../base/in-time.ts";
import type { Timers } from "../base/timers.ts";

/** A store that says nothing for so long is one that does not answer. */
const timeoutMs = 5_000;

/** Asks a store something, and rejects where it does not answer in time: whatever a store does, the next question is asked. */
export function askStore<Answer>(question: () => Promise<Answer>, timers: Timers): Promise<Answer> {
  return inTime(question, { timers, timeoutMs, who: "the store" });
}
