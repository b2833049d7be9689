import { extensions } from "@mtls-shield/testkit";
import type { PkitsChanges } from "./pkits-authority.ts";

/** An authority that maps policies, and under which one is required. */
export function mappingPolicies(
  ...pairs: readonly (readonly [issuerDomain: string, subjectDomain: string])[]
): Required<Pick<PkitsChanges, "moreExtensions">> {
  const required = extensions.policyConstraints({ requireExplicitPolicy: 0 });
  return { moreExtensions: [required, extensions.policyMappings(...pairs)] };
}
