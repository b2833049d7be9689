import { policiesWithNotices } from "./pkits-extensions.ts";
import type { PkitsSuite } from "./pkits-suite.ts";
import { mappingPolicies } from "./mapping-policies.ts";
import { anyPolicy, p1, p2, p3, p4, p5, p6 } from "./test-policies.ts";

/** PKITS 4.10 */
export function addPolicyMappings(suite: PkitsSuite): void {
  addOneMapping(suite);
  addOneOfTwo(suite);
  addOneToThree(suite);
  addAnyMapped(suite);
  addBelowAny(suite);
}

function addOneMapping(suite: PkitsSuite): void {
  const ca = suite.anchor.subordinate("Mapping 1to2 CA", mappingPolicies([p1, p2]));
  const second = ca.endEntity({ policies: [p2] });
  suite.accepts("4.10.1.1", "accepts what the wanted policy is mapped to", second, {
    accepted: [p1],
    policies: [p1],
  });
  suite.refuses(
    "4.10.1.2",
    "policy-missing",
    "refuses where the target of the mapping is wanted",
    second,
    { accepted: [p2] },
  );
  suite.refuses("4.10.1.3", "policy-missing", "refuses where nothing may be mapped", second, {
    inhibitMapping: true,
  });
  const first = ca.endEntity();
  suite.refuses("4.10.2.1", "policy-missing", "refuses a policy that was mapped away", first);
  suite.refuses(
    "4.10.2.2",
    "policy-missing",
    "refuses it as well where nothing may be mapped",
    first,
    { inhibitMapping: true },
  );
}

function addOneOfTwo(suite: PkitsSuite): void {
  const ca = suite.anchor.subordinate("P12 Mapping 1to3 CA", {
    ...mappingPolicies([p1, p3]),
    policies: [p1, p2],
  });
  const below = ca
    .subordinate("P12 Mapping 1to3 subCA", { ...mappingPolicies([p2, p4]), policies: [p2, p5] })
    .subordinate("P12 Mapping 1to3 subsubCA", { ...mappingPolicies([p4, p5]), policies: [p4] });
  const valid = below.endEntity({ policies: [p5] });
  suite.refuses(
    "4.10.3.1",
    "policy-missing",
    "refuses a chain of mappings that starts elsewhere",
    valid,
    { accepted: [p1] },
  );
  suite.accepts("4.10.3.2", "accepts a chain of mappings from the wanted policy", valid, {
    accepted: [p2],
    policies: [p2],
  });
  const invalid = below.endEntity({ policies: [p4] });
  suite.refuses(
    "4.10.4",
    "policy-missing",
    "refuses a policy that the chain of mappings has left",
    invalid,
  );

  const notices = { [p3]: "The first notice.", [anyPolicy]: "The second notice." };
  const any = ca.endEntity({ policies: [], moreExtensions: [policiesWithNotices(notices)] });
  for (const [index, wanted] of [p1, p2].entries()) {
    suite.accepts(`4.10.12.${index + 1}`, "accepts a mapped policy beside any policy", any, {
      accepted: [wanted],
      policies: [wanted],
    });
  }
}

function addOneToThree(suite: PkitsSuite): void {
  const ca = suite.anchor.subordinate(
    "P1 Mapping 1to234 CA",
    mappingPolicies([p1, p2], [p1, p3], [p1, p4]),
  );
  const sub = ca.subordinate("P1 Mapping 1to234 subCA", {
    ...mappingPolicies([p2, p5], [p4, p6]),
    policies: [p2, p3, p4],
  });
  for (const [id, target] of [
    ["4.10.5", p6],
    ["4.10.6", p5],
  ] as const) {
    const leaf = sub.endEntity({ policies: [target] });
    suite.accepts(`${id}.1`, "accepts one of several targets of targets", leaf, {
      accepted: [p1],
      policies: [p1],
    });
    suite.refuses(
      `${id}.2`,
      "policy-missing",
      "refuses where a policy below the mapping is wanted",
      leaf,
      { accepted: [p6] },
    );
  }
}

function addAnyMapped(suite: PkitsSuite): void {
  const from = suite.anchor.subordinate(
    "Mapping From anyPolicy CA",
    mappingPolicies([anyPolicy, p1]),
  );
  suite.refuses(
    "4.10.7",
    "policy-mapping-invalid",
    "refuses a mapping from any policy",
    from.endEntity(),
  );
  const to = suite.anchor.subordinate("Mapping To anyPolicy CA", mappingPolicies([p1, anyPolicy]));
  suite.refuses(
    "4.10.8",
    "policy-mapping-invalid",
    "refuses a mapping to any policy",
    to.endEntity(),
  );
}

function addBelowAny(suite: PkitsSuite): void {
  const mapped = mappingPolicies([p1, p2]);
  const any = { ...mapped, policies: [anyPolicy] };
  const policies = [p1];
  const ca = suite.anchor.subordinate("PanyPolicy Mapping 1to2 CA", any);
  suite.accepts("4.10.9", "accepts a mapped policy by any policy", ca.endEntity(), { policies });
  const sub = suite.good.subordinate("Good subCA PanyPolicy Mapping 1to2 CA", any);
  suite.refuses(
    "4.10.10",
    "policy-missing",
    "refuses it where any policy stands for that one",
    sub.endEntity(),
  );
  const target = sub.endEntity({ policies: [p2] });
  suite.accepts("4.10.11", "accepts its target there", target, { policies });

  const notices = { [p1]: "The first notice.", [anyPolicy]: "The second notice." };
  const both = suite.anchor.subordinate("P1anyPolicy Mapping 1to2 CA", {
    policies: [],
    moreExtensions: [policiesWithNotices(notices), ...mapped.moreExtensions],
  });
  const second = both.endEntity({ policies: [p2] });
  suite.accepts("4.10.13", "accepts the target of a policy beside any policy", second, {
    policies,
  });
  suite.accepts("4.10.14", "accepts that policy by any policy", both.endEntity(), { policies });
}
