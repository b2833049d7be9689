import { oids } from "../../../src/asn1/oids.ts";
import type { PolicyVerdict } from "../../../src/path/checks/certificate-policies.ts";
import type { PolicyInputs } from "../../../src/path/policy-inputs.ts";
import type { PolicyConstraints, PolicyMapping } from "../../../src/x509/certificate-policies.ts";

/** What policy processing looks at in a certificate. */
export interface PolicyFields {
  readonly isSelfIssued: boolean;
  readonly extensions: {
    readonly certificatePolicies?: readonly string[] | undefined;
    readonly policyMappings?: readonly PolicyMapping[] | undefined;
    readonly policyConstraints?: PolicyConstraints | undefined;
    readonly inhibitAnyPolicy?: number | undefined;
  };
}

/** RFC 5280 6.1.2 (a) */
interface TreeNode {
  readonly validPolicy: string;
  expectedPolicySet: ReadonlySet<string>;
  readonly parent: TreeNode | undefined;
  children: TreeNode[];
}

/**
 * The valid_policy_tree of RFC 5280 6.1, word for word, exponential as it is: what the engine is compared with.
 * It shares no code with the engine. The anchor comes last, and constrains by RFC 5937 3.2.
 */
export function processPolicyTree(
  path: readonly PolicyFields[],
  inputs: PolicyInputs,
): PolicyVerdict {
  const n = path.length - 1;
  const anchor = path[n]!.extensions;
  const userInitialPolicySet = initialPolicySet(inputs, anchor.certificatePolicies);

  // 6.1.2
  let root: TreeNode | undefined = node(oids.anyPolicy, undefined);
  let explicitPolicy = inputs.requireExplicitPolicy ? 0 : n + 1;
  let inhibitAnyPolicy = inputs.inhibitAnyPolicy ? 0 : n + 1;
  let policyMapping = inputs.inhibitPolicyMapping ? 0 : n + 1;
  const reduce = ({ policyConstraints, inhibitAnyPolicy: skip }: PolicyFields["extensions"]) => {
    const { requireExplicitPolicy, inhibitPolicyMapping } = policyConstraints ?? {};
    if (requireExplicitPolicy !== undefined && requireExplicitPolicy < explicitPolicy) {
      explicitPolicy = requireExplicitPolicy;
    }
    if (inhibitPolicyMapping !== undefined && inhibitPolicyMapping < policyMapping) {
      policyMapping = inhibitPolicyMapping;
    }
    if (skip !== undefined && skip < inhibitAnyPolicy) inhibitAnyPolicy = skip;
  };
  reduce(anchor);

  for (let i = 1; i <= n; i++) {
    const certificateIndex = n - i;
    const { isSelfIssued, extensions } = path[certificateIndex]!;
    const policies = extensions.certificatePolicies;

    // 6.1.3 (d)
    if (policies !== undefined && root !== undefined) {
      const above = nodesAtDepth(root, i - 1);
      for (const policy of policies.filter((one) => one !== oids.anyPolicy)) {
        const matching = above.filter(({ expectedPolicySet }) => expectedPolicySet.has(policy));
        for (const parent of matching) addChild(parent, policy);
        if (matching.length === 0) {
          const any = above.find(({ validPolicy }) => validPolicy === oids.anyPolicy);
          if (any !== undefined) addChild(any, policy);
        }
      }
      const processesAny = inhibitAnyPolicy > 0 || (i < n && isSelfIssued);
      if (policies.includes(oids.anyPolicy) && processesAny) {
        for (const parent of above) {
          for (const policy of parent.expectedPolicySet) {
            if (!parent.children.some(({ validPolicy }) => validPolicy === policy)) {
              addChild(parent, policy);
            }
          }
        }
      }
      root = pruned(root, i);
    }
    // 6.1.3 (e), (f)
    if (policies === undefined) root = undefined;
    if (explicitPolicy === 0 && root === undefined) {
      return { outcome: "refused", code: "policy-missing", certificateIndex };
    }
    if (i === n) break;

    // 6.1.4 (a)
    const mappings = extensions.policyMappings ?? [];
    const mentioned = mappings.flatMap((one) => [one.issuerDomainPolicy, one.subjectDomainPolicy]);
    if (mentioned.includes(oids.anyPolicy)) {
      return { outcome: "refused", code: "policy-mapping-invalid", certificateIndex };
    }
    // 6.1.4 (b)
    for (const issuerDomainPolicy of new Set(mappings.map((one) => one.issuerDomainPolicy))) {
      if (root === undefined) break;
      const atDepth = nodesAtDepth(root, i);
      const mapped = atDepth.filter(({ validPolicy }) => validPolicy === issuerDomainPolicy);
      const equivalent = new Set(
        mappings
          .filter((one) => one.issuerDomainPolicy === issuerDomainPolicy)
          .map((one) => one.subjectDomainPolicy),
      );
      if (policyMapping > 0) {
        for (const one of mapped) one.expectedPolicySet = equivalent;
        const any = atDepth.find(({ validPolicy }) => validPolicy === oids.anyPolicy);
        if (mapped.length === 0 && any !== undefined) {
          addChild(any.parent!, issuerDomainPolicy).expectedPolicySet = equivalent;
        }
      } else {
        for (const one of mapped) removeNode(one);
        root = pruned(root, i);
      }
    }
    // 6.1.4 (h), (i), (j)
    if (!isSelfIssued) {
      if (explicitPolicy !== 0) explicitPolicy--;
      if (policyMapping !== 0) policyMapping--;
      if (inhibitAnyPolicy !== 0) inhibitAnyPolicy--;
    }
    reduce(extensions);
  }

  // 6.1.5 (a), (b)
  if (explicitPolicy !== 0) explicitPolicy--;
  if (path[0]!.extensions.policyConstraints?.requireExplicitPolicy === 0) explicitPolicy = 0;
  // 6.1.5 (g)
  if (root !== undefined && userInitialPolicySet !== undefined) {
    root = intersected(root, n, userInitialPolicySet);
  }
  if (explicitPolicy === 0 && root === undefined) {
    return { outcome: "refused", code: "policy-missing", certificateIndex: 0 };
  }
  return { outcome: "accepted", policies: root === undefined ? [] : policiesOf(root, n) };
}

/** 6.1.5 (g)(iii) */
function intersected(
  root: TreeNode,
  n: number,
  userInitialPolicySet: ReadonlySet<string>,
): TreeNode | undefined {
  const validPolicyNodeSet = nodesBelowAnyPolicy(root);
  for (const one of validPolicyNodeSet) {
    const { validPolicy } = one;
    if (validPolicy !== oids.anyPolicy && !userInitialPolicySet.has(validPolicy)) removeNode(one);
  }
  const any = nodesAtDepth(root, n).find(({ validPolicy }) => validPolicy === oids.anyPolicy);
  if (any !== undefined) {
    for (const policy of userInitialPolicySet) {
      if (!validPolicyNodeSet.some(({ validPolicy }) => validPolicy === policy)) {
        addChild(any.parent!, policy);
      }
    }
    removeNode(any);
  }
  return pruned(root, n);
}

/** The policies that a tree is valid under, in the domain of the first authorities. */
function policiesOf(root: TreeNode, n: number): readonly string[] {
  const named = nodesBelowAnyPolicy(root).map(({ validPolicy }) => validPolicy);
  const any = nodesAtDepth(root, n).some(({ validPolicy }) => validPolicy === oids.anyPolicy);
  const policies = new Set(named.filter((policy) => policy !== oids.anyPolicy));
  return [...policies, ...(any ? [oids.anyPolicy] : [])];
}

/** 6.1.5 (g)(iii)(1): the valid_policy_node_set. */
function nodesBelowAnyPolicy(root: TreeNode): readonly TreeNode[] {
  return root.children.flatMap((child) =>
    child.validPolicy === oids.anyPolicy ? [child, ...nodesBelowAnyPolicy(child)] : [child],
  );
}

/** RFC 5937 3.2; undefined: any policy. */
function initialPolicySet(
  { initialPolicies }: PolicyInputs,
  stated: readonly string[] | undefined,
): ReadonlySet<string> | undefined {
  const isAny = initialPolicies?.has(oids.anyPolicy) ?? true;
  if (stated === undefined || stated.includes(oids.anyPolicy)) {
    return isAny ? undefined : initialPolicies;
  }
  return new Set(stated.filter((policy) => isAny || initialPolicies?.has(policy)));
}

function node(validPolicy: string, parent: TreeNode | undefined): TreeNode {
  return { validPolicy, expectedPolicySet: new Set([validPolicy]), parent, children: [] };
}

function addChild(parent: TreeNode, validPolicy: string): TreeNode {
  const child = node(validPolicy, parent);
  parent.children.push(child);
  return child;
}

function removeNode(one: TreeNode): void {
  one.parent!.children = one.parent!.children.filter((child) => child !== one);
}

function nodesAtDepth(root: TreeNode, depth: number): readonly TreeNode[] {
  return depth === 0 ? [root] : root.children.flatMap((child) => nodesAtDepth(child, depth - 1));
}

/** 6.1.3 (d)(3): without the nodes above `depth` that have no children. */
function pruned(root: TreeNode, depth: number): TreeNode | undefined {
  if (depth === 0) return root;
  root.children = root.children.filter((child) => pruned(child, depth - 1) !== undefined);
  return root.children.length === 0 ? undefined : root;
}
