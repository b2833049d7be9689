import { ConfigError } from "../base/config-error.ts";
import { readBoolean, readChoice, readObject } from "../base/read-option.ts";
import { traitsOf, type ClientMatcher } from "./client-matcher.ts";
import { requireMatchers } from "./matchers.ts";
import { parseRoutePattern, printRoutePattern, type RoutePattern } from "./route-pattern.ts";

/** A rule with every option read and every default filled in. */
export interface CompiledRule {
  readonly position: number;
  readonly name: string;
  readonly pattern: RoutePattern;
  readonly allow: "anyone" | "any-client" | readonly ClientMatcher[];
  readonly deny: readonly ClientMatcher[];
  /** Undefined: any trust set. */
  readonly trust: readonly string[] | undefined;
  readonly enforced: boolean;
  readonly allowEncodedSlash: boolean;
  /** The answer for one client is always the same. */
  readonly isPure: boolean;
}

const ruleKeys = [
  "name",
  "match",
  "methods",
  "host",
  "path",
  "allow",
  "deny",
  "trust",
  "mode",
  "allowEncodedSlash",
] as const;

/** Reads one rule; `trustSets` are the names that exist, undefined when the TLS server's own `ca` is the only set. */
export function compileRule(
  input: unknown,
  position: number,
  trustSets: readonly string[] | undefined,
  defaultMode: "enforce" | "report",
): CompiledRule {
  const option = `rules[${position}]`;
  const example = '{ match: "GET /health", allow: "anyone" }';
  const rule = readObject(input, ruleKeys, option, example);
  const pattern = parseRoutePattern(rule, option);
  const allow = readAllow(rule.allow, `${option}.allow`);
  const deny = rule.deny === undefined ? [] : readMatchers(rule.deny, `${option}.deny`);
  const trust = readTrustNames(rule.trust, trustSets, `${option}.trust`);
  if (allow === "anyone" && deny.length > 0) {
    throw new ConfigError(
      `${option}.allow`,
      'is "anyone" beside `deny`, which a client gets around by sending no certificate',
      'Write "any-client", or leave `deny` out.',
    );
  }
  const matchers = typeof allow === "string" ? deny : [...allow, ...deny];
  checkTrustOfMatchers(matchers, trust, trustSets, option);
  return Object.freeze({
    position,
    name: readName(rule.name, `${option}.name`) ?? printRoutePattern(pattern),
    pattern,
    allow,
    deny,
    trust,
    enforced:
      readChoice(rule.mode, ["enforce", "report"], `${option}.mode`, defaultMode) === "enforce",
    allowEncodedSlash: readBoolean(rule.allowEncodedSlash, false, `${option}.allowEncodedSlash`),
    isPure: matchers.every((matcher) => traitsOf(matcher).isPure),
  });
}

function readAllow(value: unknown, option: string): CompiledRule["allow"] {
  if (value === "anyone") return value;
  if (value === undefined) {
    throw new ConfigError(
      option,
      "is missing",
      'Write "anyone", "any-client", a matcher or a list of matchers.',
    );
  }
  return readAllowedClients(value, option);
}

/** Which verified clients are meant: every one, or those of a matcher or a list of them. */
export function readAllowedClients(
  value: unknown,
  option: string,
): "any-client" | readonly ClientMatcher[] {
  return value === "any-client" ? value : readMatchers(value, option);
}

function readMatchers(value: unknown, option: string): readonly ClientMatcher[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) {
    throw new ConfigError(
      option,
      "is an empty list",
      'Write "any-client" to mean every verified client.',
    );
  }
  requireMatchers(list, option);
  return Object.freeze([...(list as readonly ClientMatcher[])]);
}

function readTrustNames(
  value: unknown,
  trustSets: readonly string[] | undefined,
  option: string,
): readonly string[] | undefined {
  if (value === undefined) return undefined;
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0)
    throw new ConfigError(option, "is an empty list", "Leave it out for any trust set.");
  for (const name of list) requireTrustSet(name, trustSets, option);
  return Object.freeze([...(list as readonly string[])]);
}

function requireTrustSet(
  name: unknown,
  trustSets: readonly string[] | undefined,
  option: string,
): void {
  if (typeof name === "string" && trustSets?.includes(name) === true) return;
  throw new ConfigError(
    option,
    `${JSON.stringify(name)} is not the name of a trust set`,
    trustSets === undefined
      ? "Pass `trust: { name: certificates, ... }` to give trust sets names."
      : `The trust sets are: ${trustSets.join(", ")}.`,
  );
}

/** Two authorities may issue the same name, so a name counts only together with the one who vouches for it. */
function checkTrustOfMatchers(
  matchers: readonly ClientMatcher[],
  trust: readonly string[] | undefined,
  trustSets: readonly string[] | undefined,
  option: string,
): void {
  for (const matcher of matchers) {
    const traits = traitsOf(matcher);
    for (const name of traits.trustSets) {
      requireTrustSet(name, trustSets, `${option} ${traits.description}`);
      if (trust !== undefined && !trust.includes(name)) {
        throw new ConfigError(
          `${option} ${traits.description}`,
          `names the trust set "${name}", which the rule's own \`trust\` leaves out, so it can never match`,
          "Name the same trust set in both.",
        );
      }
    }
    if (traits.needsTrustSet && (trustSets?.length ?? 1) > 1 && trust?.length !== 1) {
      throw new ConfigError(
        `${option}.trust`,
        `${traits.description} compares names, and there are several trust sets, each of which may issue them`,
        "Name the one trust set that has to vouch for the client.",
      );
    }
  }
}

function readName(value: unknown, option: string): string | undefined {
  if (value === undefined || (typeof value === "string" && value !== "")) return value;
  throw new ConfigError(option, "is not a name", "Pass a string, or leave it out.");
}
