import { inspect } from "node:util";
import { systemClock, type Clock } from "../base/clock.ts";
import type { Decision } from "../decision/decision.ts";
import { decisionEvent, type DecisionEvent } from "./decision-event.ts";
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
  const reportFault = (fault: unknown): void => {
    noticeFailedCallback(notices, "onDecision", fault);
  };
  return (by, request, decision) => {
    try {
      const event = decisionEvent(by, request, decision, timeOf(clock));
      // An async listener fails later; Promise.resolve also adopts promises of other libraries.
      Promise.resolve(onDecision(event)).catch(reportFault);
    } catch (fault) {
      reportFault(fault);
    }
  };
}

/** A callback of the application that throws or rejects changes no decision, but should not stay unknown. */
export function noticeFailedCallback(notices: Notices, option: string, fault: unknown): void {
  const message = `failed: ${describeFault(fault)}. Decisions are not affected.`;
  notices.once(option, { option, message });
}

/** What somebody threw, in one line. Anything can be thrown, also what throws again when it is looked at. */
export function describeFault(fault: unknown): string {
  try {
    const text = fault instanceof Error ? fault.message : inspect(fault, { depth: 0 });
    return text.replace(/\s+/g, " ").slice(0, 200);
  } catch {
    return "an error that cannot be shown";
  }
}

/** The time of an event: the system's where the shield's own clock fails, so that this failure is told as well. */
export function timeOf(clock: Clock): number {
  try {
    return clock();
  } catch {
    return systemClock();
  }
}
