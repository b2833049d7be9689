import type { Surroundings } from "../../base/surroundings.ts";
import type { CertificateList } from "../../x509/certificate-list.ts";
import { endOfCurrency } from "../end-of-currency.ts";
import { RefreshLoop, type Attempt } from "../refresh/refresh-loop.ts";
import type { EmitRevocation } from "../revocation-event.ts";

export interface ExpiryWatchOptions {
  readonly surroundings: Surroundings;
  readonly toleranceMs: number;
  readonly emit: EmitRevocation;
}

/** A list in use, and where it came from. */
export interface SourcedList {
  readonly list: CertificateList;
  readonly source: string;
}

/** Tells once of each list that expires before a newer one has come: a source that still answers says nothing else of that. */
export class ExpiryWatch {
  readonly #options: ExpiryWatchOptions;
  readonly #told = new WeakSet<CertificateList>();
  readonly #loop: RefreshLoop;
  #lists: readonly SourcedList[] = [];

  constructor(options: ExpiryWatchOptions) {
    this.#options = options;
    const { surroundings, emit } = options;
    this.#loop = new RefreshLoop(
      () => Promise.resolve(this.#look()),
      surroundings,
      (problem) => {
        emit({ type: "revocation-source-failed", source: "the watch for expired lists", problem });
      },
    );
  }

  /** Watches these from now on. */
  watch(lists: readonly SourcedList[]): void {
    this.#lists = lists;
    void this.#loop.run();
  }

  close(): void {
    this.#loop.close();
  }

  #look(): Attempt {
    const { surroundings, toleranceMs, emit } = this.#options;
    const now = surroundings.clock();
    let nextAt = Infinity;
    for (const { list, source } of this.#lists) {
      const end = endOfCurrency(list) + toleranceMs;
      if (end > now) nextAt = Math.min(nextAt, end);
      else if (!this.#told.has(list)) {
        this.#told.add(list);
        const { issuer, extensions, isDelta, nextUpdate } = list;
        emit({
          type: "revocation-list-expired",
          source,
          issuer: issuer.text,
          number: extensions.crlNumber?.toString(),
          isDelta,
          nextUpdate,
          problem: `the list of ${issuer.text} has expired, and no newer one has come`,
        });
      }
    }
    return { outcome: "done", nextAt };
  }
}
