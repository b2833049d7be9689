import { oids } from "../asn1/oids.ts";
import type { PolicyMapping } from "../x509/certificate-policies.ts";

/**
 * Where a policy comes from: from anyPolicy above it, under the name that is kept here, or from the policies mapped to it.
 * One origin stands for a whole run of certificates that state the policy, where RFC 9618 has a node for each.
 */
type Origin = string | readonly Origin[];

/**
 * The valid_policy_graph of RFC 9618: its deepest level by name, all above it as origins. Each certificate costs time by
 * its own length alone, however many policies stand above it. Nothing is pruned (6.1.3 (d)(3)): whoever looks up from the
 * deepest level never meets a node without children.
 */
export class PolicyGraph {
  /** Nodes of the deepest level, anyPolicy left out, by the policy that the next certificate is expected to state. */
  #origins = new Map<string, Origin>();
  /** Whether the deepest level has a node of anyPolicy. */
  #hasAnyPolicy = true;

  /** Whether the RFC's graph would be NULL. */
  get isNull(): boolean {
    return this.#origins.size === 0 && !this.#hasAnyPolicy;
  }

  /** RFC 5280 6.1.3 (d): goes one level deeper. */
  addLevel(policies: readonly string[], anyPolicy: "accepted" | "inhibited"): void {
    const expected = this.#origins;
    const keepsAll = anyPolicy === "accepted" && policies.includes(oids.anyPolicy);
    // (d)(2): whatever was expected goes on, matched or not.
    const matched = keepsAll ? expected : new Map<string, Origin>();
    for (const policy of policies) {
      if (policy === oids.anyPolicy) continue;
      const origin = expected.get(policy) ?? (this.#hasAnyPolicy ? policy : undefined);
      if (origin !== undefined) matched.set(policy, origin);
    }
    this.#origins = matched;
    this.#hasAnyPolicy &&= keepsAll;
  }

  /** RFC 5280 6.1.4 (b)(1): replaces mapped policies by those of the subject's domain. */
  map(mappings: readonly PolicyMapping[]): void {
    const mapped = new Map<string, Origin[]>();
    for (const { issuerDomainPolicy, subjectDomainPolicy } of mappings) {
      const origin =
        this.#origins.get(issuerDomainPolicy) ??
        (this.#hasAnyPolicy ? issuerDomainPolicy : undefined);
      if (origin === undefined) continue;
      const origins = mapped.get(subjectDomainPolicy);
      if (origins === undefined) mapped.set(subjectDomainPolicy, [origin]);
      else origins.push(origin);
    }
    this.delete(mappings);
    for (const [policy, origins] of mapped) {
      const unmapped = this.#origins.get(policy);
      if (unmapped !== undefined) origins.push(unmapped);
      this.#origins.set(policy, origins);
    }
  }

  /** RFC 5280 6.1.4 (b)(2): where mapping is inhibited, policies that are mapped end. */
  delete(mappings: readonly PolicyMapping[]): void {
    for (const { issuerDomainPolicy } of mappings) this.#origins.delete(issuerDomainPolicy);
  }

  /** The authority_constrained_policy_set of 6.1.5 (g)(1) to (4), which RFC 9618 words anew. */
  authorityConstrainedPolicies(): ReadonlySet<string> {
    const policies = new Set<string>();
    const seen = new Set<Origin>();
    const open: Origin[] = [...this.#origins.values()];
    for (let origin = open.pop(); origin !== undefined; origin = open.pop()) {
      if (typeof origin === "string") {
        policies.add(origin);
      } else if (!seen.has(origin)) {
        // Mappings that meet again and again would be exponentially many ways up.
        seen.add(origin);
        for (const parent of origin) open.push(parent);
      }
    }
    if (this.#hasAnyPolicy) policies.add(oids.anyPolicy);
    return policies;
  }
}
