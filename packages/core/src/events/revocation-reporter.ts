import type { Clock } from "../base/clock.ts";
import type {
  EmitRevocation,
  RevocationEvent,
  RevocationOccurrence,
} from "../revocation/revocation-event.ts";
import { eventTime } from "./event-time.ts";
import { callGuarded } from "./failed-callback.ts";
import { createCounter, type Metrics } from "./metrics.ts";
import type { Notices } from "./notices.ts";

/** Who wants to know what happens to revocation data. */
export interface RevocationListeners {
  readonly onRevocationEvent?: (event: RevocationEvent) => unknown;
  readonly metrics?: Metrics;
}

/** Hands events on to listeners and counters; one that fails changes nothing, and is reported once. */
export function createRevocationReporter(
  { onRevocationEvent, metrics }: RevocationListeners,
  clock: Clock,
  notices: Notices,
): EmitRevocation {
  const count = createCounter(metrics, notices);
  return (occurrence) => {
    const event: RevocationEvent = Object.freeze({ time: eventTime(clock), ...occurrence });
    warnIfAlone(occurrence, onRevocationEvent !== undefined, notices);
    if (onRevocationEvent !== undefined) {
      callGuarded(notices, "onRevocationEvent", () => onRevocationEvent(event));
    }
    count("mtls_shield_revocation_events_total", { type: event.type });
  };
}

/** Where nobody listens, the first of each kind of trouble is a warning: stale revocation data must not stay unnoticed. */
function warnIfAlone(occurrence: RevocationOccurrence, isHeard: boolean, notices: Notices): void {
  if (isHeard || !("problem" in occurrence)) return;
  const { type, source, problem } = occurrence;
  notices.once(`${type} ${source}`, {
    option: "revocation",
    message: `${type}: ${source}: ${problem}. Lists in use count until they expire. Pass onRevocationEvent, which hears of every further one.`,
  });
}
