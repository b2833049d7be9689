import { systemClock, type Clock } from "./base/clock.ts";
import { ConfigError } from "./base/config-error.ts";
import type { ConfigWarning } from "./base/config-warning.ts";
import { defaultLimits, mostCertificates, type Limits } from "./base/limits.ts";
import { readBoolean, readChoice, readObject } from "./base/read-option.ts";
import { readStatuses, type StatusOptions, type Statuses } from "./decision/statuses.ts";
import type { DecisionEvent } from "./events/decision-event.ts";
import { emitProcessWarning } from "./events/notices.ts";
import { readTrust, type TrustInput } from "./path/trust-input.ts";
import type { TrustSet } from "./path/trust-set.ts";
import type { ValidationContext } from "./path/validation-context.ts";
import { compilePolicy, type CompiledPolicy } from "./policy/compile-policy.ts";
import type { Rule } from "./policy/rule.ts";

/** Options of a shield. None is needed: without any, every request needs a client that the TLS server's own `ca` vouches for. */
export interface ShieldOptions {
  /** Whom to trust: root certificates, or several sets of them by name. Default: the TLS server's own `ca`. */
  readonly trust?: TrustInput;
  /** Who may call what: the first rule that matches decides, what none matches is refused. Default: every verified client, everything. */
  readonly rules?: readonly Rule[];
  /** `false` only attaches the context and leaves refusing to guards. Default: true. */
  readonly required?: boolean;
  /** `"report"` decides and records but lets every request through. Default: `"enforce"`. */
  readonly mode?: "enforce" | "report";
  /** Whether a client's certificate has to name the extended key usage clientAuth, or may name none at all. Default: `"if-present"`. */
  readonly clientAuthUsage?: "if-present" | "required";
  /** The status of refusals. Default: 403. */
  readonly statuses?: StatusOptions;
  /** How much work one client may cause. */
  readonly limits?: Partial<Limits>;
  /** Told of every decision. What it throws is dropped, and reported once to `onWarning`. */
  readonly onDecision?: (event: DecisionEvent) => void;
  /** Told of what is odd about the configuration. Default: a process warning. */
  readonly onWarning?: (warning: ConfigWarning) => void;
  /** The current time in epoch milliseconds. Default: the system's. */
  readonly clock?: Clock;
}

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
  readonly clientAuthUsage: ValidationContext["clientAuthUsage"];
  readonly statuses: Statuses;
  readonly limits: Limits;
  readonly onDecision: ((event: DecisionEvent) => unknown) | undefined;
  readonly warn: (warning: ConfigWarning) => void;
  readonly clock: Clock;
}

/** The names of the options, for adapters that have more of their own. */
export const shieldOptionNames = [
  "trust",
  "rules",
  "required",
  "mode",
  "clientAuthUsage",
  "statuses",
  "limits",
  "onDecision",
  "onWarning",
  "clock",
] as const;

/** Reads options once, at start: every fault is a `ConfigError` that names the option and the cure. */
export function readShieldOptions(
  input: ShieldOptions,
  /** The names of trust sets that are not in the options: for tests. */
  namesElsewhere?: readonly string[],
): ShieldConfig {
  const options = readObject(input, shieldOptionNames, "", "{ trust, rules }");
  for (const name of ["clock", "onDecision", "onWarning"] as const)
    checkFunction(options[name], name);
  const { clock = systemClock, onWarning = emitProcessWarning, onDecision } = input;
  const warn = withoutRejections(onWarning);
  const mode = readChoice(options.mode, ["enforce", "report"], "mode");
  const required = readBoolean(options.required, true, "required");
  if (!required && options.rules !== undefined) {
    throw new ConfigError(
      "required",
      "is false beside `rules`, which decide themselves who is required",
      'Leave it out, and write allow: "anyone" in the rules that need no client.',
    );
  }
  const now = clock();
  if (!Number.isFinite(now)) {
    throw new ConfigError(
      "clock",
      "returns no number",
      "Return epoch milliseconds, as Date.now does.",
    );
  }
  const trustSets = options.trust === undefined ? undefined : readTrust(options.trust, now, warn);
  const trustSetNames = namesElsewhere ?? trustSets?.map(({ name }) => name);
  return Object.freeze({
    trustSets,
    trustSetNames,
    policy:
      options.rules === undefined
        ? undefined
        : compilePolicy(options.rules, trustSetNames, mode, warn),
    required,
    mode,
    clientAuthUsage: readChoice(
      options.clientAuthUsage,
      ["if-present", "required"],
      "clientAuthUsage",
    ),
    statuses: readStatuses(options.statuses),
    limits: readLimits(options.limits),
    onDecision,
    warn,
    clock,
  });
}

function readLimits(input: unknown): Limits {
  if (input === undefined) return defaultLimits;
  const names = Object.keys(defaultLimits) as (keyof Limits)[];
  const given = readObject(input, names, "limits", "{ certificates: 10 }");
  for (const [name, value] of Object.entries(given)) {
    // There is no number that means "unlimited": a limit that can be switched off will be.
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= 1) continue;
    throw new ConfigError(
      `limits.${name}`,
      "is not a positive whole number",
      "Write a number, or leave it out.",
    );
  }
  const limits: Limits = { ...defaultLimits, ...(given as Partial<Limits>) };
  if (limits.certificates > mostCertificates) {
    throw new ConfigError(
      "limits.certificates",
      `is more than ${mostCertificates}`,
      "No hierarchy needs that many; list intermediates in `trust` instead.",
    );
  }
  return Object.freeze(limits);
}

/** The options were typed when they were written; here it is only checked that they are functions at all. */
function checkFunction(value: unknown, option: string): void {
  if (value === undefined || typeof value === "function") return;
  throw new ConfigError(option, "is not a function", "Pass a function, or leave it out.");
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
