import type { Clock } from "../base/clock.ts";
import { eventTime } from "./event-time.ts";
import { callGuarded } from "./failed-callback.ts";
import { createCounter, type Metrics } from "./metrics.ts";
import type { Notices } from "./notices.ts";
import type { EmitReload, ReloadEvent } from "./reload-event.ts";

/** Who wants to know of reloads. */
export interface ReloadListeners {
  readonly onReload?: (event: ReloadEvent) => unknown;
  readonly metrics?: Metrics;
}

/** Hands events on to listeners and counters; one that fails changes nothing, and is reported once. */
export function createReloadReporter(
  { onReload, metrics }: ReloadListeners,
  clock: Clock,
  notices: Notices,
): EmitReload {
  const count = createCounter(metrics, notices);
  return (occurrence) => {
    const event: ReloadEvent = Object.freeze({ time: eventTime(clock), ...occurrence });
    const { outcome, subject, by } = event;
    if (onReload !== undefined) callGuarded(notices, "onReload", () => onReload(event));
    // Who calls `reload()` hears of it by the rejection.
    else if (outcome === "failed" && by !== "call") {
      const message = `failed, and what was in use before stays in use: ${event.problem} Pass onReload, which hears of each one.`;
      notices.once(`reload ${subject}`, { option: `reload (${subject})`, message });
    }
    count("mtls_shield_reloads_total", { subject, outcome });
  };
}
