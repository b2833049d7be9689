import type { Clock } from "../base/clock.ts";
import type { Decision } from "../decision/decision.ts";
import { decisionEvent, type DecisionEvent } from "./decision-event.ts";
import { eventTime } from "./event-time.ts";
import { callGuarded } from "./failed-callback.ts";
import type { Notices } from "./notices.ts";

/** Tells a listener of a decision; never throws. */
export type DecisionReporter = (
  by: DecisionEvent["by"],
  request: { readonly method: string; readonly target: string },
  decision: Decision,
) => void;

/** Hands events on; a listener that fails changes no decision, and is reported once. */
export function createDecisionReporter(
  onDecision: (event: DecisionEvent) => unknown,
  clock: Clock,
  notices: Notices,
): DecisionReporter {
  return (by, request, decision) => {
    callGuarded(notices, "onDecision", () =>
      onDecision(decisionEvent(by, request, decision, eventTime(clock))),
    );
  };
}
