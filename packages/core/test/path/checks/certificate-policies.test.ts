import { expect } from "chai";
import fc from "fast-check";

import { authority, extensions as write, testKeyPair } from "@mtls-shield/testkit";

import { dottedOid, oid, oids } from "../../../src/asn1/oids.ts";
import {
  processPolicies,
  type PolicyVerdict,
} from "../../../src/path/checks/certificate-policies.ts";
import { anyPolicies, type PolicyInputs } from "../../../src/path/policy-inputs.ts";
import type { CandidatePath } from "../../../src/path/verified-path.ts";
import { parsed } from "../../certificates.ts";
import { bestCpuMs } from "../../cpu-time.ts";
import { processPolicyTree, type PolicyFields } from "./policy-tree.ts";

/** What one certificate says about policies. Policies are numbers, apart by spaces, and `any`. */
interface Stated {
  readonly policies?: string;
  /** `1>2 3>4` */
  readonly maps?: string;
  readonly requireExplicitPolicy?: number;
  readonly inhibitPolicyMapping?: number;
  readonly inhibitAnyPolicy?: number;
  readonly isSelfIssued?: boolean;
}

interface Asked {
  readonly policies?: string;
  readonly explicit?: boolean;
  readonly inhibitMapping?: boolean;
  readonly inhibitAny?: boolean;
}

const words = (text: string): readonly string[] => text.split(" ").filter((word) => word !== "");
const dotted = (policy: string) => (policy === "any" ? "2.5.29.32.0" : `1.2.${policy}`);
const key = (policy: string) => oid(dotted(policy));

function inputsOf({ policies, explicit, inhibitMapping, inhibitAny }: Asked): PolicyInputs {
  return {
    initialPolicies: policies === undefined ? undefined : new Set(words(policies).map(key)),
    requireExplicitPolicy: explicit ?? false,
    inhibitPolicyMapping: inhibitMapping ?? false,
    inhibitAnyPolicy: inhibitAny ?? false,
  };
}

/** `accepted: 1 2` or `policy-missing at 0`. */
function written(verdict: PolicyVerdict): string {
  if (verdict.outcome === "refused") return `${verdict.code} at ${verdict.certificateIndex}`;
  const policies = verdict.policies.map((policy) =>
    policy === oids.anyPolicy ? "any" : dottedOid(policy).replace("1.2.", ""),
  );
  return ["accepted:", ...policies.sort()].join(" ");
}

const keyPair = testKeyPair("ecdsa-p256");

function extensionsOf(stated: Stated): readonly Uint8Array[] {
  const { policies, maps, inhibitAnyPolicy, ...constraints } = stated;
  const hasConstraints = "requireExplicitPolicy" in stated || "inhibitPolicyMapping" in stated;
  return [
    ...(policies === undefined ? [] : [write.certificatePolicies(...words(policies).map(dotted))]),
    ...(maps === undefined
      ? []
      : [
          write.policyMappings(
            ...words(maps).map((one): readonly [string, string] => {
              const [from = "", to = ""] = one.split(">");
              return [dotted(from), dotted(to)];
            }),
          ),
        ]),
    ...(hasConstraints ? [write.policyConstraints(constraints)] : []),
    ...(inhibitAnyPolicy === undefined ? [] : [write.inhibitAnyPolicy(inhibitAnyPolicy)]),
  ];
}

/** Real certificates, in the order of the RFC: the one that the anchor issued first. */
function issued(path: readonly Stated[], anchor: Stated = {}): CandidatePath {
  let name = "anchor";
  let issuer = authority({
    commonName: name,
    keyPair,
    moreExtensions: extensionsOf(anchor),
  });
  for (const [position, stated] of path.slice(0, -1).entries()) {
    if (stated.isSelfIssued !== true) name = `authority ${position + 1}`;
    issuer = issuer.intermediate({
      commonName: name,
      keyPair,
      moreExtensions: extensionsOf(stated),
    });
  }
  const leaf = path.at(-1)!;
  const { chain, root } = issuer.client({
    commonName: leaf.isSelfIssued === true ? name : "client",
    keyPair,
    moreExtensions: extensionsOf(leaf),
  });
  return [...chain, root].map(parsed) as unknown as CandidatePath;
}

function judge(path: readonly Stated[], asked: Asked = {}, anchor: Stated = {}): string {
  return written(processPolicies(issued(path, anchor), inputsOf(asked)));
}

type Scenario = readonly [
  name: string,
  path: readonly Stated[],
  ...expectations: readonly (readonly [asked: Asked, expected: string])[],
];

/** One test for each scenario: each table takes the subject matter of one section of NIST PKITS. */
function describeScenarios(title: string, scenarios: readonly Scenario[]): void {
  describe(`processPolicies, ${title}`, () => {
    for (const [name, path, ...expectations] of scenarios) {
      it(name, () => {
        const certificates = issued(path);
        for (const [asked, expected] of expectations) {
          const verdict = processPolicies(certificates, inputsOf(asked));
          expect(written(verdict), JSON.stringify(asked)).to.equal(expected);
          const tree = processPolicyTree(certificates, inputsOf(asked));
          expect(written(tree), `oracle, ${JSON.stringify(asked)}`).to.equal(expected);
        }
      });
    }
  });
}

/** Most authorities of PKITS ask for an explicit policy. */
const strict = { requireExplicitPolicy: 0 };

describeScenarios("certificate policies (PKITS 4.8)", [
  [
    "4.8.1: every certificate states the same policy",
    [{ policies: "1" }, { policies: "1" }],
    [{ explicit: true }, "accepted: 1"],
    [{ explicit: true, policies: "1" }, "accepted: 1"],
    [{ explicit: true, policies: "2" }, "policy-missing at 0"],
    [{ explicit: true, policies: "1 2" }, "accepted: 1"],
    [{ policies: "2" }, "accepted:"],
  ],
  [
    "4.8.2: no certificate states a policy",
    [{}, {}],
    [{}, "accepted:"],
    [{ policies: "1" }, "accepted:"],
    [{ explicit: true }, "policy-missing at 1"],
  ],
  [
    "4.8.3: the middle of three states none of the others' policies",
    [{ policies: "1" }, { policies: "2" }, { policies: "1" }],
    [{}, "accepted:"],
    [{ explicit: true }, "policy-missing at 1"],
    [{ explicit: true, policies: "1 2" }, "policy-missing at 1"],
  ],
  [
    "4.8.4: only the client's certificate states another policy",
    [{ policies: "1", ...strict }, { policies: "1" }, { policies: "2" }],
    [{}, "policy-missing at 0"],
  ],
  [
    "4.8.5: only the second authority states another policy",
    [{ policies: "1" }, { policies: "2", ...strict }, { policies: "1" }],
    [{}, "policy-missing at 0"],
  ],
  [
    "4.8.6: one policy is in all certificates",
    [
      { policies: "1 2 3 4", ...strict },
      { policies: "1 2 3" },
      { policies: "1 2" },
      { policies: "1" },
    ],
    [{}, "accepted: 1"],
    [{ policies: "1" }, "accepted: 1"],
    [{ policies: "2" }, "policy-missing at 0"],
  ],
  [
    "4.8.7: the policies have nothing in common, which the client's certificate brings about",
    [{ policies: "1 2 3", ...strict }, { policies: "1 2" }, { policies: "1" }, { policies: "2" }],
    [{}, "policy-missing at 0"],
  ],
  [
    "4.8.8: the policies have nothing in common, which an authority brings about",
    [{ policies: "1 2", ...strict }, { policies: "1" }, { policies: "2" }, { policies: "2" }],
    [{}, "policy-missing at 1"],
  ],
  [
    "4.8.9: a policy that was dropped does not come back",
    [
      { policies: "1 2 3", ...strict },
      { policies: "1 2" },
      { policies: "2" },
      { policies: "1" },
      { policies: "1" },
    ],
    [{}, "policy-missing at 1"],
  ],
  [
    "4.8.10, 4.8.13: every certificate states the same policies",
    [{ policies: "1 2", ...strict }, { policies: "2 1" }],
    [{}, "accepted: 1 2"],
    [{ policies: "1" }, "accepted: 1"],
    [{ policies: "2" }, "accepted: 2"],
  ],
  [
    "4.8.11: every certificate states anyPolicy",
    [{ policies: "any", ...strict }, { policies: "any" }],
    [{}, "accepted: any"],
    [{ policies: "1" }, "accepted: 1"],
    [{ policies: "1 2" }, "accepted: 1 2"],
    [{ policies: "any 2" }, "accepted: any"],
    [{ policies: "" }, "policy-missing at 0"],
  ],
  [
    "4.8.12: two certificates state two policies",
    [{ policies: "3", ...strict }, { policies: "1" }],
    [{}, "policy-missing at 0"],
  ],
  [
    "4.8.14: the authority states anyPolicy, the client's certificate a policy",
    [{ policies: "any", ...strict }, { policies: "1" }],
    [{ policies: "1" }, "accepted: 1"],
    [{ policies: "2" }, "policy-missing at 0"],
    [{ policies: "2 any" }, "accepted: 1"],
  ],
  [
    "4.8.15: the path is one certificate",
    [{ policies: "1" }],
    [{}, "accepted: 1"],
    [{ policies: "2" }, "accepted:"],
    [{ policies: "2", explicit: true }, "policy-missing at 0"],
  ],
  [
    "4.8.17, 4.8.18: the client's certificate states anyPolicy, the authority named ones",
    [{ policies: "1 2", ...strict }, { policies: "1 any" }],
    [{}, "accepted: 1 2"],
    [{ policies: "2" }, "accepted: 2"],
    [{ policies: "3" }, "policy-missing at 0"],
  ],
]);

const stating = { policies: "1" };

describeScenarios("requireExplicitPolicy (PKITS 4.9)", [
  [
    "4.9.1: ten certificates are free, the path has five",
    [{ ...stating, requireExplicitPolicy: 10 }, stating, stating, stating, {}],
    [{}, "accepted:"],
  ],
  [
    "4.9.2: five are free, so the client's certificate is the last of them",
    [{ ...stating, requireExplicitPolicy: 5 }, stating, stating, stating, {}],
    [{}, "accepted:"],
  ],
  [
    "4.9.3: four are free, so that the end of the path is reached without a policy",
    [{ ...stating, requireExplicitPolicy: 4 }, stating, stating, stating, {}],
    [{}, "policy-missing at 0"],
  ],
  [
    "4.9.4: none is free, and all state the policy",
    [{ ...stating, requireExplicitPolicy: 0 }, stating, stating, stating, stating],
    [{}, "accepted: 1"],
  ],
  [
    "4.9.5: a later authority shortens what is free and the next cannot lengthen it",
    [
      { ...stating, requireExplicitPolicy: 7 },
      { ...stating, requireExplicitPolicy: 2 },
      { ...stating, requireExplicitPolicy: 4 },
      stating,
      {},
    ],
    [{}, "policy-missing at 0"],
  ],
  [
    "4.9.6: a self-issued authority is not counted",
    [{ ...stating, requireExplicitPolicy: 2 }, { ...stating, isSelfIssued: true }, {}],
    [{}, "accepted:"],
  ],
  [
    "4.9.7: the authority after it is",
    [{ ...stating, requireExplicitPolicy: 2 }, { ...stating, isSelfIssued: true }, stating, {}],
    [{}, "policy-missing at 0"],
  ],
  [
    "4.9.8: one more self-issued authority changes nothing",
    [
      { ...stating, requireExplicitPolicy: 2 },
      { ...stating, isSelfIssued: true },
      stating,
      { ...stating, isSelfIssued: true },
      {},
    ],
    [{}, "policy-missing at 0"],
  ],
  [
    "the client's certificate may ask for a policy of its own path, with no certificate free",
    [stating, { policies: "2", requireExplicitPolicy: 0 }],
    [{}, "policy-missing at 0"],
  ],
  [
    "free certificates that the client's certificate grants mean nothing",
    [stating, { policies: "2", requireExplicitPolicy: 1 }],
    [{}, "accepted:"],
  ],
  [
    "the client's certificate is counted even when it is self-issued (6.1.5 (a))",
    [
      { ...stating, requireExplicitPolicy: 1 },
      { policies: "2", isSelfIssued: true },
    ],
    [{}, "policy-missing at 0"],
  ],
]);

const one = { policies: "1" };
const oneToTwo = { policies: "1", maps: "1>2", ...strict };

describeScenarios("policy mappings (PKITS 4.10)", [
  [
    "4.10.1: a policy is mapped, and known by its first name",
    [oneToTwo, { policies: "2" }],
    [{}, "accepted: 1"],
    [{ policies: "1" }, "accepted: 1"],
    [{ policies: "2" }, "policy-missing at 0"],
    [{ inhibitMapping: true }, "policy-missing at 0"],
  ],
  [
    "4.10.2: a mapped policy does not stand for itself any longer",
    [oneToTwo, { policies: "1" }],
    [{}, "policy-missing at 0"],
    [{ inhibitMapping: true }, "policy-missing at 0"],
  ],
  [
    "4.10.3, 4.10.4: mapped, passed on, and mapped again",
    [
      { policies: "1 2", maps: "1>3", ...strict },
      { policies: "2 3", maps: "2>4" },
      { policies: "3 4", maps: "4>5" },
      { policies: "5" },
    ],
    [{ policies: "1" }, "policy-missing at 0"],
    [{ policies: "2" }, "accepted: 2"],
    [{}, "accepted: 2"],
    [{ policies: "5" }, "policy-missing at 0"],
  ],
  [
    "4.10.5: one is mapped to several, and one of these is found",
    [
      { policies: "1", maps: "1>2 1>3 1>4", ...strict },
      { policies: "2 3", maps: "2>5 3>6" },
      { policies: "6" },
    ],
    [{ policies: "1" }, "accepted: 1"],
    [{ policies: "6" }, "policy-missing at 0"],
  ],
  [
    "4.10.6: one is mapped to several, and another is found",
    [
      { policies: "1", maps: "1>2 1>3 1>4", ...strict },
      { policies: "2 3", maps: "2>5 3>6" },
      { policies: "5" },
    ],
    [{ policies: "1" }, "accepted: 1"],
    [{ policies: "6" }, "policy-missing at 0"],
  ],
  [
    "4.10.7: anyPolicy is mapped",
    [{ policies: "1", maps: "any>1", ...strict }, { policies: "1" }],
    [{}, "policy-mapping-invalid at 1"],
    [{ inhibitMapping: true }, "policy-mapping-invalid at 1"],
  ],
  [
    "4.10.8: a policy is mapped to anyPolicy",
    [{ policies: "1", maps: "1>2 1>any", ...strict }, { policies: "1" }],
    [{}, "policy-mapping-invalid at 1"],
  ],
  [
    "4.10.9: what an authority of anyPolicy maps is its own choice of policy",
    [{ policies: "any", maps: "1>2", ...strict }, { policies: "1" }],
    [{}, "accepted: 1"],
    [{ policies: "2" }, "policy-missing at 0"],
  ],
  [
    "4.10.10: below one policy, anyPolicy that maps it leaves nothing of it",
    [{ policies: "1" }, { policies: "any", maps: "1>2", ...strict }, { policies: "1" }],
    [{}, "policy-missing at 0"],
  ],
  [
    "4.10.11: but the policy that it was mapped to",
    [{ policies: "1" }, { policies: "any", maps: "1>2", ...strict }, { policies: "2" }],
    [{}, "accepted: 1"],
  ],
  [
    "4.10.12: the client's certificate states a mapped policy and anyPolicy",
    [{ policies: "1 2", maps: "1>3", ...strict }, { policies: "3 any" }],
    [{}, "accepted: 1 2"],
    [{ policies: "1" }, "accepted: 1"],
    [{ policies: "2" }, "accepted: 2"],
    [{ policies: "3" }, "policy-missing at 0"],
  ],
  [
    "4.10.13: a policy is mapped beside anyPolicy, and the name that it gets is not that of the subject",
    [{ policies: "1 any", maps: "1>2", ...strict }, { policies: "2" }],
    [{}, "accepted: 1"],
    [{ policies: "1 2" }, "accepted: 1"],
    [{ policies: "2" }, "policy-missing at 0"],
  ],
  [
    "4.10.14: while the mapped name stands for itself again, by anyPolicy",
    [{ policies: "1 any", maps: "1>2", ...strict }, { policies: "1" }],
    [{}, "accepted: 1"],
  ],
  [
    "several policies are mapped to one",
    [{ policies: "1 2 3", maps: "1>4 2>4", ...strict }, { policies: "4" }],
    [{}, "accepted: 1 2"],
    [{ policies: "2 3" }, "accepted: 2"],
  ],
  [
    "a policy is mapped to one that stands there unmapped",
    [{ policies: "1 2", maps: "1>2", ...strict }, { policies: "2" }],
    [{}, "accepted: 1 2"],
  ],
  [
    "two policies change places, and change back",
    [
      { policies: "1 2 3", maps: "1>2 2>1", ...strict },
      { policies: "1 3", maps: "1>2 2>1" },
      { policies: "2" },
    ],
    [{}, "accepted: 2"],
  ],
  [
    "a policy that is mapped to itself remains",
    [{ policies: "1 2", maps: "1>1 1>1", ...strict }, { policies: "1 2" }],
    [{}, "accepted: 1 2"],
  ],
  [
    "a mapping of a policy that nobody stated gives nothing",
    [{ policies: "1", maps: "3>2", ...strict }, { policies: "2" }],
    [{}, "policy-missing at 0"],
  ],
  [
    "mappings of the client's certificate are never looked at (6.1.4 is for authorities)",
    [one, { policies: "1", maps: "any>1 1>2" }],
    [{}, "accepted: 1"],
  ],
  [
    "anyPolicy is not mapped even where no policy is left to map (6.1.4 (a))",
    [{ maps: "1>any" }, {}],
    [{}, "policy-mapping-invalid at 1"],
    [{ inhibitMapping: true }, "policy-mapping-invalid at 1"],
  ],
  [
    "mappings without a policy do nothing",
    [{ maps: "1>2" }, { policies: "2" }],
    [{}, "accepted:"],
    [{ inhibitMapping: true }, "accepted:"],
  ],
]);

describeScenarios("inhibitPolicyMapping (PKITS 4.11)", [
  [
    "4.11.1: none is free",
    [
      { policies: "1", inhibitPolicyMapping: 0, ...strict },
      { policies: "1", maps: "1>2" },
      { policies: "1 2" },
    ],
    [{}, "policy-missing at 0"],
  ],
  [
    "4.11.2: the next may still map",
    [
      { policies: "1 2", inhibitPolicyMapping: 1, ...strict },
      { policies: "1 2", maps: "1>3 2>4" },
      { policies: "3" },
    ],
    [{}, "accepted: 1"],
  ],
  [
    "4.11.3: but none after it",
    [
      { policies: "1 2", inhibitPolicyMapping: 1, ...strict },
      { policies: "1 2", maps: "1>3 2>4" },
      { policies: "3 4", maps: "3>5" },
      { policies: "5" },
    ],
    [{}, "policy-missing at 0"],
  ],
  [
    "4.11.4: what none tried to map passes",
    [
      { policies: "1 2", inhibitPolicyMapping: 1, ...strict },
      { policies: "1 2", maps: "1>3 2>4" },
      { policies: "3 4", maps: "3>5" },
      { policies: "4" },
    ],
    [{}, "accepted: 2"],
  ],
  [
    "4.11.5: a later authority shortens what is free",
    [
      { policies: "1", inhibitPolicyMapping: 5, ...strict },
      { policies: "1", inhibitPolicyMapping: 1 },
      one,
      { policies: "1", maps: "1>2" },
      { policies: "2" },
    ],
    [{}, "policy-missing at 0"],
  ],
  [
    "4.11.6: and cannot lengthen it",
    [
      { policies: "1 2", inhibitPolicyMapping: 1, ...strict },
      { policies: "1 2", inhibitPolicyMapping: 5 },
      { policies: "1 2", maps: "1>3" },
      { policies: "3" },
    ],
    [{}, "policy-missing at 0"],
  ],
  [
    "4.11.7: a self-issued authority is not counted",
    [
      { policies: "1", inhibitPolicyMapping: 1, ...strict },
      { policies: "1", isSelfIssued: true },
      { policies: "1", maps: "1>2" },
      { policies: "2" },
    ],
    [{}, "accepted: 1"],
  ],
  ...(["2", "3"] as const).flatMap((policies, index): readonly Scenario[] => [
    [
      `4.11.${9 - index}: the authority after the one that may map maps as well, to no effect: ${policies}`,
      [
        { policies: "1", inhibitPolicyMapping: 1, ...strict },
        { policies: "1", isSelfIssued: true },
        { policies: "1", maps: "1>2" },
        { policies: "2", maps: "2>3" },
        { policies },
      ],
      [{}, "policy-missing at 0"],
    ],
    [
      `4.11.${11 - index}: nor when it is self-issued: ${policies}`,
      [
        { policies: "1", inhibitPolicyMapping: 1, ...strict },
        { policies: "1", isSelfIssued: true },
        { policies: "1", maps: "1>2" },
        { policies: "2", maps: "2>3", isSelfIssued: true },
        { policies },
      ],
      [{}, "policy-missing at 0"],
    ],
  ]),
  [
    "where mapping is inhibited, anyPolicy still stands for the rest",
    [{ policies: "any", maps: "1>2", ...strict }, { policies: "1 2" }],
    [{ inhibitMapping: true }, "accepted: 1 2"],
  ],
]);

const any = { policies: "any" };

describeScenarios("inhibitAnyPolicy (PKITS 4.12)", [
  [
    "4.12.1: none is free, and the client's certificate states anyPolicy",
    [{ policies: "1", inhibitAnyPolicy: 0, ...strict }, any],
    [{}, "policy-missing at 0"],
  ],
  [
    "4.12.2: beside a named policy it does no harm",
    [{ policies: "1", inhibitAnyPolicy: 0, ...strict }, { policies: "any 1" }],
    [{}, "accepted: 1"],
  ],
  [
    "4.12.3: one is free",
    [{ policies: "1", inhibitAnyPolicy: 1, ...strict }, any, one],
    [{}, "accepted: 1"],
    [{ inhibitAny: true }, "policy-missing at 1"],
  ],
  [
    "4.12.4: but not the one after it",
    [{ policies: "1", inhibitAnyPolicy: 1, ...strict }, any, any],
    [{}, "policy-missing at 0"],
  ],
  [
    "4.12.5: a later authority shortens what is free",
    [
      { policies: "1", inhibitAnyPolicy: 5, ...strict },
      { policies: "1", inhibitAnyPolicy: 1 },
      one,
      any,
    ],
    [{}, "policy-missing at 0"],
  ],
  [
    "4.12.6: and cannot lengthen it",
    [
      { policies: "1", inhibitAnyPolicy: 1, ...strict },
      { policies: "1", inhibitAnyPolicy: 5 },
      any,
    ],
    [{}, "policy-missing at 0"],
  ],
  [
    "4.12.7: a self-issued authority is not counted",
    [
      { policies: "1", inhibitAnyPolicy: 1, ...strict },
      { policies: "1", isSelfIssued: true },
      any,
      one,
    ],
    [{}, "accepted: 1"],
  ],
  [
    "4.12.8: the second of others is refused",
    [
      { policies: "1", inhibitAnyPolicy: 1, ...strict },
      { policies: "1", isSelfIssued: true },
      any,
      any,
      one,
    ],
    [{}, "policy-missing at 1"],
  ],
  [
    "4.12.9: a self-issued authority may state it even where none is free",
    [
      { policies: "1", inhibitAnyPolicy: 1, ...strict },
      { policies: "1", isSelfIssued: true },
      any,
      { policies: "any", isSelfIssued: true },
      one,
    ],
    [{}, "accepted: 1"],
  ],
  [
    "4.12.10: but no client's certificate, self-issued or not",
    [
      { policies: "1", inhibitAnyPolicy: 1, ...strict },
      { policies: "1", isSelfIssued: true },
      any,
      { policies: "any", isSelfIssued: true },
    ],
    [{}, "policy-missing at 0"],
  ],
]);

describe("processPolicies, constraints of the anchor (RFC 5937 3.2)", () => {
  const path = [{ policies: "1 2" }, { policies: "1 2" }];

  it("lets its policies limit those that are accepted, and builds nothing on them", () => {
    expect(judge(path, {}, { policies: "2 3" })).to.equal("accepted: 2");
    expect(judge(path, { policies: "1 3" }, { policies: "1 2" })).to.equal("accepted: 1");
    expect(judge(path, { policies: "1" }, { policies: "2" })).to.equal("accepted:");
    expect(judge(path, { policies: "1", explicit: true }, { policies: "2" })).to.equal(
      "policy-missing at 0",
    );
    expect(judge(path, { policies: "any" }, { policies: "2" })).to.equal("accepted: 2");
  });

  it("takes its anyPolicy for no limit", () => {
    expect(judge(path, {}, { policies: "3 any" })).to.equal("accepted: 1 2");
    expect(judge(path, { policies: "2" }, { policies: "any" })).to.equal("accepted: 2");
  });

  it("limits by it what anyPolicy in the path stands for", () => {
    expect(judge([any, any], {}, { policies: "2" })).to.equal("accepted: 2");
    expect(judge([any, any], { policies: "1 2" }, { policies: "2 3" })).to.equal("accepted: 2");
  });

  it("takes its constraints for inputs", () => {
    const silent = [{}, {}];
    expect(judge(silent, {}, { requireExplicitPolicy: 0 })).to.equal("policy-missing at 1");
    expect(judge(silent, {}, { requireExplicitPolicy: 1 })).to.equal("policy-missing at 0");
    expect(judge(silent, {}, { requireExplicitPolicy: 2 })).to.equal("policy-missing at 0");
    expect(judge(silent, {}, { requireExplicitPolicy: 3 })).to.equal("accepted:");
    expect(judge([any, one], {}, { inhibitAnyPolicy: 0 })).to.equal("accepted:");
    expect(judge([any, one], {}, { inhibitAnyPolicy: 1 })).to.equal("accepted: 1");
    const mapped = [{ policies: "1", maps: "1>2" }, { policies: "2" }];
    expect(judge(mapped, {}, { inhibitPolicyMapping: 0 })).to.equal("accepted:");
    expect(judge(mapped, {}, { inhibitPolicyMapping: 1 })).to.equal("accepted: 1");
  });

  it("never lengthens what the inputs allow", () => {
    expect(judge([{}], { explicit: true }, { requireExplicitPolicy: 9 })).to.equal(
      "policy-missing at 0",
    );
  });

  it("passes over its mappings, whatever they map", () => {
    expect(judge(path, { explicit: true }, { maps: "any>1 1>3" })).to.equal("accepted: 1 2");
  });

  it("does not count an anchor that another authority issued", () => {
    const [leaf, middle] = issued([{ requireExplicitPolicy: 9 }, {}, {}]);
    expect(middle.isSelfIssued).to.equal(false);
    const verdict = processPolicies([leaf, middle], anyPolicies);
    expect(written(verdict)).to.equal("accepted:");
  });
});

describe("processPolicies, a path without policies", () => {
  it("is accepted under no policy, and gives the same frozen list each time", () => {
    const path = issued([{}, {}]);
    const [first, second] = [1, 2].map(() => processPolicies(path, anyPolicies));
    expect(first).to.deep.equal({ outcome: "accepted", policies: [] });
    const lists = [first, second].map(
      (verdict) => verdict?.outcome === "accepted" && verdict.policies,
    );
    expect(lists[0]).to.equal(lists[1]);
    expect(Object.isFrozen(lists[0])).to.equal(true);
  });
});

describe("processPolicies, beside the tree of RFC 5280", () => {
  const named = ["1", "2", "3", "4"].map(key);
  /** Undefined otherwise. */
  const oneIn = <T>(odds: number, value: fc.Arbitrary<T>) =>
    fc.oneof(
      { weight: 1, arbitrary: value },
      { weight: odds - 1, arbitrary: fc.constant(undefined) },
    );
  const skipCerts = oneIn(6, fc.nat({ max: 3 }));
  const policies = fc.subarray([...named, oids.anyPolicy], { minLength: 1 });
  const mappable = fc.constantFrom(...named);
  const mapping = fc.record({
    issuerDomainPolicy: mappable,
    subjectDomainPolicy: fc.oneof(
      { weight: 100, arbitrary: mappable },
      { weight: 1, arbitrary: fc.constant(oids.anyPolicy) },
    ),
  });

  /** Plain objects with the fields that are looked at: real certificates would take longer than all comparisons. */
  const certificate: fc.Arbitrary<PolicyFields> = fc.record({
    isSelfIssued: fc.boolean(),
    extensions: fc.record({
      certificatePolicies: fc.option(policies, { nil: undefined, freq: 15 }),
      policyMappings: oneIn(2, fc.array(mapping, { minLength: 1, maxLength: 5 })),
      policyConstraints: fc.record({
        requireExplicitPolicy: skipCerts,
        inhibitPolicyMapping: skipCerts,
      }),
      inhibitAnyPolicy: skipCerts,
    }),
  });
  const anchor: fc.Arbitrary<PolicyFields> = fc
    .tuple(certificate, oneIn(3, policies))
    .map(([{ isSelfIssued, extensions }, certificatePolicies]) => ({
      isSelfIssued,
      extensions: { ...extensions, certificatePolicies },
    }));
  const paths = fc
    .tuple(fc.array(certificate, { minLength: 1, maxLength: 6 }), anchor)
    .map(([below, above]): readonly PolicyFields[] => [...below, above]);
  const inputs: fc.Arbitrary<PolicyInputs> = fc.record({
    initialPolicies: fc
      .option(fc.subarray([...named, oids.anyPolicy]), { nil: undefined })
      .map((found) => found && new Set(found)),
    requireExplicitPolicy: fc.boolean(),
    inhibitPolicyMapping: oneIn(6, fc.constant(true)).map((found) => found ?? false),
    inhibitAnyPolicy: oneIn(6, fc.constant(true)).map((found) => found ?? false),
  });

  it("comes to the same verdict and the same policies for 80,000 random paths", () => {
    const seen = new Map<string, number>();
    const count = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
    fc.assert(
      fc.property(paths, inputs, (path, asked) => {
        const verdict = processPolicies(path as unknown as CandidatePath, asked);
        const tree = processPolicyTree(path, asked);
        expect(written(verdict)).to.equal(written(tree));

        count(verdict.outcome === "refused" ? verdict.code : `${verdict.policies.length} policies`);
        if (verdict.outcome === "refused" || verdict.policies.length === 0) return;
        const stated = path[0]!.extensions.certificatePolicies ?? [];
        const isMapped = verdict.policies.some(
          (policy) => !stated.includes(policy) && !stated.includes(oids.anyPolicy),
        );
        if (isMapped) count("mapped");
      }),
      { seed: 9618, numRuns: 80_000 },
    );
    const floors = { "policy-missing": 20_000, "policy-mapping-invalid": 2_000, mapped: 1_500 };
    for (const [what, floor] of Object.entries(floors)) {
      expect(seen.get(what), what).to.be.greaterThan(floor);
    }
    for (let size = 0; size <= 4; size++) {
      expect(seen.get(`${size} policies`), `${size} policies`).to.be.greaterThan(2_000);
    }
  }).timeout(60_000);
});

describe("processPolicies, hostile paths of ten certificates of 16 KB", () => {
  type Numbers = readonly number[];
  type Mapping = readonly [from: number, to: number];
  const range = (start: number, length: number): Numbers =>
    Array.from({ length }, (_, number) => start + number);
  const side = range(0, 38);
  const many = range(128, 790);
  const each = (make: (number: number) => Mapping) => many.map(make);

  /** Certificates as large as they may be, each parsed by itself, so that no two share a string. */
  function hostile(stated: Numbers, maps: (depth: number) => readonly Mapping[]): CandidatePath {
    const root = authority({ keyPair });
    const authorities = range(0, 10).map((depth) => {
      const text = maps(depth).map(([from, to]) => `${from}>${to}`);
      const { certificate } = root.intermediate({
        keyPair,
        moreExtensions: extensionsOf({
          policies: stated.map((number) => (number === 0 ? "any" : `${number}`)).join(" "),
          ...(text.length === 0 ? {} : { maps: text.join(" ") }),
        }),
      });
      expect(certificate.der.length).to.be.within(14_000, 16_384);
      return certificate;
    });
    return [...authorities, root.certificate].map(parsed) as unknown as CandidatePath;
  }

  for (const [shape, stated, maps] of [
    ["as many policies as fit", range(128, 2_200), () => []],
    [
      "every policy mapped to every other",
      side,
      () => side.flatMap((from) => side.map((to): Mapping => [from + 1, to + 1])),
    ],
    ["many policies mapped to one", many, () => each((from) => [from, 128])],
    ["one policy mapped to many", many, () => each((to) => [128, to])],
    [
      "policies that change places",
      many,
      () => each((from) => [from, 128 + ((from * 7 + 1) % 790)]),
    ],
    [
      "anyPolicy that lets ever more policies through",
      [0, ...range(128, 100)],
      (depth: number) =>
        range(0, 1_150).map((number): Mapping => [256 + number, 3_000 + 1_200 * depth + number]),
    ],
  ] as const) {
    it(`takes less than 50 ms for ${shape}`, () => {
      const path = hostile(stated, maps);
      expect(written(processPolicies(path, anyPolicies))).to.match(/^accepted: \w/);
      expect(bestCpuMs(() => processPolicies(path, anyPolicies))).to.be.lessThan(50);
    });
  }

  it("takes time by the length of the path, where the tree of RFC 5280 doubles with each certificate", () => {
    const doubling: PolicyFields = {
      isSelfIssued: false,
      extensions: {
        certificatePolicies: ["1", "2"].map(key),
        policyMappings: ["1", "2"].flatMap((from) =>
          ["1", "2"].map((to) => ({ issuerDomainPolicy: key(from), subjectDomainPolicy: key(to) })),
        ),
      },
    };
    const path = Array.from({ length: 2_000 }, () => doubling) as unknown as CandidatePath;
    expect(written(processPolicies(path, anyPolicies))).to.equal("accepted: 1 2");
    expect(bestCpuMs(() => processPolicies(path, anyPolicies))).to.be.lessThan(50);
  });
});
