import type { CertificateList } from "../../x509/certificate-list.ts";
import type { Attempt } from "../refresh/refresh-loop.ts";
import { RefreshedListSource, type RefreshedListSourceOptions } from "./refreshed-list-source.ts";

export interface InlineListSourceOptions extends RefreshedListSourceOptions {
  readonly lists: readonly CertificateList[];
  /** The option that holds them. */
  readonly name: string;
}

/** Lists that were handed over as they are. They are offered until one that has not expired is in use. */
export class InlineListSource extends RefreshedListSource {
  readonly #lists: readonly CertificateList[];

  constructor(options: InlineListSourceOptions) {
    super(options.name, options);
    this.#lists = options.lists;
  }

  protected async attempt(): Promise<Attempt> {
    await this.offer(this.#lists);
    // By themselves they do not change, so that only `load` offers them anew.
    return this.isLoaded
      ? { outcome: "done", nextAt: Infinity }
      : { outcome: "failed", retryAfterMs: undefined };
  }
}
