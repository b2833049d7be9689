import { printPem } from "./asn1/pem.ts";
import type { Clock } from "./base/clock.ts";
import { ConfigError } from "./base/config-error.ts";
import { describeFault } from "./base/describe-fault.ts";
import { inTime } from "./base/in-time.ts";
import { readObject } from "./base/read-option.ts";
import { TaskQueue } from "./base/task-queue.ts";
import type { Timers } from "./base/timers.ts";
import type { MtlsContext } from "./decision/decision.ts";
import type { Statuses } from "./decision/statuses.ts";
import { Engine, type Reconsideration } from "./engine.ts";
import { callGuarded } from "./events/failed-callback.ts";
import type { CountMetric } from "./events/metrics.ts";
import type { Notices } from "./events/notices.ts";
import type { EmitReload, ReloadCause } from "./events/reload-event.ts";
import { watchPaths, type WatchedPaths } from "./files/watched-files.ts";
import { Authenticator, type Authority } from "./identity/authenticator.ts";
import { isSameTrust } from "./path/trust-set.ts";
import type { Reason } from "./reasons/reason.ts";
import type { ListMarksReset } from "./revocation/revocations.ts";
import {
  readShieldOptions,
  readWatched,
  shieldOptionNames,
  type ShieldChanges,
  type ShieldConfig,
  type ShieldOptions,
} from "./shield-options.ts";
import type { ShieldRequest } from "./shield-request.ts";

/** Decides about requests, at once wherever it can: everything that can be done once was done before. */
export interface Shield {
  readonly statuses: Statuses;
  readonly notices: Notices;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Counts something that belongs to this shield, where metrics were asked for. */
  readonly count: CountMetric;
  /** Tells of a reload of whatever belongs to this shield, such as the certificate of its server. */
  readonly emitReload: EmitReload;
  /** Decides with what is known at this moment. Never throws: what is unexpected refuses the request. */
  decide(request: ShieldRequest): MtlsContext;
  /**
   * Decides at once too, unless a first answer about a revocation has to come: then it is waited for, for at most
   * `revocation.timeoutMs`. Never throws or rejects.
   */
  decideWhenKnown(request: ShieldRequest): MtlsContext | Promise<MtlsContext>;
  /**
   * Judges anew what was admitted before, for connections that outlive their requests: why it would be refused now. Listeners
   * are told of a refusal only. Never throws or rejects.
   */
  reconsider(request: ShieldRequest): Reconsideration | Promise<Reconsideration>;
  /** Refuses a request for a reason that the adapter found, and tells listeners. */
  refuse(request: ShieldRequest, why: Reason): MtlsContext;
  /** The authorities of the `trust` option as PEM, for the `ca` of a TLS server; undefined without that option. */
  authoritiesAsPem(): readonly string[] | undefined;
  /** Whether all that has to be loaded first has been: where revocation is `hard`, every list once. For readiness checks. */
  isReady(): boolean;
  /** Resolves as soon as it is ready. */
  whenReady(): Promise<void>;
  /**
   * Lets older revocation lists of an issuer pass once again, where its authority had to start over; `onRevocationEvent` hears who
   * wanted it and why. Resolves with the number of scopes: 0 where no list of the issuer was ever seen.
   */
  resetListMarks(reset: ListMarksReset): Promise<number>;
  /**
   * Reads every option and file anew, with these changes to the options; then everybody is judged anew. Where something is wrong
   * with it, it rejects, and all stays as it was.
   */
  reload(changes?: ShieldChanges, by?: ReloadCause): Promise<void>;
  /** Calls back after each reload, with what caused it, until the function that is returned is called. */
  onReloaded(listener: ReloadListener): () => void;
  /** Ends refreshing and watching; whatever is known then counts until it expires. */
  close(): void;
}

/** Called after a reload. */
export type ReloadListener = (by: ReloadCause) => unknown;

export function createShield(options: ShieldOptions = {}): Shield {
  return new ReloadableShield(options, authenticatorsOf);
}

function authenticatorsOf(config: ShieldConfig): readonly Authority[] | undefined {
  const { trustSets, limits, validation, revocation, chains } = config;
  return trustSets?.map(
    (trust) => new Authenticator(trust, limits, validation, revocation.of(trust.name), chains),
  );
}

/** How long new revocation data may take to load before its options are in use: as long as a slow responder's list of a million takes. */
const readyTimeoutMs = 30_000;
/** How long `watch.read` may take: it reads files. */
const readTimeoutMs = 10_000;

/** Everything that follows from one reading of the options. Never changed: a reload puts another in its place. */
interface State {
  readonly options: ShieldOptions;
  readonly config: ShieldConfig;
  readonly engine: Engine;
  readonly watch: WatchedPaths | undefined;
}

/** The face that stays the same while what it stands for is exchanged. A request is judged by one state from its beginning to its end. */
export class ReloadableShield implements Shield {
  readonly #authoritiesOf: (config: ShieldConfig) => readonly Authority[] | undefined;
  readonly #namesElsewhere: readonly string[] | undefined;
  readonly #reloads = new TaskQueue();
  readonly #listeners = new Set<ReloadListener>();
  /** Ends revocation data that nobody begins to ask any more. */
  readonly #retired = new Set<() => void>();
  #state: State;
  /** Loaded, but not in use yet. */
  #coming: State | undefined;
  #hasFailed = false;
  /** A change of a file waits for its reload. */
  #hasNews = false;
  #isClosed = false;

  constructor(
    options: ShieldOptions,
    authoritiesOf: (config: ShieldConfig) => readonly Authority[] | undefined,
    namesElsewhere?: readonly string[],
  ) {
    this.#authoritiesOf = authoritiesOf;
    this.#namesElsewhere = namesElsewhere;
    this.#state = this.#load(options, undefined);
  }

  get statuses(): Statuses {
    return this.#state.config.statuses;
  }

  get notices(): Notices {
    return this.#state.config.notices;
  }

  get clock(): Clock {
    return this.#state.config.clock;
  }

  get timers(): Timers {
    return this.#state.config.timers;
  }

  get count(): CountMetric {
    return this.#state.config.count;
  }

  get emitReload(): EmitReload {
    return this.#state.config.emitReload;
  }

  decide(request: ShieldRequest): MtlsContext {
    return this.#state.engine.decide(request);
  }

  decideWhenKnown(request: ShieldRequest): MtlsContext | Promise<MtlsContext> {
    return this.#state.engine.decideWhenKnown(request);
  }

  reconsider(request: ShieldRequest): Reconsideration | Promise<Reconsideration> {
    return this.#state.engine.reconsider(request);
  }

  refuse(request: ShieldRequest, why: Reason): MtlsContext {
    return this.#state.engine.refuse(request, why);
  }

  authoritiesAsPem(): readonly string[] | undefined {
    return this.#state.config.trustSets?.flatMap(({ anchors, intermediates }) =>
      [...anchors, ...intermediates].map(({ der }) =>
        printPem({ label: "CERTIFICATE", bytes: der }),
      ),
    );
  }

  isReady(): boolean {
    return this.#state.config.revocation.isReady();
  }

  async whenReady(): Promise<void> {
    for (;;) {
      const { revocation } = this.#state.config;
      await revocation.whenReady();
      // A reload may have put another in its place meanwhile.
      if (revocation === this.#state.config.revocation) return;
    }
  }

  async resetListMarks(reset: ListMarksReset): Promise<number> {
    const names = ["issuer", "by", "why"] as const;
    const given = readObject(reset, names, "reset", "{ issuer, by, why }");
    for (const name of names) {
      if (typeof given[name] === "string" && given[name].trim() !== "") continue;
      throw new ConfigError(
        `reset.${name}`,
        "is missing",
        "Say whose lists, who decides it, and why.",
      );
    }
    return this.#state.config.revocation.resetListMarks(reset);
  }

  reload(changes: ShieldChanges = {}, by: ReloadCause = "call"): Promise<void> {
    // One after the other, so that what was read earlier never replaces what was read later.
    return this.#reloads.run(() => this.#reload(changes, by));
  }

  onReloaded(listener: ReloadListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  close(): void {
    this.#isClosed = true;
    this.#state.watch?.close();
    this.#state.config.revocation.close();
    this.#coming?.config.revocation.close();
    for (const end of this.#retired) end();
  }

  async #reload(changes: ShieldChanges, by: ReloadCause): Promise<void> {
    const { emitReload } = this;
    try {
      this.#requireOpen();
      if (await this.#exchange(changes, by)) {
        this.#hasFailed = false;
        this.emitReload({ outcome: "reloaded", subject: "shield", by });
      }
    } catch (fault) {
      this.#hasFailed = true;
      // What the files of a closed shield told last is nobody's concern any more.
      const isOver = this.#isClosed && by === "watch";
      const problem = describeFault(fault);
      if (!isOver) emitReload({ outcome: "failed", subject: "shield", by, problem });
      throw fault;
    }
  }

  /** Whether anything is another than before. */
  async #exchange(changes: ShieldChanges, by: ReloadCause): Promise<boolean> {
    const before = this.#state;
    const found = await this.#ask(before.config);
    this.#requireOpen();
    const next = this.#load({ ...before.options, ...found, ...changes }, before.config);
    const isSame = isSameTrust(next.config.trustSets, before.config.trustSets);
    // A file is told of more often than it changes. Who heard of a failure should hear of its end.
    if (by === "watch" && found === undefined && isSame && !this.#hasFailed) {
      next.watch?.close();
      return false;
    }
    if (next.config.revocation === before.config.revocation) {
      if (!isSame) next.config.revocation.follow(next.config.trustSets);
    } else {
      await this.#waitForRevocation(next, before);
      this.#retire(before.config);
    }
    before.watch?.close();
    this.#state = next;
    for (const listener of [...this.#listeners]) {
      // Everybody hears of it, and what is in use is in use: whoever fails fails alone.
      callGuarded(this.notices, "onReloaded", () => listener(by));
    }
    return true;
  }

  /** What `watch.read` finds; undefined where there is none. */
  async #ask({ watch: { read }, timers }: ShieldConfig): Promise<ShieldChanges | undefined> {
    if (read === undefined) return undefined;
    const found = await inTime(read, { timers, timeoutMs: readTimeoutMs, who: "watch.read" });
    return readObject(found, shieldOptionNames, "watch.read()", "{ rules }") as ShieldChanges;
  }

  /** Nobody should be refused, or forgiven, because the options are new: what was known before counts until as much is known anew. */
  async #waitForRevocation(next: State, before: State): Promise<void> {
    const { revocation, timers } = next.config;
    this.#coming = next;
    try {
      // Where something is missing anyway, requests wait for it themselves, as they do at start.
      if (before.config.revocation.isLoaded()) {
        const question = () => revocation.whenLoaded();
        await inTime(question, { timers, timeoutMs: readyTimeoutMs, who: "revocation" });
      }
      this.#requireOpen();
    } catch (fault) {
      next.watch?.close();
      revocation.close();
      throw fault;
    } finally {
      this.#coming = undefined;
    }
  }

  /** Requests that wait for an answer at this moment should still get it. */
  #retire({ revocation, timers }: ShieldConfig): void {
    const end = (): void => {
      cancel();
      this.#retired.delete(end);
      revocation.close();
    };
    const cancel = timers.after(revocation.timeoutMs, end);
    this.#retired.add(end);
  }

  #requireOpen(): void {
    if (this.#isClosed) throw new Error("the shield is closed");
  }

  #load(options: ShieldOptions, current: ShieldConfig | undefined): State {
    const watch = this.#watch(options);
    try {
      const config = readShieldOptions(options, { namesElsewhere: this.#namesElsewhere, current });
      const engine = new Engine(this, config, this.#authoritiesOf(config));
      return { options, config, engine, watch };
    } catch (fault) {
      watch?.close();
      throw fault;
    }
  }

  /** Watched before they are read, so that no change falls in between. */
  #watch(options: ShieldOptions): WatchedPaths | undefined {
    const { paths, ...surroundings } = readWatched(options);
    if (paths.length === 0) return undefined;
    const onChange = (): void => {
      // One that has not begun reads this change as well.
      if (this.#hasNews) return;
      this.#hasNews = true;
      const reload = (): Promise<void> => {
        this.#hasNews = false;
        return this.#reload({}, "watch");
      };
      this.#reloads.run(reload).catch(() => {
        // Whoever listens was told; what was in use before stays so until the next change.
      });
    };
    return watchPaths(paths, { onChange, ...surroundings });
  }
}
