import { METHODS } from "node:http";
import { ConfigError } from "../base/config-error.ts";
import type { ConfigWarning } from "../base/config-warning.ts";
import { reason, type Reason } from "../reasons/reason.ts";
import { compileRule, type CompiledRule } from "./compile-rule.ts";
import { readAuthority } from "./authority.ts";
import { covers, printRoutePattern, type RoutePattern } from "./route-pattern.ts";
import { RouteTree } from "./route-tree.ts";
import { foldCase, readTarget } from "./target-readings.ts";

/** What a policy sees of a request. */
export interface RoutedRequest {
  readonly method: string;
  /** Methods that method-override headers ask for: a router behind the shield may follow them. */
  readonly overrideMethods: readonly string[];
  /** The request target as it came. */
  readonly target: string;
  /** What something before the shield may have rewritten the target to; empty when nothing did. */
  readonly rewrittenTargets: readonly string[];
  /** Every Host header (or `:authority`). */
  readonly hosts: readonly string[];
}

/** The rules that a request has to pass: one, or one for each reading of its target that meets another. */
export type Routing =
  | { readonly outcome: "routed"; readonly rules: readonly [CompiledRule, ...CompiledRule[]] }
  | { readonly outcome: "refused"; readonly reason: Reason };

/** Targets that are asked for again and again are short; at most about 1 MB of them is kept. */
const longestRemembered = 256;
const mostRemembered = 1_024;

/** Rules, ready to be asked. */
export class CompiledPolicy {
  readonly rules: readonly CompiledRule[];
  readonly #exact = new RouteTree();
  readonly #folded = new RouteTree();
  /** Some rule writes letters that a router may fold. */
  readonly #hasCase: boolean;
  readonly #usesHosts: boolean;
  /** What `route` returns for each single rule, made once. */
  readonly #routings: readonly Routing[];
  /** By target and method, where nothing else of a request counts. */
  readonly #bareTargets = new Map<string, Map<string, Routing>>();

  constructor(rules: readonly CompiledRule[]) {
    this.rules = rules;
    for (const { position, pattern } of rules) {
      this.#exact.add(position, pattern, spellings);
      this.#folded.add(position, pattern, (segment) => distinct(spellings(segment).map(foldCase)));
    }
    this.#hasCase = rules.some(({ pattern }) =>
      pattern.segments.some((segment) => foldCase(segment) !== segment),
    );
    this.#usesHosts = rules.some(({ pattern }) => pattern.host !== undefined);
    this.#routings = rules.map((rule) => ({ outcome: "routed", rules: [rule] }));
  }

  /** Finds the rules for a request, in every reading of its target, method and host. */
  route(request: RoutedRequest): Routing {
    // What else a request says can only add readings; where it says nothing, method and target decide alone.
    const isBare =
      !this.#usesHosts &&
      request.rewrittenTargets.length === 0 &&
      request.overrideMethods.length === 0;
    if (!isBare) return this.#findRouting(request);
    const known = this.#bareTargets.get(request.target)?.get(request.method);
    if (known !== undefined) return known;
    const routing = this.#findRouting(request);
    if (routing.outcome === "routed") this.#remember(request, routing);
    return routing;
  }

  /** An absolute target is left out: it has to agree with the Host header of its request. So are methods that a client of HTTP/2 invents. */
  #remember({ target, method }: RoutedRequest, routing: Routing): void {
    if (!target.startsWith("/") || target.length > longestRemembered) return;
    if (!METHODS.includes(method)) return;
    if (this.#bareTargets.size >= mostRemembered) this.#bareTargets.clear();
    const methods = this.#bareTargets.get(target) ?? new Map<string, Routing>();
    this.#bareTargets.set(target, methods.set(method, routing));
  }

  #findRouting(request: RoutedRequest): Routing {
    const readings = readTarget(request.target);
    if (readings === undefined) return refuse("target-ambiguous");
    const hosts =
      this.#usesHosts || readings.authority !== undefined
        ? readAuthority(request.hosts, readings.authority)
        : noHost;
    if (hosts === undefined) return refuse("host-ambiguous");
    const [path] = readings.paths;
    const isPlain =
      path !== undefined &&
      readings.paths.length === 1 &&
      hosts.length === 1 &&
      !readings.hasCase &&
      !this.#hasCase &&
      request.rewrittenTargets.length === 0 &&
      request.overrideMethods.length === 0;
    if (isPlain) {
      const position = this.#exact.find({ path, method: request.method, host: hosts[0] });
      return this.#routings[position] ?? refuse("no-rule-matches");
    }
    return this.#routeReadings(request, hosts, readings);
  }

  #routeReadings(
    request: RoutedRequest,
    hosts: readonly (string | undefined)[],
    readings: { readonly paths: readonly string[]; readonly hasEncodedSlash: boolean },
  ): Routing {
    const all = [readings];
    for (const target of request.rewrittenTargets) {
      const rewritten = readTarget(target);
      if (rewritten === undefined) return refuse("target-ambiguous");
      all.push(rewritten);
    }
    const paths = distinct(all.flatMap((each) => each.paths));
    const folded = distinct(paths.map(foldCase));
    const methods = distinct([request.method, ...request.overrideMethods]);
    if (methods.length > maximumMethods) return refuse("method-ambiguous");
    const positions = new Set<number>();
    for (const host of hosts) {
      for (const method of methods) {
        for (const path of paths) positions.add(this.#exact.find({ path, method, host }));
        for (const path of folded) positions.add(this.#folded.find({ path, method, host }));
      }
    }
    const rules = [...positions].map((position) => this.rules[position]);
    // The first refusal is the answer: one that is only reported must not come before one that counts.
    const matched = rules
      .filter((rule) => rule !== undefined)
      .sort((a, b) => Number(b.enforced) - Number(a.enforced));
    const [first, ...others] = matched;
    if (first === undefined || matched.length < rules.length) return refuse("no-rule-matches");
    const hasEncodedSlash = all.some((each) => each.hasEncodedSlash);
    if (hasEncodedSlash && !matched.every((rule) => rule.allowEncodedSlash)) {
      return refuse("target-ambiguous");
    }
    return { outcome: "routed", rules: [first, ...others] };
  }
}

/** Where no rule names a host and the target none either, it is not read. */
const noHost = [undefined] as const;

/** The method of the request and those of the three headers that libraries follow, one each. */
const maximumMethods = 4;

function refuse(
  code: "target-ambiguous" | "method-ambiguous" | "host-ambiguous" | "no-rule-matches",
): Routing {
  return { outcome: "refused", reason: reason(code) };
}

/** A literal segment in the forms that a raw path may have it: as it is, and percent-encoded as clients do. */
function spellings(segment: string): readonly string[] {
  return distinct([segment, encodeURI(segment), encodeURIComponent(segment)]);
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}

/** Reads the `rules` option. A rule that can never match is an error; one that leaves a sibling open is a warning. */
export function compilePolicy(
  input: unknown,
  trustSets: readonly string[] | undefined,
  mode: "enforce" | "report",
  warn: (warning: ConfigWarning) => void,
): CompiledPolicy {
  if (!Array.isArray(input)) {
    throw new ConfigError(
      "rules",
      "is not a list",
      'Write rules: [{ match: "* /**", allow: "any-client" }].',
    );
  }
  if (input.length === 0) {
    throw new ConfigError(
      "rules",
      "is an empty list, which would refuse every request",
      "Leave it out to admit every verified client, or write a rule.",
    );
  }
  // A hole in a list is no rule, and map() would step over it.
  const rules = Array.from(input, (rule: unknown, position) =>
    compileRule(rule, position, trustSets, mode),
  );
  rules.forEach((rule, position) => {
    requireReachable(rule, rules.slice(0, position));
  });
  const policy = new CompiledPolicy(rules);
  for (const rule of rules) warnOfOpenSiblings(rule, policy, warn);
  return policy;
}

/** Every method of a rule has to get past the rules before it. */
function requireReachable(rule: CompiledRule, earlier: readonly CompiledRule[]): void {
  const before = earlier.filter((other) => covers(other.pattern, rule.pattern));
  const coveredFor = (method: string): boolean =>
    before.some(({ pattern }) => pattern.methods === undefined || pattern.methods.has(method));
  const methods = [...(rule.pattern.methods ?? METHODS)];
  if (before.length === 0 || !methods.every(coveredFor)) return;
  throw new ConfigError(
    `rules[${rule.position}]`,
    `"${rule.name}" can never match: ${before.map(({ position }) => `rules[${position}]`).join(" and ")} ` +
      "matches all of it first",
    "Move it up, or remove it: the first rule that matches decides.",
  );
}

/** A rule for `/admin/*` says nothing of `/admin` and of what lies deeper: a weaker rule may let everyone in there. */
function warnOfOpenSiblings(
  rule: CompiledRule,
  policy: CompiledPolicy,
  warn: (warning: ConfigWarning) => void,
): void {
  const { pattern } = rule;
  if (pattern.segments.at(-1) !== "*" || rule.allow === "anyone") return;
  const prefix = pattern.segments.slice(0, -1);
  const open = [prefix, [...prefix, "*", "*"]].filter((sibling) => {
    const weaker = firstRule(policy, { ...pattern, segments: sibling });
    return weaker !== undefined && weaker !== rule && strictness(weaker) < strictness(rule);
  });
  if (open.length === 0) return;
  const paths = open.map((segments) => `/${segments.join("/")}`).join(" and ");
  warn({
    option: `rules[${rule.position}]`,
    message:
      `"${printRoutePattern(pattern)}" leaves ${paths} to a weaker rule. ` +
      `If that is not meant, write /${[...prefix, "**"].join("/")}, which includes the bare prefix.`,
  });
}

function strictness({ allow }: CompiledRule): number {
  return allow === "anyone" ? 0 : allow === "any-client" ? 1 : 2;
}

/** The rule for a sample of the pattern, with a word that nobody writes in place of each star. */
function firstRule(
  policy: CompiledPolicy,
  { methods, host, segments }: RoutePattern,
): CompiledRule | undefined {
  const sample = segments.map((segment) => (segment.startsWith("*") ? "-" : segment));
  const [method = "GET"] = methods ?? [];
  const routing = policy.route({
    method,
    overrideMethods: [],
    target: `/${sample.map(encodeURIComponent).join("/")}`,
    rewrittenTargets: [],
    hosts: [host?.replace("*", "-") ?? "-"],
  });
  return routing.outcome === "routed" ? routing.rules[0] : undefined;
}
