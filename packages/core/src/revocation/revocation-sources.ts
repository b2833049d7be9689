import { sha256, toHex } from "../base/bytes.ts";
import type { AddressPolicy } from "../network/address-policy.ts";
import type { Certificate } from "../x509/certificate.ts";
import type { ExpiryWatch } from "./lists/expiry-watch.ts";
import type { ListLibrary } from "./lists/list-library.ts";
import type { ListSource } from "./lists/list-source.ts";
import type { OcspClient } from "./ocsp/ocsp-client.ts";
import type { EmitRevocation } from "./revocation-event.ts";

export interface RevocationSourcesOptions {
  readonly library: ListLibrary;
  readonly expiry: ExpiryWatch;
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
  readonly #expiry: ExpiryWatch;
  readonly #lists: readonly ListSource[];
  /** By address and authorities: whoever names the address of others' lists first must not decide whose lists are taken from it. */
  readonly #named = new Map<string, NamedSource>();
  readonly #makeSource: RevocationSourcesOptions["makeSource"];
  #renewal: Promise<unknown> | undefined;
  #isClosed = false;

  constructor({ library, expiry, responders, lists, makeSource, emit }: RevocationSourcesOptions) {
    this.library = library;
    this.#expiry = expiry;
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

  /** Whether each list that the operator named has been in use, and had not expired. */
  isLoaded(): boolean {
    return this.#lists.every(({ isLoaded }) => isLoaded);
  }

  /** Settles with the attempts at lists that are under way, where they are missing or asked for anew; undefined: there is nothing to wait for. */
  pendingLists(): Promise<unknown> | undefined {
    const loading: Promise<unknown>[] = this.#lists
      .filter(({ isLoaded }) => !isLoaded)
      .map((source) => source.loading)
      .filter((attempt) => attempt !== undefined);
    if (this.#renewal !== undefined) loading.push(this.#renewal);
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
    if (known !== undefined) return known.source.loading;
    if (this.#isClosed || !this.#makeRoomFor(authorities)) return undefined;
    const source = this.#makeSource(url, policy, authorities);
    this.#named.set(key, { source, authorities });
    return source.load();
  }

  /** Whether there is room for one more: where there is none, it is made by whoever has the most, if that is somebody else. */
  #makeRoomFor(authorities: readonly Certificate[]): boolean {
    if (this.#named.size < mostNamedSources) return true;
    const greedy = findGreedy([...this.#named], authorities);
    if (greedy === undefined) return false;
    const [key, { source }] = greedy;
    source.close();
    this.#named.delete(key);
    return true;
  }

  /** Asks every source anew: who is unknown waits for it. */
  reload(): void {
    const renewal = Promise.all(this.#all.map((source) => source.loadAnew())).finally(() => {
      if (this.#renewal === renewal) this.#renewal = undefined;
    });
    this.#renewal = renewal;
  }

  close(): void {
    this.#isClosed = true;
    for (const source of this.#all) source.close();
    this.responders.close();
    this.#expiry.close();
  }

  get #all(): readonly ListSource[] {
    return [...this.#lists, ...[...this.#named.values()].map(({ source }) => source)];
  }
}

interface NamedSource {
  readonly source: ListSource;
  /** Of the path above the certificate that named it, the anchor last. */
  readonly authorities: readonly Certificate[];
}

type KeyedSource = readonly [key: string, named: NamedSource];

/**
 * The oldest source of the authority below which the most were named, unless the newcomer would have as many. It is looked for from
 * the anchor down: an authority may make as many others as it likes, but only below itself.
 */
function findGreedy(
  sources: readonly KeyedSource[],
  newcomer: readonly Certificate[],
): KeyedSource | undefined {
  let rivals = sources;
  // One level more than the newcomer has: whatever lies below the authority that it comes from directly.
  for (let level = 1; level <= newcomer.length + 1; level++) {
    const shares = shareOut(rivals, level);
    const own = shares.get(keyAt(newcomer, level)) ?? [];
    const most = [...shares.values()].reduce((a, b) => (b.length > a.length ? b : a), own);
    if (most.length > own.length + 1) return most[0];
    rivals = own;
  }
  return undefined;
}

function shareOut(
  sources: readonly KeyedSource[],
  level: number,
): ReadonlyMap<string | undefined, readonly KeyedSource[]> {
  const shares = new Map<string | undefined, KeyedSource[]>();
  for (const one of sources) {
    const key = keyAt(one[1].authorities, level);
    const share = shares.get(key) ?? [];
    shares.set(key, share);
    share.push(one);
  }
  return shares;
}

/** The key of an authority, counted from the anchor; undefined where the path ends before it. */
function keyAt(authorities: readonly Certificate[], level: number): string | undefined {
  return authorities.at(-level)?.publicKey.octets;
}

/** What is signed of certificates: their signatures have twins. */
function keyOf({ href }: URL, authorities: readonly Certificate[]): string {
  return toHex(sha256(...authorities.map(({ signedBytes }) => signedBytes), Buffer.from(href)));
}
