import type { ClientIdentity } from "../identity/client-identity.ts";
import type { Reason } from "../reasons/reason.ts";

/** What the shield decided about one request. */
export type Decision = AllowDecision | DenyDecision;

export interface AllowDecision {
  readonly outcome: "allow";
  /** Undefined when the rule lets anyone in and no verified client came. */
  readonly client: ClientIdentity | undefined;
  /** The name of the rule that decided; undefined without rules. */
  readonly rule: string | undefined;
  /** Oddities that did not refuse the request. */
  readonly warnings: readonly Reason[];
}

export interface DenyDecision {
  readonly outcome: "deny";
  /** Set when the client is verified, but not allowed here. */
  readonly client: ClientIdentity | undefined;
  readonly rule: string | undefined;
  readonly reason: Reason;
  /** False where the refusal is only recorded: report mode, or `required: false`. */
  readonly enforced: boolean;
  readonly warnings: readonly Reason[];
}

/** What handlers see of a request: `req.mtls` in Express, `ctx.state.mtls` in Koa. Frozen. */
export type MtlsContext = AuthenticatedContext | AnonymousContext;

/** A verified client called: the only kind of context in which there is an identity, whatever the mode. */
export interface AuthenticatedContext {
  readonly authenticated: true;
  readonly client: ClientIdentity;
  readonly decision: Decision;
}

export interface AnonymousContext {
  readonly authenticated: false;
  readonly client: undefined;
  /** Why there is no verified client. */
  readonly reason: Reason;
  readonly decision: Decision;
}
