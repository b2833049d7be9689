import type { MtlsContext, Shield } from "@mtls-shield/core";
import { defaultStatuses, originOf } from "@mtls-shield/core/adapter";

/** The part of a shield that answering needs; where there is no shield, nobody is to be told of faults. */
export type AnsweringShield = Pick<Shield, "statuses"> &
  Partial<Pick<Shield, "notices" | "timers">>;

/** How refusals are answered, by shield: a guard behind a shield answers as the shield itself does. */
export class Refusers<Refuser> {
  readonly #byShield = new WeakMap<object, Refuser>();
  readonly #fallback: Refuser;

  /** `respond` makes the refuser for guards that no shield ran before. */
  constructor(respond: (shield: AnsweringShield) => Refuser) {
    this.#fallback = respond({ statuses: defaultStatuses });
  }

  set(shield: Shield, refuser: Refuser): void {
    this.#byShield.set(shield, refuser);
  }

  /** The refuser of the shield that made a context. */
  for(context: MtlsContext | undefined): Refuser {
    const origin = context && originOf(context);
    return (origin && this.#byShield.get(origin.shield)) ?? this.#fallback;
  }
}
