import { isDottedOid, oid, oids } from "../asn1/oids.ts";
import { ConfigError } from "../base/config-error.ts";
import { printValue } from "../base/print-value.ts";
import { readBoolean, readObject } from "../base/read-option.ts";

/** Which certificate policies a path needs (RFC 5280 6.1.1). */
export interface PolicyOptions {
  /** The user-initial-policy-set (c): policies as dotted object identifiers, one of which every certificate of the path has to share. */
  readonly accepted?: readonly string[];
  /** initial-explicit-policy (e): whether a path without an accepted policy is refused. Default: true with `accepted`, else what the authorities demand. */
  readonly requireExplicit?: boolean;
  /** initial-policy-mapping-inhibit (d): whether policy mappings are not followed. Default: false. */
  readonly inhibitMapping?: boolean;
  /** initial-any-policy-inhibit (f): whether anyPolicy in a certificate stands for no policy. Default: false. */
  readonly inhibitAny?: boolean;
}

/** The inputs of RFC 5280 6.1.1 (c) to (f). */
export interface PolicyInputs {
  /** Object identifier keys of the policies that are accepted; undefined, or anyPolicy among them: any policy. */
  readonly initialPolicies: ReadonlySet<string> | undefined;
  readonly requireExplicitPolicy: boolean;
  readonly inhibitPolicyMapping: boolean;
  readonly inhibitAnyPolicy: boolean;
}

/** Nothing is asked: what authorities in the path constrain still counts. */
export const anyPolicies: PolicyInputs = Object.freeze({
  initialPolicies: undefined,
  requireExplicitPolicy: false,
  inhibitPolicyMapping: false,
  inhibitAnyPolicy: false,
});

export function readPolicyOptions(input: unknown, option: string): PolicyInputs {
  if (input === undefined) return anyPolicies;
  const options = readObject(
    input,
    ["accepted", "requireExplicit", "inhibitMapping", "inhibitAny"],
    option,
    '{ accepted: ["1.3.6.1.4.1.55555.1"] }',
  );
  const { accepted } = options;
  return Object.freeze({
    initialPolicies:
      accepted === undefined ? undefined : readPolicies(accepted, `${option}.accepted`),
    // Who lists policies means them: the RFC's own default would let paths without any pass.
    requireExplicitPolicy: readBoolean(
      options.requireExplicit,
      accepted !== undefined,
      `${option}.requireExplicit`,
    ),
    inhibitPolicyMapping: readBoolean(options.inhibitMapping, false, `${option}.inhibitMapping`),
    inhibitAnyPolicy: readBoolean(options.inhibitAny, false, `${option}.inhibitAny`),
  });
}

function readPolicies(input: unknown, option: string): ReadonlySet<string> | undefined {
  if (!Array.isArray(input) || input.length === 0) {
    throw new ConfigError(option, "is not a list of policies", "List one at least.");
  }
  const policies = new Set(
    [...(input as readonly unknown[])].map((policy, index) => {
      if (typeof policy === "string" && isDottedOid(policy)) return oid(policy);
      throw new ConfigError(
        `${option}[${index}]`,
        `${printValue(policy)} is not a dotted object identifier`,
        'Write it as "1.3.6.1.4.1.55555.1".',
      );
    }),
  );
  return policies.has(oids.anyPolicy) ? undefined : policies;
}
