import type { SearchLimits } from "../base/limits.ts";
import type { AcceptPath } from "../path/path-acceptance.ts";
import type { TrustSet } from "../path/trust-set.ts";
import type { ValidationRules } from "../path/validation-context.ts";
import { RevocationCheck, type Waits } from "./revocation-check.ts";
import type { RevocationSettings } from "./revocation-options.ts";
import type { RevocationSources } from "./revocation-sources.ts";

export type { Waits } from "./revocation-check.ts";

/** What is known of revocations, for the clients of one or more trust sets. */
export class Revocation {
  readonly settings: RevocationSettings;
  readonly sources: RevocationSources;
  readonly #rules: ValidationRules;
  readonly #limits: SearchLimits;

  constructor(
    settings: RevocationSettings,
    sources: RevocationSources,
    rules: ValidationRules,
    limits: SearchLimits,
  ) {
    this.settings = settings;
    this.sources = sources;
    this.#rules = rules;
    this.#limits = limits;
  }

  /** Changes whenever something is known that was not: what was remembered before has to be judged anew. */
  get revision(): number {
    const { library, responders } = this.sources;
    let revision = library.revision + responders.revision;
    // Each of them only rises, so that their sum stands still only while all of them do.
    for (const list of this.settings.denyLists) revision += list.revision;
    return revision;
  }

  /** The check of one verification at one moment. */
  begin(now: number, trust: TrustSet, waits: Waits | undefined): AcceptPath {
    let check: RevocationCheck | undefined;
    return (path) => {
      check ??= new RevocationCheck({
        now,
        trust,
        waits,
        settings: this.settings,
        sources: this.sources,
        rules: this.#rules,
        limits: this.#limits,
      });
      return check.accept(path);
    };
  }
}
