import type { Shield, ShieldRequest } from "@mtls-shield/core";
import type { Reconsideration } from "@mtls-shield/core/adapter";

/** A request that was admitted, and by whom. */
export interface Admission {
  readonly shield: Shield;
  readonly request: ShieldRequest;
}

/** A connection on which a request was admitted, and which goes on. */
export interface LivingConnection {
  /** Epoch milliseconds. */
  readonly openedAt: number;
  /** What was admitted on it last, and goes on; undefined while nothing does. */
  readonly admission: Admission | undefined;
  /** Takes nothing new; what is under way may finish. */
  retire(): void;
  /** Ends now, whatever is under way. */
  end(): void;
}

/** Why what was admitted would be refused now; undefined: it would not. */
export function reconsider({
  admission,
}: LivingConnection): Reconsideration | Promise<Reconsideration> {
  return admission?.shield.reconsider(admission.request);
}
