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
  /** What was admitted on it and goes on. */
  readonly admissions: readonly Admission[];
  /** Takes nothing new; what is under way may finish. */
  retire(): void;
  /** Ends now, whatever is under way. */
  end(): void;
}

/** Why some of what was admitted would be refused now; undefined: none of it would. */
export function reconsider({
  admissions,
}: LivingConnection): Reconsideration | Promise<Reconsideration> {
  const late: Promise<Reconsideration>[] = [];
  for (const { shield, request } of admissions) {
    const verdict = shield.reconsider(request);
    if (verdict instanceof Promise) late.push(verdict);
    else if (verdict !== undefined) return verdict;
  }
  if (late.length === 0) return undefined;
  return Promise.all(late).then((verdicts) => verdicts.find((verdict) => verdict !== undefined));
}
