import type { MtlsContext } from "./decision/decision.ts";
import type { Statuses } from "./decision/statuses.ts";
import type { DecisionReporter } from "./events/decision-reporter.ts";
import type { Notices } from "./events/notices.ts";

/** What guards and adapters need to know of the shield that made a context, as it was then. */
export interface ContextOrigin {
  /** The shield itself: the same object before and after its options change. */
  readonly shield: object;
  readonly statuses: Statuses;
  /** With several trust sets a name alone says nothing. */
  readonly trustSetNames: readonly string[];
  /** Tells the listener of a decision; undefined when there is none. */
  readonly report: DecisionReporter | undefined;
  /** Tells the operator what should not be. */
  readonly notices: Notices;
}

const origins = new WeakMap<MtlsContext, ContextOrigin>();

/** Only the engine makes contexts. */
export function setOrigin(context: MtlsContext, origin: ContextOrigin): void {
  origins.set(context, origin);
}

/** The shield behind a context; undefined for an object that no shield made. */
export function originOf(context: MtlsContext): ContextOrigin | undefined {
  return origins.get(context);
}
