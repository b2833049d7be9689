import { sha256, toHex } from "../base/bytes.ts";
import type { AddressPolicy } from "../network/address-policy.ts";
import type { Certificate } from "../x509/certificate.ts";
import type { ListLibrary } from "./list-library.ts";
import type { ListSource } from "./list-source.ts";
import type { OcspClient } from "./ocsp-client.ts";
import type { EmitRevocation } from "./revocation-event.ts";

export interface RevocationSourcesOptions {
  readonly library: ListLibrary;
  readonly responders: OcspClient;
  /** Those that the operator named. */
  readonly lists: readonly ListSource[];
  /** Makes a source of an address that a certificate names. */
  readonly makeSource: (
    url: URL,
    policy: AddressPolicy,
    authorities: readonly Certificate[],
  ) => ListSource;
  readonly emit: EmitRevocation;
}

/** Addresses of lists that certificates may bring in: a hierarchy has a handful, and their hosts are the operator's choice. */
const mostNamedSources = 256;

/** Where lists and answers come from. */
export class RevocationSources {
  readonly library: ListLibrary;
  readonly responders: OcspClient;
  readonly emit: EmitRevocation;
  readonly #lists: readonly ListSource[];
  /** By address and authorities: whoever names the address of others' lists first must not decide whose lists are taken from it. */
  readonly #named = new Map<string, ListSource>();
  readonly #makeSource: RevocationSourcesOptions["makeSource"];
  #isClosed = false;

  constructor({ library, responders, lists, makeSource, emit }: RevocationSourcesOptions) {
    this.library = library;
    this.responders = responders;
    this.emit = emit;
    this.#lists = lists;
    this.#makeSource = makeSource;
    for (const source of lists) void source.load();
  }

  /** Whether the operator named any list. */
  get hasLists(): boolean {
    return this.#lists.length > 0;
  }

  /** Whether each list that the operator named has been in use. */
  isLoaded(): boolean {
    return this.#lists.every(({ isLoaded }) => isLoaded);
  }

  /** Settles with the attempts at lists that are missing and under way; undefined: there is nothing to wait for. */
  pendingLists(): Promise<unknown> | undefined {
    const loading = this.#lists
      .filter(({ isLoaded }) => !isLoaded)
      .map((source) => source.loading)
      .filter((attempt) => attempt !== undefined);
    return loading.length === 0 ? undefined : Promise.all(loading);
  }

  /** Sees to the lists at an address that a verified certificate names; undefined: there is nothing to wait for. */
  fetchLists(
    url: URL,
    policy: AddressPolicy,
    authorities: readonly Certificate[],
  ): Promise<void> | undefined {
    const key = keyOf(url, authorities);
    const known = this.#named.get(key);
    if (known !== undefined) return known.loading;
    if (this.#isClosed || this.#named.size >= mostNamedSources) return undefined;
    const source = this.#makeSource(url, policy, authorities);
    this.#named.set(key, source);
    return source.load();
  }

  /** Asks every source anew. */
  reload(): void {
    for (const source of [...this.#lists, ...this.#named.values()]) void source.load();
  }

  close(): void {
    this.#isClosed = true;
    for (const source of [...this.#lists, ...this.#named.values()]) source.close();
    this.responders.close();
  }
}

/** What is signed of certificates: their signatures have twins. */
function keyOf({ href }: URL, authorities: readonly Certificate[]): string {
  return toHex(sha256(...authorities.map(({ signedBytes }) => signedBytes), Buffer.from(href)));
}
