import type { Surroundings } from "../../base/surroundings.ts";
import type { Certificate } from "../../x509/certificate.ts";
import type { CertificateList } from "../../x509/certificate-list.ts";
import { RefreshLoop, type Attempt } from "../refresh/refresh-loop.ts";
import type { EmitRevocation } from "../revocation-event.ts";
import type { ListLibrary, Offer } from "./list-library.ts";
import type { ListSource } from "./list-source.ts";

export interface RefreshedListSourceOptions {
  readonly library: ListLibrary;
  readonly surroundings: Surroundings;
  readonly emit: EmitRevocation;
}

/** What every source does: it makes attempts in the background, and offers the library what they give. */
export abstract class RefreshedListSource implements ListSource {
  readonly name: string;
  protected readonly loop: RefreshLoop;
  readonly #library: ListLibrary;
  readonly #emit: EmitRevocation;
  #isLoaded = false;

  constructor(name: string, { library, surroundings, emit }: RefreshedListSourceOptions) {
    this.name = name;
    this.#library = library;
    this.#emit = emit;
    this.loop = new RefreshLoop(
      (signal) => this.attempt(signal),
      surroundings,
      (problem) => {
        this.tellFailure(problem);
      },
    );
  }

  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  get loading(): Promise<void> | undefined {
    return this.loop.promising;
  }

  load(): Promise<void> {
    return this.loop.run();
  }

  async loadAnew(): Promise<void> {
    await this.loop.running;
    await this.loop.run();
  }

  close(): void {
    this.loop.close();
  }

  /** Reads the lists once, and offers them. */
  protected abstract attempt(signal: AbortSignal): Promise<Attempt>;

  /** Offers lists, or says why there are none to offer: a text is what is wrong with them. */
  protected async offer(
    lists: readonly CertificateList[] | string,
    source: string = this.name,
    more: readonly Certificate[] = [],
  ): Promise<Offer | undefined> {
    if (typeof lists === "string") {
      this.#emit({ type: "revocation-list-rejected", source, problem: lists });
      return undefined;
    }
    const offer = await this.#library.offer(lists, source, more);
    this.#isLoaded ||= offer.isCurrent;
    return offer;
  }

  protected tellFailure(problem: string, source: string = this.name): void {
    this.#emit({ type: "revocation-source-failed", source, problem });
  }
}
