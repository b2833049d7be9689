import { ConfigError } from "./base/config-error.ts";
import { isSameList } from "./base/is-same-list.ts";
import { setOrigin, type ContextOrigin } from "./context-origin.ts";
import { describeFault } from "./base/describe-fault.ts";
import type { AnonymousContext, DenyDecision, MtlsContext } from "./decision/decision.ts";
import { deny } from "./decision/deny.ts";
import { createDecisionReporter, type DecisionReporter } from "./events/decision-reporter.ts";
import type { Notices } from "./events/notices.ts";
import { Authenticator, type Authority, type VerifiedClient } from "./identity/authenticator.ts";
import type { Waits } from "./revocation/revocation.ts";
import { defaultTrustSetName, readTrust } from "./path/trust-input.ts";
import { compileRule, type CompiledRule } from "./policy/compile-rule.ts";
import { judgeClient } from "./policy/judge-client.ts";
import { mostUseful } from "./reasons/most-useful.ts";
import { reason, type Reason } from "./reasons/reason.ts";
import { readServerAuthorities } from "./sources/server-authorities.ts";
import type { TlsConnection } from "./sources/tls-connection.ts";
import type { ShieldConfig } from "./shield-options.ts";
import type { ShieldRequest } from "./shield-request.ts";

/** How often a request is judged anew while it waits: its path has a few certificates, and each a few to ask. */
const mostRounds = 64;
const timeIsUp = Symbol("time is up");

/** Why a request that was admitted would be refused now; undefined: it would not. */
export type Reconsideration = DenyDecision | undefined;

/** The authorities that count for one TLS server's connections, or why there are none. */
type Authorities = readonly Authority[] | Reason;

/** Joins the stages, for one state of the options: a reload makes another. A test gives it authorities of its own. */
export class Engine {
  readonly #config: ShieldConfig;
  readonly #configured: readonly Authority[] | undefined;
  /** Without a `trust` option: by server, as long as its `ca` stays the same. */
  readonly #byServer = new WeakMap<
    object,
    { readonly ca: unknown; readonly authorities: Authorities }
  >();
  /** The rule when there are no rules. */
  readonly #everyClient: CompiledRule;
  /** Contexts of pure rules, by rule and client: the request path makes no object. */
  readonly #contexts = new WeakMap<CompiledRule, WeakMap<VerifiedClient, MtlsContext>>();
  readonly #report: DecisionReporter | undefined;
  /** Not the engine itself: a context may live as long as a socket, and what it was judged by should not. */
  readonly #origin: ContextOrigin;

  /** `shield` is the face that stays the same when options change. */
  constructor(shield: object, config: ShieldConfig, authorities: readonly Authority[] | undefined) {
    this.#config = config;
    this.#configured = authorities;
    const mode = config.required ? config.mode : "report";
    const rule = { name: "default", match: "* /**", allow: "any-client" };
    this.#everyClient = compileRule(rule, 0, undefined, mode);
    const { onDecision, clock, notices, statuses, trustSetNames } = config;
    this.#report = onDecision && createDecisionReporter(onDecision, clock, notices);
    this.#origin = Object.freeze({
      shield,
      statuses,
      trustSetNames: trustSetNames ?? [defaultTrustSetName],
      report: this.#report,
      notices,
    });
  }

  decide(request: ShieldRequest): MtlsContext {
    return this.#told(request, this.#decideSafely(request));
  }

  decideWhenKnown(request: ShieldRequest): MtlsContext | Promise<MtlsContext> {
    const waits: Waits = [];
    const context = this.#decideSafely(request, waits);
    return waits.length === 0 ? this.#told(request, context) : this.#decideLater(request, waits);
  }

  /** Judges an admitted request anew, and tells nobody unless it is refused now. */
  reconsider(request: ShieldRequest): Reconsideration | Promise<Reconsideration> {
    const waits: Waits = [];
    const context = this.#decideSafely(request, waits);
    if (waits.length === 0) return this.#reconsidered(request, context);
    return this.#waitAndDecide(request, waits).then((known) => this.#reconsidered(request, known));
  }

  /** Refuses a request for what its adapter found. */
  refuse(request: ShieldRequest, why: Reason): MtlsContext {
    return this.#told(request, this.#deny(why, undefined, true));
  }

  /** One answer may lead to the next question, so it may have to wait again: all in all no longer than the time limit. */
  async #decideLater(request: ShieldRequest, first: Waits): Promise<MtlsContext> {
    return this.#told(request, await this.#waitAndDecide(request, first));
  }

  async #waitAndDecide(request: ShieldRequest, first: Waits): Promise<MtlsContext> {
    try {
      return await this.#decideInTime(request, first);
    } catch (cause) {
      return this.#deny(reason("engine-failed", { cause }), undefined, true);
    }
  }

  async #decideInTime(request: ShieldRequest, first: Waits): Promise<MtlsContext> {
    const { timers, revocation } = this.#config;
    let cancel = (): void => undefined;
    const over = new Promise<typeof timeIsUp>((resolve) => {
      const end = (): void => {
        resolve(timeIsUp);
      };
      cancel = timers.after(revocation.timeoutMs, end, "keep-alive");
    });
    try {
      let waits = first;
      for (let round = 0; round < mostRounds; round++) {
        // Each answer may be the one that was missing.
        if ((await Promise.race([...waits, over])) === timeIsUp) break;
        const more: Waits = [];
        const context = this.#decideSafely(request, more);
        if (more.length === 0) return context;
        waits = more;
      }
      return this.#decideSafely(request);
    } finally {
      cancel();
    }
  }

  #reconsidered(request: ShieldRequest, context: MtlsContext): Reconsideration {
    const { decision } = context;
    if (decision.outcome === "allow" || !decision.enforced) return undefined;
    this.#told(request, context);
    return decision;
  }

  #told(request: ShieldRequest, context: MtlsContext): MtlsContext {
    const { decision } = context;
    if (decision.outcome === "deny" && decision.reason.category === "engine") {
      noticeEngineFault(this.#config.notices, decision.reason);
    }
    this.#report?.("shield", request, decision);
    return context;
  }

  #decideSafely(request: ShieldRequest, waits?: Waits): MtlsContext {
    try {
      return this.#decide(request, waits);
    } catch (cause) {
      return this.#deny(reason("engine-failed", { cause }), undefined, true);
    }
  }

  #decide(request: ShieldRequest, waits: Waits | undefined): MtlsContext {
    const now = this.#config.clock();
    const { policy } = this.#config;
    if (policy === undefined) return this.#apply(this.#everyClient, request.connection, now, waits);
    const routing = policy.route(request);
    if (routing.outcome === "refused") {
      return this.#denyUnrouted(routing.reason, request.connection, now, waits);
    }
    const [first, ...others] = routing.rules;
    let context = this.#apply(first, request.connection, now, waits);
    // Every reading of the target has to be admitted; who is known by any of them is known.
    for (const rule of others) {
      if (isRefused(context)) return context;
      const next = this.#apply(rule, request.connection, now, waits);
      if (isRefused(next) || !context.authenticated) context = next;
    }
    return context;
  }

  /** Asks one rule about the client at the other end. */
  #apply(
    rule: CompiledRule,
    connection: TlsConnection,
    now: number,
    waits: Waits | undefined,
  ): MtlsContext {
    const authorities = this.#authoritiesFor(connection);
    if (!isList(authorities)) return this.#anonymous(rule, authorities);
    let denied: MtlsContext | undefined;
    const refusals: Reason[] = [];
    for (const authenticator of authorities) {
      if (rule.trust?.includes(authenticator.name) === false) continue;
      const authentication = authenticator.authenticate(connection, now, waits);
      if (authentication.outcome === "refused") {
        refusals.push(authentication.reason);
        continue;
      }
      const context = this.#contextFor(rule, authentication);
      if (context.decision.outcome === "allow") return context;
      denied ??= context;
    }
    if (denied !== undefined) return denied;
    const [first, ...others] = refusals;
    const isKnownElsewhere =
      rule.trust !== undefined &&
      authorities.some((other) => other.authenticate(connection, now).outcome === "verified");
    if (first === undefined || isKnownElsewhere)
      return this.#anonymous(rule, reason("trust-set-mismatch"));
    return this.#anonymous(rule, mostUseful([first, ...others]));
  }

  #contextFor(rule: CompiledRule, verified: VerifiedClient): MtlsContext {
    if (!rule.isPure) return this.#judge(rule, verified);
    let contexts = this.#contexts.get(rule);
    if (contexts === undefined) this.#contexts.set(rule, (contexts = new WeakMap()));
    let context = contexts.get(verified);
    if (context === undefined) contexts.set(verified, (context = this.#judge(rule, verified)));
    return context;
  }

  #judge(rule: CompiledRule, { client, warnings }: VerifiedClient): MtlsContext {
    const why = judgeClient(rule, client);
    return this.#made({
      authenticated: true,
      client,
      decision:
        why === undefined
          ? Object.freeze({ outcome: "allow", client, rule: rule.name, warnings })
          : deny(why, { client, rule: rule.name, enforced: rule.enforced, warnings }),
    });
  }

  #anonymous(rule: CompiledRule, why: Reason): AnonymousContext {
    if (rule.allow !== "anyone") return this.#deny(why, rule.name, rule.enforced);
    // A certificate that was refused is worth a remark where nobody needs one; that there was none is not.
    const warnings = why.code === "certificate-missing" || why.code === "tls-required" ? [] : [why];
    const decision = Object.freeze({
      outcome: "allow" as const,
      client: undefined,
      rule: rule.name,
      warnings: Object.freeze(warnings),
    });
    return this.#made({ authenticated: false, client: undefined, reason: why, decision });
  }

  #denyUnrouted(
    why: Reason,
    connection: TlsConnection,
    now: number,
    waits: Waits | undefined,
  ): MtlsContext {
    if (this.#config.mode === "enforce") return this.#deny(why, undefined, true);
    // In report mode the request goes on, and its handler may want to know the client.
    const known = this.#apply(this.#everyClient, connection, now, waits);
    if (!known.authenticated) return this.#deny(why, undefined, false);
    const { client } = known;
    return this.#made({
      authenticated: true,
      client,
      decision: deny(why, { client, enforced: false }),
    });
  }

  #deny(why: Reason, rule: string | undefined, enforced: boolean): AnonymousContext {
    const decision = deny(why, { rule, enforced });
    return this.#made({ authenticated: false, client: undefined, reason: why, decision });
  }

  #made<Context extends MtlsContext>(context: Context): Context {
    Object.freeze(context);
    setOrigin(context, this.#origin);
    return context;
  }

  #authoritiesFor(connection: TlsConnection): Authorities {
    if (this.#configured !== undefined) return this.#configured;
    if (!connection.isEncrypted) return reason("tls-required");
    const { server } = connection.socket;
    const found = readServerAuthorities(server);
    if (server === undefined || found.outcome === "hidden") return reason("trust-hidden");
    if (found.outcome === "missing") return reason("trust-missing");
    const known = this.#byServer.get(server);
    if (known !== undefined && isSameAuthorities(known.ca, found.ca)) return known.authorities;
    const authorities = this.#readServerCa(found.ca);
    // A copy, since the application may change its own list before it sets the context anew.
    this.#byServer.set(server, {
      ca: Array.isArray(found.ca) ? [...(found.ca as readonly unknown[])] : found.ca,
      authorities,
    });
    return authorities;
  }

  #readServerCa(ca: unknown): Authorities {
    try {
      const { limits, validation, revocation, chains, clock, warn } = this.#config;
      const sets = readTrust({ roots: ca }, { ...validation, now: clock(), warn });
      return sets.map(
        (trust) => new Authenticator(trust, limits, validation, revocation.of(trust.name), chains),
      );
    } catch (cause) {
      if (cause instanceof ConfigError) return reason("trust-unusable", { cause });
      throw cause;
    }
  }
}

function isList(authorities: Authorities): authorities is readonly Authority[] {
  return Array.isArray(authorities);
}

function isSameAuthorities(some: unknown, others: unknown): boolean {
  if (!Array.isArray(some) || !Array.isArray(others)) return some === others;
  return isSameList(some, others);
}

function isRefused({ decision }: MtlsContext): boolean {
  return decision.outcome === "deny";
}

/** The client learns nothing of a fault that only the operator can mend, so the operator has to be told. */
export function noticeEngineFault(notices: Notices, { code, summary, cure, cause }: Reason): void {
  const fault = cause === undefined ? "" : ` (${describeFault(cause)})`;
  const message = `requests are refused with ${code}: ${summary}${fault} ${cure}`;
  notices.once(code, { option: "mtls", message });
}
