import type { ClientIdentity } from "../identity/client-identity.ts";
import type { Reason } from "../reasons/reason.ts";
import type { DenyDecision } from "./decision.ts";

/** What a refusal may say beside its reason. */
export interface DenyFacts {
  readonly client?: ClientIdentity | undefined;
  readonly rule?: string | undefined;
  /** Default: true. */
  readonly enforced?: boolean;
  readonly warnings?: readonly Reason[];
}

const noWarnings: readonly Reason[] = Object.freeze([]);

/** The only maker of refusals. */
export function deny(reason: Reason, facts: DenyFacts = {}): DenyDecision {
  const { client, rule, enforced = true, warnings = noWarnings } = facts;
  return Object.freeze({ outcome: "deny", client, rule, reason, enforced, warnings });
}
