import type { ClientIdentity } from "../identity/client-identity.ts";

/**
 * Says whether a verified client is meant. Only exactly `true` admits: a promise, a truthy value or an exception does
 * not. It is called at each request, so it should be quick; matchers of this package are asked once per client.
 */
export type ClientMatcher = (client: ClientIdentity) => boolean;

/** What the policy compiler has to know of a matcher. */
export interface MatcherTraits {
  /** For tools and messages, such as `dnsName("a.example")`. */
  readonly description: string;
  /** Compares names without naming the trust set that has to vouch for them: two authorities may issue the same name. */
  readonly needsTrustSet: boolean;
  /** Gives the same answer for the same client each time. */
  readonly isPure: boolean;
  /** The trust sets that it names. */
  readonly trustSets: readonly string[];
}

const knownTraits = new WeakMap<ClientMatcher, MatcherTraits>();

/** Nothing is known of a function that an application wrote. */
const unknownTraits: MatcherTraits = {
  description: "a function",
  needsTrustSet: false,
  isPure: false,
  trustSets: [],
};

/** What a matcher of this package says: undefined where neither yes nor no would be certain. */
export type Answer = (client: ClientIdentity) => boolean | undefined;

/** Makes a matcher of this package: the function, and what the compiler has to know of it. */
export function defineMatcher(traits: MatcherTraits, answer: Answer): ClientMatcher {
  // Undefined admits nobody, so that callers need not know of it.
  const matches = answer as ClientMatcher;
  knownTraits.set(matches, traits);
  return matches;
}

/**
 * Asks a matcher. A promise or a truthy value is neither yes nor no, and stays so: what `deny` combines must not become a no
 * on the way.
 */
export function askMatcher(matches: ClientMatcher, client: ClientIdentity): boolean | undefined {
  const answer: unknown = matches(client);
  if (typeof answer === "boolean") return answer;
  // An async function has answered nothing, and must not end the process when it rejects later.
  if (answer instanceof Promise) answer.catch(() => undefined);
  return undefined;
}

export function traitsOf(matcher: ClientMatcher): MatcherTraits {
  return knownTraits.get(matcher) ?? unknownTraits;
}
