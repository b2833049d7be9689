import { extensions } from "@mtls-shield/testkit";
import type { PkitsSuite } from "./pkits-suite.ts";
import { anyPolicy, p1 } from "./test-policies.ts";

const any = { policies: [anyPolicy] };

/** PKITS 4.12 */
export function addInhibitedAnyPolicy(suite: PkitsSuite): void {
  const policies = [p1];
  const zero = suite.anchor.subordinate("inhibitAnyPolicy0 CA", inhibiting(0));
  suite.refuses("4.12.1", "policy-missing", "refuses any policy below a 0", zero.endEntity(any));
  const both = zero.endEntity({ policies: [anyPolicy, p1] });
  suite.accepts("4.12.2", "accepts a policy beside any policy below a 0", both, { policies });

  const one = suite.anchor.subordinate("inhibitAnyPolicy1 CA", inhibiting(1));
  const sub = one.subordinate("inhibitAnyPolicy1 subCA1", any);
  const third = sub.endEntity();
  suite.accepts("4.12.3.1", "accepts any policy of an authority below a 1", third, { policies });
  suite.refuses("4.12.3.2", "policy-missing", "refuses it where the input forbids it", third, {
    inhibitAny: true,
  });
  suite.refuses("4.12.4", "policy-missing", "refuses any policy two below a 1", sub.endEntity(any));

  const five = suite.anchor
    .subordinate("inhibitAnyPolicy5 CA", inhibiting(5))
    .subordinate("inhibitAnyPolicy5 subCA", inhibiting(1))
    .subordinate("inhibitAnyPolicy5 subsubCA");
  suite.refuses("4.12.5", "policy-missing", "lets a later 1 shorten a 5", five.endEntity(any));
  const later = one.subordinate("inhibitAnyPolicy1 subCAIAP5", inhibiting(5));
  suite.refuses("4.12.6", "policy-missing", "lets no later 5 lengthen a 1", later.endEntity(any));

  const below = one.selfIssued().subordinate("inhibitAnyPolicy1 subCA2", any);
  const seventh = below.endEntity();
  suite.accepts("4.12.7", "does not count a self-issued authority", seventh, { policies });
  const subsub = below.subordinate("inhibitAnyPolicy1 subsubCA2", any);
  suite.refuses(
    "4.12.8",
    "policy-missing",
    "counts an authority with any policy",
    subsub.endEntity(),
  );
  const ninth = below.selfIssued(any).endEntity();
  suite.accepts("4.12.9", "allows any policy in a self-issued authority", ninth, { policies });
  const tenth = below.endSelfIssued(any);
  suite.refuses("4.12.10", "policy-missing", "allows no any policy in a self-issued end", tenth);
}

function inhibiting(skipCertificates: number) {
  return {
    moreExtensions: [
      extensions.policyConstraints({ requireExplicitPolicy: 0 }),
      extensions.inhibitAnyPolicy(skipCertificates),
    ],
  };
}
