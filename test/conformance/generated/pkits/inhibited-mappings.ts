import { extensions } from "@mtls-shield/testkit";
import { mappingPolicies } from "./mapping-policies.ts";
import type { PkitsAuthority } from "./pkits-authority.ts";
import type { PkitsSuite } from "./pkits-suite.ts";
import { p1, p2, p3, p4, p5 } from "./test-policies.ts";

/** PKITS 4.11 */
export function addInhibitedMappings(suite: PkitsSuite): void {
  addBothPolicies(suite);
  addLengths(suite);
  addSelfIssuedMappings(suite);
}

function addBothPolicies(suite: PkitsSuite): void {
  const zero = suite.anchor
    .subordinate("inhibitPolicyMapping0 CA", inhibiting(0))
    .subordinate("inhibitPolicyMapping0 subCA", mappingPolicies([p1, p2]));
  const either = zero.endEntity({ policies: [p1, p2] });
  suite.refuses("4.11.1", "policy-missing", "refuses a mapping below a 0", either);

  const ca = suite.anchor.subordinate("inhibitPolicyMapping1 P12 CA", {
    ...inhibiting(1),
    policies: [p1, p2],
  });
  const sub = ca.subordinate("inhibitPolicyMapping1 P12 subCA", {
    ...mappingPolicies([p1, p3], [p2, p4]),
    policies: [p1, p2],
  });
  const third = sub.endEntity({ policies: [p3] });
  suite.accepts("4.11.2", "accepts a mapping below a 1", third, { policies: [p1] });
  const subsub = sub.subordinate("inhibitPolicyMapping1 P12 subsubCA", {
    ...mappingPolicies([p3, p5]),
    policies: [p3, p4],
  });
  const fifth = subsub.endEntity({ policies: [p5] });
  suite.refuses("4.11.3", "policy-missing", "refuses a mapping two below a 1", fifth);
  const fourth = subsub.endEntity({ policies: [p4] });
  suite.accepts("4.11.4", "accepts what is not mapped two below a 1", fourth, { policies: [p2] });

  const late = ca
    .subordinate("inhibitPolicyMapping1 P12 subCAIPM5", { ...inhibiting(5), policies: [p1, p2] })
    .subordinate("inhibitPolicyMapping1 P12 subsubCAIPM5", {
      ...mappingPolicies([p1, p3]),
      policies: [p1, p2],
    });
  const lengthened = late.endEntity({ policies: [p3] });
  suite.refuses("4.11.6", "policy-missing", "lets no later 5 lengthen a 1", lengthened);
}

function addLengths(suite: PkitsSuite): void {
  const five = suite.anchor
    .subordinate("inhibitPolicyMapping5 CA", inhibiting(5))
    .subordinate("inhibitPolicyMapping5 subCA", inhibiting(1))
    .subordinate("inhibitPolicyMapping5 subsubCA")
    .subordinate("inhibitPolicyMapping5 subsubsubCA", mappingPolicies([p1, p2]));
  suite.refuses(
    "4.11.5",
    "policy-missing",
    "lets a later 1 shorten a 5",
    five.endEntity({ policies: [p2] }),
  );
}

function addSelfIssuedMappings(suite: PkitsSuite): void {
  const prefix = "inhibitPolicyMapping1 P1";
  const ca = suite.anchor.subordinate(`${prefix} CA`, inhibiting(1));
  const sub = ca.selfIssued().subordinate(`${prefix} subCA`, mappingPolicies([p1, p2]));
  const further = { ...mappingPolicies([p2, p3]), policies: [p2] };
  const seventh = sub.endEntity({ policies: [p2] });
  suite.accepts("4.11.7", "does not count a self-issued authority", seventh, { policies: [p1] });
  const pair = (ids: readonly [string, string], issuer: PkitsAuthority, what: string) => {
    const target = issuer.endEntity({ policies: [p3] });
    suite.refuses(ids[0], "policy-missing", `refuses the target of a mapping by ${what}`, target);
    const mapped = issuer.endEntity({ policies: [p2] });
    suite.refuses(ids[1], "policy-missing", `refuses the policy that is mapped by ${what}`, mapped);
  };
  pair(["4.11.8", "4.11.9"], sub.subordinate(`${prefix} subsubCA`, further), "a second authority");
  pair(["4.11.10", "4.11.11"], sub.selfIssued(further), "a second self-issued one");
}

/** An authority that limits mappings, and under which a policy is required. */
function inhibiting(inhibitPolicyMapping: number) {
  return {
    moreExtensions: [
      extensions.policyConstraints({ requireExplicitPolicy: 0, inhibitPolicyMapping }),
    ],
  };
}
