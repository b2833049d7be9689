import { oids } from "./asn1/oids.ts";
import { systemClock, type Clock } from "./base/clock.ts";
import { systemSurroundings } from "./base/surroundings.ts";
import { systemTimers, type Timers } from "./base/timers.ts";
import { ConfigError } from "./base/config-error.ts";
import type { ConfigWarning } from "./base/config-warning.ts";
import { readClientLimits, type Limits } from "./base/limits.ts";
import {
  checkFunction,
  checkMethod,
  readBoolean,
  readChoice,
  readObject,
} from "./base/read-option.ts";
import { readStatuses, type StatusOptions, type Statuses } from "./decision/statuses.ts";
import type { DecisionEvent } from "./events/decision-event.ts";
import { emitProcessWarning, Notices } from "./events/notices.ts";
import type { EmitReload, ReloadEvent } from "./events/reload-event.ts";
import { createReloadReporter } from "./events/reload-reporter.ts";
import { createCounter, type CountMetric, type Metrics } from "./events/metrics.ts";
import { ChainMemory } from "./identity/chain-memory.ts";
import { isSameList } from "./base/is-same-list.ts";
import { createRevocationReporter } from "./events/revocation-reporter.ts";
import { createNodeFetcher } from "./network/node-fetcher.ts";
import type { Fetcher } from "./network/fetcher.ts";
import { refuseUnverifiedTls } from "./network/refuse-unverified-tls.ts";
import { defaultTrustSetName, readTrust } from "./path/trust-input.ts";
import type { TrustSet } from "./path/trust-set.ts";
import { readLegacyAlgorithms } from "./path/legacy-algorithms.ts";
import { readPolicyOptions, type PolicyOptions } from "./path/policy-inputs.ts";
import { profiles, type Profile } from "./path/profile.ts";
import type { ValidationRules } from "./path/validation-context.ts";
import type { RevocationEvent } from "./revocation/revocation-event.ts";
import {
  readRevocation,
  type RevocationOptions,
  type RevocationSettings,
} from "./revocation/revocation-options.ts";
import { Revocations, type RevocationsOptions } from "./revocation/revocations.ts";
import {
  splitTrust,
  type RevocableTrustInput,
  type SplitTrust,
} from "./revocation/trusted-revocation.ts";
import { compilePolicy, type CompiledPolicy } from "./policy/compile-policy.ts";
import type { Rule } from "./policy/rule.ts";
import { keyUsageBits } from "./x509/extensions.ts";
import { readWatch, type WatchedOptions, type WatchSettings } from "./watch-option.ts";
import type { LegacyAlgorithm } from "./x509/signature.ts";

/** Options of a shield. None is needed: without any, every request needs a client that the TLS server's own `ca` vouches for. */
export interface ShieldOptions {
  /** Whom to trust: root certificates, or several sets of them by name. Default: the TLS server's own `ca`. */
  readonly trust?: RevocableTrustInput;
  /**
   * How revoked certificates become known, for every trust set that has no `revocation` of its own. Default: not at all, so
   * keep certificates short-lived.
   */
  readonly revocation?: RevocationOptions | false;
  /** Who may call what: the first rule that matches decides, what none matches is refused. Default: every verified client, everything. */
  readonly rules?: readonly Rule[];
  /** `false` only attaches the context and leaves refusing to guards. Default: true. */
  readonly required?: boolean;
  /** `"report"` decides and records but lets every request through. Default: `"enforce"`. */
  readonly mode?: "enforce" | "report";
  /** Whether a client's certificate has to name the extended key usage clientAuth, or may name none at all. Default: `"if-present"`. */
  readonly clientAuthUsage?: "if-present" | "required";
  /** How the standards are read; `"strict"`, `"webpki"` and `"spiffe"` refuse what the default lets pass. Default: `"default"`. */
  readonly profile?: Profile;
  /** Certificate policies (RFC 5280 4.2.1.4) that a client's path needs. Default: what the authorities themselves demand. */
  readonly policies?: PolicyOptions;
  /** Signatures with SHA-1 or MD5, or RSA keys from 1024 bits up, that are accepted all the same: for hardware that is out of reach. */
  readonly legacyAlgorithms?: readonly LegacyAlgorithm[];
  /** The status of refusals. Default: 403. */
  readonly statuses?: StatusOptions;
  /**
   * Whether a change of the files that `trust` names reloads the shield; with `paths` and `read`, of others too. Revocation lists
   * are watched in any case. Default: true.
   */
  readonly watch?: boolean | WatchedOptions<ShieldChanges>;
  /** How much work one client may cause. */
  readonly limits?: Partial<Limits>;
  /** Told of every decision. What it throws is dropped, and reported once to `onWarning`. */
  readonly onDecision?: (event: DecisionEvent) => void;
  /** Told of what is odd about the configuration. Default: a process warning. */
  readonly onWarning?: (warning: ConfigWarning) => void;
  /** Told of what happens to revocation data in the background, and of statuses that were forgiven. What it throws is dropped, and reported once. */
  readonly onRevocationEvent?: (event: RevocationEvent) => void;
  /** Told of every reload, done or failed. What it throws is dropped, and reported once. */
  readonly onReload?: (event: ReloadEvent) => void;
  /** Where things are counted. Default: nowhere. */
  readonly metrics?: Metrics;
  /** The current time in epoch milliseconds. Default: the system's. */
  readonly clock?: Clock;
  /** Does things later: for tests. Default: the system's. */
  readonly timers?: Timers;
  /** Asks http(s) addresses for lists and answers: for networks with a proxy of their own. Default: `node:http` and `node:https`. */
  readonly fetcher?: Fetcher;
}

/** Options that replace those of the same name when a shield is reloaded; the others stay. */
export type ShieldChanges = Partial<ShieldOptions>;

/** The options after reading: complete and immutable. */
export interface ShieldConfig {
  /** Undefined: the TLS server's own `ca`. */
  readonly trustSets: readonly TrustSet[] | undefined;
  /** The names of the trust sets; undefined like them. */
  readonly trustSetNames: readonly string[] | undefined;
  /** Undefined: every verified client may call everything. */
  readonly policy: CompiledPolicy | undefined;
  readonly required: boolean;
  readonly mode: "enforce" | "report";
  /** What is asked of a client's path. */
  readonly validation: ValidationRules;
  readonly statuses: Statuses;
  readonly limits: Limits;
  readonly onDecision: ((event: DecisionEvent) => unknown) | undefined;
  readonly warn: (warning: ConfigWarning) => void;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly notices: Notices;
  readonly revocation: Revocations;
  /** What `revocation` was made from: as long as that is the same, it goes on over a reload. */
  readonly revocationBasis: readonly unknown[];
  readonly chains: ChainMemory;
  readonly watch: WatchSettings;
  readonly emitReload: EmitReload;
  readonly count: CountMetric;
}

/** The names of the options, for adapters that have more of their own. */
export const shieldOptionNames = [
  "trust",
  "revocation",
  "rules",
  "required",
  "mode",
  "clientAuthUsage",
  "profile",
  "policies",
  "legacyAlgorithms",
  "statuses",
  "watch",
  "limits",
  "onDecision",
  "onReload",
  "onRevocationEvent",
  "onWarning",
  "metrics",
  "clock",
  "timers",
  "fetcher",
] as const;

/** What has to be known before the files that options name are read: which they are, and by which timers they are watched. */
export function readWatched(
  input: ShieldOptions,
): Pick<WatchSettings, "paths"> & Pick<ShieldOptions, "timers" | "clock"> {
  const options = readObject(input, shieldOptionNames, "", "{ trust, rules }");
  checkFunction(options.clock, "clock");
  checkMethod(options.timers, "timers", "after");
  const { timers, clock } = input;
  const { paths } = readWatch(options.watch, options.trust);
  return { paths, ...(timers && { timers }), ...(clock && { clock }) };
}

/** What else counts when options are read. */
export interface ReadingFacts {
  /** The names of trust sets that are not in the options: for tests. */
  readonly namesElsewhere?: readonly string[] | undefined;
  /** What is in use until these options are. */
  readonly current?: ShieldConfig | undefined;
}

/** Reads options, at start and at each reload: every fault is a `ConfigError` that names the option and the cure. */
export function readShieldOptions(
  input: ShieldOptions,
  { namesElsewhere, current }: ReadingFacts = {},
): ShieldConfig {
  const options = readObject(input, shieldOptionNames, "", "{ trust, rules }");
  const functions = [
    "clock",
    "onDecision",
    "onReload",
    "onRevocationEvent",
    "onWarning",
    "fetcher",
  ] as const;
  for (const name of functions) checkFunction(options[name], name);
  checkMethod(options.timers, "timers", "after");
  checkMethod(options.metrics, "metrics", "count");
  const {
    clock = systemClock,
    timers = systemTimers,
    onWarning = emitProcessWarning,
    onDecision,
  } = input;
  const warn = withoutRejections(onWarning);
  const mode = readChoice(options.mode, ["enforce", "report"], "mode");
  const required = readRequired(options);
  const now = readNow(clock);
  const validation = readValidation(options);
  warnOfLegacy(validation.legacy, warn);
  const { trust, revocations } = splitTrust(options.trust, defaultTrustSetName);
  const trustSets =
    options.trust === undefined ? undefined : readTrust(trust, { ...validation, now, warn });
  const trustSetNames = namesElsewhere ?? trustSets?.map(({ name }) => name);
  const limits = readClientLimits(options.limits);
  const notices = new Notices(warn);
  const statuses = readStatuses(options.statuses);
  const policy =
    options.rules === undefined
      ? undefined
      : compilePolicy(options.rules, trustSetNames, mode, warn);
  const watch = readWatch(options.watch, options.trust);
  const revocationBasis = [
    // Whether the shared settings count for anybody.
    trustSets?.some(({ name }) => !revocations.has(name)),
    ...revocationOptionNames.map((name) => options[name]),
    ...[...revocations].flatMap(([name, own]) => [name, own.input]),
  ];
  // Last of all, since it begins to read files and to ask addresses: options with a fault should leave nothing behind.
  const revocation =
    current !== undefined && isSameList(revocationBasis, current.revocationBasis)
      ? current.revocation
      : readRevocations(input, revocations, {
          trustSets,
          rules: validation,
          limits,
          clock,
          timers,
          notices,
          before: current?.revocation,
        });
  return Object.freeze({
    timers,
    notices,
    revocation,
    revocationBasis,
    chains: current?.chains ?? new ChainMemory(limits.rememberedClients),
    watch,
    emitReload: createReloadReporter(input, clock, notices),
    count: createCounter(input.metrics, notices),
    trustSets,
    trustSetNames,
    policy,
    required,
    mode,
    validation,
    statuses,
    limits,
    onDecision,
    warn,
    clock,
  });
}

/** The options on which it depends what is known of revocations, and how it is judged; beside what trust sets say themselves. */
const revocationOptionNames = [
  "revocation",
  "clientAuthUsage",
  "profile",
  "policies",
  "legacyAlgorithms",
  "limits",
  "onRevocationEvent",
  "onWarning",
  "metrics",
  "clock",
  "timers",
  "fetcher",
] as const;

type GivenOptions = Readonly<Partial<Record<(typeof shieldOptionNames)[number], unknown>>>;

function readRequired({ required, rules }: GivenOptions): boolean {
  const isRequired = readBoolean(required, true, "required");
  if (isRequired || rules === undefined) return isRequired;
  throw new ConfigError(
    "required",
    "is false beside `rules`, which decide themselves who is required",
    'Leave it out, and write allow: "anyone" in the rules that need no client.',
  );
}

function readNow(clock: Clock): number {
  const now = clock();
  if (Number.isFinite(now)) return now;
  throw new ConfigError(
    "clock",
    "returns no number",
    "Return epoch milliseconds, as Date.now does.",
  );
}

/** Reads what is said of revocation, for the whole shield and by trust set, and begins to look after it. */
function readRevocations(
  input: ShieldOptions,
  bySet: SplitTrust["revocations"],
  {
    clock,
    timers,
    notices,
    ...facts
  }: Pick<RevocationsOptions, "trustSets" | "rules" | "limits" | "before"> &
    Pick<ShieldConfig, "clock" | "timers" | "notices">,
): Revocations {
  const made: RevocationSettings[] = [];
  const read = (given: unknown, option: string): RevocationSettings | undefined => {
    if (given === false) return undefined;
    const settings = readRevocation(given, option, { clock, timers });
    made.push(settings);
    if (input.fetcher === undefined && asksOthers(settings)) refuseUnverifiedTls();
    return settings;
  };
  const fetcher = input.fetcher ?? createNodeFetcher();
  try {
    return new Revocations({
      ...facts,
      shared: read("revocation" in input ? input.revocation : false, "revocation"),
      own: new Map([...bySet].map(([name, own]) => [name, read(own.input, own.option)] as const)),
      surroundings: { ...systemSurroundings, clock, timers, fetcher },
      emit: createRevocationReporter(input, clock, notices),
      warn: (warning) => {
        notices.once(warning.message, warning);
      },
    });
  } catch (fault) {
    // Those before the one with the fault watch their files already.
    for (const { ownDenyLists } of made) for (const list of ownDenyLists) list.close();
    throw fault;
  }
}

/** Whether anything is asked over the network. */
function asksOthers({
  listOrigins,
  asksResponders,
  certificateAddresses,
}: RevocationSettings): boolean {
  const asksForLists = listOrigins.some(({ type }) => type === "url");
  return asksForLists || asksResponders || certificateAddresses !== undefined;
}

function readValidation(options: GivenOptions): ValidationRules {
  return Object.freeze({
    purpose: oids.clientAuth,
    extendedKeyUsage: readChoice(
      options.clientAuthUsage,
      ["if-present", "required"],
      "clientAuthUsage",
    ),
    // RFC 5246 7.4.8, RFC 8446 4.4.3: a client signs the handshake.
    keyUsage: keyUsageBits.digitalSignature,
    profile: readChoice(options.profile, profiles, "profile"),
    names: [],
    policies: readPolicyOptions(options.policies, "policies"),
    pathLength: Infinity,
    legacy: readLegacyAlgorithms(options.legacyAlgorithms, "legacyAlgorithms"),
    isPublicSuffix: undefined,
    acceptPath: undefined,
  });
}

function warnOfLegacy(
  legacy: ReadonlySet<LegacyAlgorithm>,
  warn: (warning: ConfigWarning) => void,
): void {
  if (legacy.size === 0) return;
  warn({
    option: "legacyAlgorithms",
    message:
      `certificates that rest on ${[...legacy].join(", ")} are accepted, which somebody with means can forge. ` +
      "Replace them, and then leave the option out.",
  });
}

/** An async listener that rejects must not end the process; one that throws may stop the start. */
function withoutRejections(
  onWarning: (warning: ConfigWarning) => unknown,
): (warning: ConfigWarning) => void {
  return (warning) => {
    Promise.resolve(onWarning(warning)).catch(() => {
      emitProcessWarning(warning);
    });
  };
}
