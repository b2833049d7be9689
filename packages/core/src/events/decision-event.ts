import type { Decision } from "../decision/decision.ts";

/** One decision, for logs, audit and metrics. */
export interface DecisionEvent {
  /** Epoch milliseconds. */
  readonly time: number;
  /** The shield itself, or a guard on a route behind it. */
  readonly by: "shield" | "guard";
  readonly method: string;
  /** The request target without its query, which may hold secrets. */
  readonly path: string;
  readonly decision: Decision;
}

export function decisionEvent(
  by: DecisionEvent["by"],
  request: { readonly method: string; readonly target: string },
  decision: Decision,
  time: number,
): DecisionEvent {
  const query = request.target.indexOf("?");
  const path = query === -1 ? request.target : request.target.slice(0, query);
  return Object.freeze({ time, by, method: request.method, path, decision });
}
