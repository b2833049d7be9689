import type { CertificateList } from "../../x509/certificate-list.ts";
import type { ListLibrary } from "./list-library.ts";
import type { ListSource } from "./list-source.ts";
import { RefreshLoop, type Attempt } from "../refresh/refresh-loop.ts";
import type { Surroundings } from "../../base/surroundings.ts";
import type { EmitRevocation } from "../revocation-event.ts";

export interface InlineListSourceOptions {
  readonly lists: readonly CertificateList[];
  /** The option that holds them. */
  readonly name: string;
  readonly library: ListLibrary;
  readonly surroundings: Surroundings;
  readonly emit: EmitRevocation;
}

/** Lists that were handed over as they are. They are offered until one of them is in use. */
export class InlineListSource implements ListSource {
  readonly name: string;
  readonly #options: InlineListSourceOptions;
  readonly #loop: RefreshLoop;
  #isLoaded = false;

  constructor(options: InlineListSourceOptions) {
    this.name = options.name;
    this.#options = options;
    const { name: source, surroundings, emit } = options;
    this.#loop = new RefreshLoop(
      () => this.#attempt(),
      surroundings,
      (problem) => {
        emit({ type: "revocation-source-failed", source, problem });
      },
    );
  }

  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  get loading(): Promise<void> | undefined {
    return this.#loop.promising;
  }

  load(): Promise<void> {
    return this.#loop.run();
  }

  close(): void {
    this.#loop.close();
  }

  async #attempt(): Promise<Attempt> {
    const { lists, library } = this.#options;
    const { isCurrent } = await library.offer(lists, this.name);
    this.#isLoaded ||= isCurrent;
    // By themselves they do not change, so that only `load` offers them anew.
    return this.#isLoaded
      ? { outcome: "done", nextAt: Infinity }
      : { outcome: "failed", retryAfterMs: undefined };
  }
}
