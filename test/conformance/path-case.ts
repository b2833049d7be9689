import type { WeakAlgorithm } from "./read-weak-labels.ts";
import type { SuiteCase } from "./suite.ts";

/** One case of a path suite, in the words of the engine. */
export interface PathCase extends SuiteCase {
  /** Names of extended key usages, each of which the certificate has to be good for. */
  readonly usages: readonly string[];
  /** PEM; what is trusted as it is. */
  readonly trusted: readonly string[];
  readonly intermediates: readonly string[];
  readonly leaf: string;
  /** In epoch milliseconds; undefined: now. */
  readonly time: number | undefined;
  readonly names: readonly CaseName[];
  readonly pathLength: number | undefined;
  /** PEM of revocation lists. */
  readonly lists: readonly string[];
  /** Whether every certificate needs a good status, or only those that a list speaks of. */
  readonly revocation: "if-covered" | "required";
  readonly policies: CasePolicies;
  readonly legacy: readonly WeakAlgorithm[];
  readonly expected: "SUCCESS" | "FAILURE";
  /** The user-constrained policy set of a path that is accepted; undefined: any will do. */
  readonly expectedPolicies: ReadonlySet<string> | undefined;
}

export interface CaseName {
  readonly type: "dns" | "ip" | "email";
  readonly value: string;
}

export interface CasePolicies {
  /** Dotted; undefined: any policy. */
  readonly accepted: readonly string[] | undefined;
  readonly requireExplicit: boolean;
  readonly inhibitMapping: boolean;
  readonly inhibitAny: boolean;
}

/** What the id says before `::`. */
export function namespaceOf({ id }: PathCase): string {
  const [namespace = ""] = id.split("::", 1);
  return namespace;
}
