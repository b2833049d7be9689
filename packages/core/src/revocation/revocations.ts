import type { Surroundings } from "../base/surroundings.ts";
import type { SearchLimits } from "../base/limits.ts";
import { ConfigError } from "../base/config-error.ts";
import type { ConfigWarning } from "../base/config-warning.ts";
import type { FetchSurroundings } from "../network/fetch-limited.ts";
import type { TrustSet } from "../path/trust-set.ts";
import type { ValidationRules } from "../path/validation-context.ts";
import { MemoryStore } from "../store/memory-store.ts";
import type { Store } from "../store/store.ts";
import { FileListSource } from "./lists/file-list-source.ts";
import { ExpiryWatch } from "./lists/expiry-watch.ts";
import { Gate } from "./refresh/gate.ts";
import { HostGates } from "./refresh/host-gates.ts";
import { InlineListSource } from "./lists/inline-list-source.ts";
import type { ListOrigin } from "./lists/list-input.ts";
import { ListLibrary } from "./lists/list-library.ts";
import { ListMarks } from "./lists/list-marks.ts";
import type { ListSource } from "./lists/list-source.ts";
import { OcspClient } from "./ocsp/ocsp-client.ts";
import { Revocation } from "./revocation.ts";
import type { EmitRevocation } from "./revocation-event.ts";
import type { RevocationSettings } from "./revocation-options.ts";
import { RevocationSources } from "./revocation-sources.ts";
import { operatorAddresses } from "../network/address-policy.ts";
import { createPause } from "../base/sliced-work.ts";
import type { Certificate } from "../x509/certificate.ts";
import { UrlListSource } from "./lists/url-list-source.ts";
import { warnOfDenyLists } from "./warn-of-deny-lists.ts";
import { warnOfUnsharedMarks } from "./warn-of-unshared-marks.ts";

export interface RevocationsOptions {
  /** Of the shield, for every set without settings of its own. */
  readonly shared: RevocationSettings | undefined;
  /** By the name of the set; undefined: nobody is asked. */
  readonly own: ReadonlyMap<string, RevocationSettings | undefined>;
  /** Undefined: the TLS server's own `ca`, which is not known yet. */
  readonly trustSets: readonly TrustSet[] | undefined;
  readonly rules: ValidationRules;
  readonly limits: SearchLimits;
  readonly surroundings: Surroundings & FetchSurroundings;
  readonly emit: EmitRevocation;
  readonly warn: (warning: ConfigWarning) => void;
  /** Those in whose place these are to come: lists that were too old for them stay so. */
  readonly before?: Revocations | undefined;
}

/** An operator's word that an authority had to start over with its lists. */
export interface ListMarksReset {
  /** The name of the lists' issuer as RFC 4514 text, as events tell it. */
  readonly issuer: string;
  /** Who decided it, and why: for the record. */
  readonly by: string;
  readonly why: string;
}

/** How often it is looked whether everything is there. */
const readinessPauseMs = 50;

/** Lists at addresses in certificates that are fetched at once from one host: each may be as long as the longest. */
const namedListsAtOnce = 2;

/** What is known of revocations, for each trust set of a shield. */
export class Revocations {
  readonly #shared: Revocation | undefined;
  readonly #own = new Map<string, Revocation | undefined>();
  /** The marks of lists where there is no store for them, by the set's name; `""`: those of the shared settings. */
  readonly #memories = new Map<string, Store>();
  readonly #surroundings: Surroundings;
  readonly #emit: EmitRevocation;
  readonly #stops: readonly (() => void)[];
  #isClosed = false;

  constructor(options: RevocationsOptions) {
    const { shared, own, trustSets } = options;
    this.#surroundings = options.surroundings;
    this.#emit = options.emit;
    const others = trustSets?.filter(({ name }) => !own.has(name));
    if (shared !== undefined && others?.length === 0) {
      throw new ConfigError(
        "revocation",
        "counts for no trust set, since each has its own",
        "Leave it out, or take it out of the sets for which this one should count.",
      );
    }
    for (const [name, settings] of own) {
      const sets = trustSets?.filter((set) => set.name === name);
      const memory = this.#memoryOf(name, options);
      this.#own.set(name, settings && createRevocation(settings, sets, memory, options));
    }
    this.#shared = shared && createRevocation(shared, others, this.#memoryOf("", options), options);
    for (const { settings } of this.#all) warnOfDenyLists(settings, options.warn);
    warnOfUnsharedMarks(
      this.#all.map(({ settings }) => settings),
      options.warn,
    );
    const denyLists = new Set(this.#all.flatMap(({ settings }) => settings.denyLists));
    this.#stops = [...denyLists].map((list) => list.onEvent(options.emit));
  }

  /** Of the trust set of this name. */
  of(name: string): Revocation | undefined {
    return this.#own.has(name) ? this.#own.get(name) : this.#shared;
  }

  /** How long a request waits for a first answer. */
  get timeoutMs(): number {
    return Math.max(0, ...this.#all.map(({ settings }) => settings.timeoutMs));
  }

  /** Goes on under other authorities of the same names: their lists are taken from now on. */
  follow(trustSets: readonly TrustSet[] | undefined): void {
    const follow = (revocation: Revocation | undefined, sets: readonly TrustSet[] | undefined) => {
      if (revocation === undefined) return;
      revocation.sources.library.follow(authoritiesOf(revocation.settings, sets));
      // A list that nobody known had signed may be of one of them.
      revocation.sources.reload();
    };
    follow(
      this.#shared,
      trustSets?.filter(({ name }) => !this.#own.has(name)),
    );
    for (const [name, own] of this.#own) {
      follow(
        own,
        trustSets?.filter((set) => set.name === name),
      );
    }
  }

  /** Whether everything has been loaded once, also what nobody would have to wait for. */
  isLoaded(): boolean {
    return this.#all.every(
      ({ settings, sources }) =>
        settings.denyLists.every(({ isReady }) => isReady) && sources.isLoaded(),
    );
  }

  isReady(): boolean {
    return this.#all.every(
      ({ settings, sources }) =>
        settings.denyLists.every(({ isReady }) => isReady) &&
        (settings.mode !== "hard" || sources.isLoaded()),
    );
  }

  whenLoaded(): Promise<void> {
    return this.#when(() => this.isLoaded());
  }

  whenReady(): Promise<void> {
    return this.#when(() => this.isReady());
  }

  async #when(isSo: () => boolean): Promise<void> {
    const { timers } = this.#surroundings;
    while (!isSo() && !this.#isClosed) {
      await new Promise<void>((resolve) => timers.after(readinessPauseMs, resolve, "keep-alive"));
    }
  }

  /** Lets older lists of an issuer pass once again, and says who wanted that. */
  async resetListMarks({ issuer, by, why }: ListMarksReset): Promise<number> {
    // For the record even where the store fails in the middle of it.
    this.#emit({ type: "revocation-marks-reset", issuer, by, why });
    let count = 0;
    for (const { sources } of this.#all) {
      count += await sources.library.reset(issuer);
      sources.reload();
    }
    return count;
  }

  close(): void {
    this.#isClosed = true;
    for (const stop of this.#stops) stop();
    for (const { sources, settings } of this.#all) {
      sources.close();
      for (const list of settings.ownDenyLists) list.close();
    }
  }

  #memoryOf(name: string, { before, surroundings }: RevocationsOptions): Store {
    const known = before === undefined ? undefined : before.#memories.get(name);
    const memory = known ?? new MemoryStore({ clock: surroundings.clock });
    this.#memories.set(name, memory);
    return memory;
  }

  get #all(): readonly Revocation[] {
    return [this.#shared, ...this.#own.values()].filter((one) => one !== undefined);
  }
}

/** Whose lists are taken. */
function authoritiesOf(
  { listSigners }: RevocationSettings,
  sets: readonly TrustSet[] | undefined,
): readonly Certificate[] {
  const trusted = (sets ?? []).flatMap(({ anchors, intermediates }) => [
    ...anchors,
    ...intermediates,
  ]);
  return [...trusted, ...listSigners];
}

function createRevocation(
  settings: RevocationSettings,
  sets: readonly TrustSet[] | undefined,
  memory: Store,
  { rules, limits, surroundings, emit }: RevocationsOptions,
): Revocation {
  if (sets === undefined && settings.listOrigins.length > 0) {
    throw new ConfigError(
      "revocation.crl",
      "needs to know whose lists count, and there is no `trust` option",
      "Pass the authorities as `trust` as well: the same as the server's `ca`.",
    );
  }
  const { toleranceMs, refreshMs, maxListBytes, listOrigins } = settings;
  const { clock, timers } = surroundings;
  const pause = createPause();
  const expiry = new ExpiryWatch({ surroundings, toleranceMs, emit });
  const library = new ListLibrary({
    authorities: authoritiesOf(settings, sets),
    legacy: rules.legacy,
    marks: new ListMarks(settings.store ?? memory, timers),
    clock,
    emit,
    pause,
    toleranceMs,
    onChange: (lists) => {
      expiry.watch(lists);
    },
  });
  const urls = listOrigins.flatMap((origin) => (origin.type === "url" ? [origin.url] : []));
  const policy = operatorAddresses(urls);
  const usual = { library, surroundings, emit, pause, maxBytes: maxListBytes, refreshMs };
  const makeSource = (origin: ListOrigin): ListSource => {
    switch (origin.type) {
      case "inline":
        return new InlineListSource({ ...usual, lists: origin.lists, name: origin.option });
      case "path":
        return new FileListSource({ ...usual, path: origin.path });
      case "url":
        return new UrlListSource({
          ...usual,
          url: origin.url,
          policy,
          authorities: [],
          gate: new Gate(1),
        });
    }
  };
  const gates = new HostGates(namedListsAtOnce);
  const sources = new RevocationSources({
    library,
    expiry,
    emit,
    responders: new OcspClient({
      surroundings,
      signers: settings.responderSigners,
      legacy: rules.legacy,
      nonce: settings.nonce,
      certificateIdHash: settings.certificateIdHash,
      toleranceMs,
      maxAgeMs: settings.maxAgeMs,
      refreshMs,
      emit,
    }),
    lists: settings.mode === "off" ? [] : listOrigins.map(makeSource),
    makeSource: (url, addressPolicy, more) =>
      new UrlListSource({
        ...usual,
        url,
        policy: addressPolicy,
        authorities: more,
        gate: gates.of(url),
      }),
  });
  return new Revocation(settings, sources, rules, limits);
}
