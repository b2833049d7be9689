import { extensions } from "@mtls-shield/testkit";
import type { PkitsAuthority } from "./pkits-authority.ts";
import { policiesWithNotices, policyWithStatement } from "./pkits-extensions.ts";
import type { PkitsSuite } from "./pkits-suite.ts";
import { anyPolicy, p1, p2, p3, p4 } from "./test-policies.ts";

const explicit = { moreExtensions: [extensions.policyConstraints({ requireExplicitPolicy: 0 })] };

/** PKITS 4.8 */
export function addPolicies(suite: PkitsSuite): void {
  const p12 = suite.anchor.subordinate("Policies P12 CA", { policies: [p1, p2], ...explicit });
  addOnePolicy(suite);
  addDifferent(suite);
  addEmptyIntersections(suite, p12);
  addSamePolicies(suite, p12);
  addAnyPolicy(suite);
  addQualifiers(suite, p12);
}

function addOnePolicy(suite: PkitsSuite): void {
  const same = suite.good.endEntity();
  const requireExplicit = true;
  const policies = [p1];
  suite.accepts("4.8.1.1", "accepts one policy throughout", same, { requireExplicit, policies });
  suite.accepts("4.8.1.2", "accepts it where it is wanted", same, {
    requireExplicit,
    accepted: [p1],
    policies,
  });
  suite.refuses("4.8.1.3", "policy-missing", "refuses it where another is wanted", same, {
    requireExplicit,
    accepted: [p2],
  });
  suite.accepts("4.8.1.4", "accepts it where it or another is wanted", same, {
    requireExplicit,
    accepted: [p1, p2],
    policies,
  });

  const none = suite.anchor.subordinate("No Policies CA", { policies: [] });
  const without = none.endEntity({ policies: [] });
  suite.accepts("4.8.2.1", "accepts a path without policies", without, { policies: [] });
  suite.refuses("4.8.2.2", "policy-missing", "refuses it where one is required", without, {
    requireExplicit,
  });
}

function addDifferent(suite: PkitsSuite): void {
  const { good } = suite;
  const requireExplicit = true;
  const other = good.subordinate("Policies P2 subCA", { policies: [p2] });
  const different = other.endEntity({ policies: [p2] });
  suite.accepts("4.8.3.1", "accepts different policies where none is required", different, {
    policies: [],
  });
  suite.refuses("4.8.3.2", "policy-missing", "refuses them where one is required", different, {
    requireExplicit,
  });
  suite.refuses("4.8.3.3", "policy-missing", "refuses them where each is wanted", different, {
    requireExplicit,
    accepted: [p1, p2],
  });

  const sub = good.subordinate("Good subCA", explicit);
  const odd = sub.endEntity({ policies: [p2] });
  suite.refuses("4.8.4", "policy-missing", "refuses an end entity with another policy", odd);
  const second = good.subordinate("Policies P2 subCA2", { policies: [p2], ...explicit });
  suite.refuses(
    "4.8.5",
    "policy-missing",
    "refuses an authority between with another policy",
    second.endEntity(),
  );

  const overlapping = suite.anchor
    .subordinate("Policies P1234 CA", { policies: [p1, p2, p3, p4], ...explicit })
    .subordinate("Policies P1234 subCAP123", { policies: [p1, p2, p3] })
    .subordinate("Policies P1234 subsubCAP123P12", { policies: [p1, p2] })
    .endAuthority();
  suite.accepts("4.8.6.1", "accepts what all have in common", overlapping, { policies: [p1] });
  suite.accepts("4.8.6.2", "accepts it where it is wanted", overlapping, {
    accepted: [p1],
    policies: [p1],
  });
  suite.refuses("4.8.6.3", "policy-missing", "refuses it where another is wanted", overlapping, {
    accepted: [p2],
  });

  const twelve = suite.anchor.subordinate("Policies P3 CA", { policies: [p3], ...explicit });
  suite.refuses(
    "4.8.12",
    "policy-missing",
    "refuses policies of which no two are the same",
    twelve.endEntity(),
  );
}

function addEmptyIntersections(suite: PkitsSuite, p12: PkitsAuthority): void {
  const p123 = suite.anchor.subordinate("Policies P123 CA", {
    policies: [p1, p2, p3],
    ...explicit,
  });
  const sub = p123.subordinate("Policies P123 subCAP12", { policies: [p1, p2] });
  const toFirst = sub.subordinate("Policies P123 subsubCAP12P1", { policies: [p1] });
  suite.refuses(
    "4.8.7",
    "policy-missing",
    "refuses an end authority that has what was lost before",
    toFirst.endAuthority({ policies: [p2] }),
  );
  const eight = p12
    .subordinate("Policies P12 subCAP1", { policies: [p1] })
    .subordinate("Policies P12 subsubCAP1P2", { policies: [p2] });
  suite.refuses(
    "4.8.8",
    "policy-missing",
    "refuses where an authority between has what was lost before",
    eight.endAuthority({ policies: [p1] }),
  );
  const nine = sub
    .subordinate("Policies P123 subsubCAP12P2", { policies: [p2] })
    .subordinate("Policies P123 subsubsubCAP12P2P1", { policies: [p1] });
  suite.refuses(
    "4.8.9",
    "policy-missing",
    "refuses where nothing is left three below",
    nine.endEntity(),
  );

  const thirteen = p123.endEntity({ policies: [p1, p2, p3] });
  for (const [index, wanted] of [p1, p2, p3].entries()) {
    suite.accepts(`4.8.13.${index + 1}`, "accepts the wanted one of three", thirteen, {
      accepted: [wanted],
      policies: [wanted],
    });
  }
}

function addSamePolicies(suite: PkitsSuite, p12: PkitsAuthority): void {
  const both = p12.endEntity({ policies: [p1, p2] });
  suite.accepts("4.8.10.1", "accepts two policies throughout", both, { policies: [p1, p2] });
  for (const [index, wanted] of [p1, p2].entries()) {
    suite.accepts(`4.8.10.${index + 2}`, "accepts the wanted one of two", both, {
      accepted: [wanted],
      policies: [wanted],
    });
  }
}

function addAnyPolicy(suite: PkitsSuite): void {
  const ca = suite.anchor.subordinate("anyPolicy CA", { policies: [anyPolicy], ...explicit });
  const any = ca.endEntity({ policies: [anyPolicy] });
  suite.accepts("4.8.11.1", "accepts any policy throughout", any, { policies: [anyPolicy] });
  suite.accepts("4.8.11.2", "takes any policy for the wanted one", any, {
    accepted: [p1],
    policies: [p1],
  });
  const one = ca.endEntity();
  suite.accepts("4.8.14.1", "accepts the wanted policy below any policy", one, {
    accepted: [p1],
    policies: [p1],
  });
  suite.refuses("4.8.14.2", "policy-missing", "refuses another below any policy", one, {
    accepted: [p2],
  });
}

function addQualifiers(suite: PkitsSuite, p12: PkitsAuthority): void {
  const { anchor, good } = suite;
  const noticed = (issuer: PkitsAuthority, notices: Readonly<Record<string, string>>) =>
    issuer.endEntity({ policies: [], moreExtensions: [policiesWithNotices(notices)] });
  const policies = [p1];

  const directly = noticed(anchor, { [p1]: "A notice." });
  suite.accepts("4.8.15.1", "accepts a user notice", directly, { policies });
  suite.refuses(
    "4.8.15.2",
    "policy-missing",
    "refuses it where another policy is wanted",
    directly,
    {
      requireExplicit: true,
      accepted: [p2],
    },
  );
  const two = noticed(good, { [p1]: "The first notice.", [p2]: "The second notice." });
  suite.accepts("4.8.16", "accepts two policies with a notice each", two, { policies });
  const any = noticed(good, { [anyPolicy]: "A notice." });
  suite.accepts("4.8.17", "accepts any policy with a notice", any, { policies });

  const mixed = noticed(p12, { [p1]: "The first notice.", [anyPolicy]: "The second notice." });
  for (const [index, wanted] of [p1, p2].entries()) {
    suite.accepts(`4.8.18.${index + 1}`, "accepts a policy and any policy with notices", mixed, {
      accepted: [wanted],
      policies: [wanted],
    });
  }
  const long = noticed(anchor, { [p1]: "A notice. ".repeat(30) });
  suite.accepts("4.8.19", "accepts a notice of more than 200 characters", long, { policies });
  const stated = good.endEntity({
    policies: [],
    moreExtensions: [policyWithStatement(p1, "http://csrc.nist.gov/policy.html")],
  });
  suite.accepts("4.8.20", "accepts a pointer to a statement", stated, {
    requireExplicit: true,
    policies,
  });
}
