import { oids } from "../../asn1/oids.ts";
import type { Certificate } from "../../x509/certificate.ts";
import type { PolicyMapping } from "../../x509/certificate-policies.ts";
import type { Extensions } from "../../x509/extensions.ts";
import { PolicyGraph } from "../policy-graph.ts";
import type { PolicyInputs } from "../policy-inputs.ts";
import type { CandidatePath } from "../verified-path.ts";

/** What the policies of a path come to. */
export type PolicyVerdict =
  | {
      readonly outcome: "accepted";
      /** The user_constrained_policy_set of RFC 9618: object identifier keys; anyPolicy among them: whatever is asked for. */
      readonly policies: readonly string[];
    }
  | {
      readonly outcome: "refused";
      readonly code: "policy-missing" | "policy-mapping-invalid";
      /** Position in the path, the leaf first. */
      readonly certificateIndex: number;
    };

/** State variables of RFC 5280 6.1.2 (d) to (f): how many more certificates are free of each constraint. */
interface Counters {
  explicitPolicy: number;
  inhibitAnyPolicy: number;
  policyMapping: number;
}

/** Processes certificate policies as RFC 5280 6.1.2 to 6.1.5 do, with the graph of RFC 9618. */
export function processPolicies(path: CandidatePath, inputs: PolicyInputs): PolicyVerdict {
  const anchorIndex = path.length - 1;
  const anchor = path[anchorIndex] as Certificate;
  const counters = initialCounters(inputs, anchorIndex);
  // RFC 5937 3.2: what the anchor constrains is input. It is no certificate of the path, so nothing is counted down.
  constrain(counters, anchor.extensions);

  let graph = startGraph(path[anchorIndex - 1] as Certificate);
  for (let index = anchorIndex - 1; index > 0; index--) {
    const { extensions, isSelfIssued } = path[index] as Certificate;
    const acceptsAnyPolicy = isSelfIssued || counters.inhibitAnyPolicy > 0;
    graph = descend(graph, extensions, acceptsAnyPolicy ? "accepted" : "inhibited");
    // 6.1.3 (f)
    if (graph === undefined && counters.explicitPolicy === 0) {
      return { outcome: "refused", code: "policy-missing", certificateIndex: index };
    }
    const { policyMappings } = extensions;
    if (policyMappings !== undefined) {
      // 6.1.4 (a), which holds without a graph as well
      if (policyMappings.some(mapsAnyPolicy)) {
        return { outcome: "refused", code: "policy-mapping-invalid", certificateIndex: index };
      }
      // 6.1.4 (b)
      if (counters.policyMapping > 0) graph?.map(policyMappings);
      else graph?.delete(policyMappings);
    }
    // 6.1.4 (h) to (j)
    if (!isSelfIssued) countDown(counters);
    constrain(counters, extensions);
  }

  const [{ extensions }] = path;
  graph = descend(graph, extensions, counters.inhibitAnyPolicy > 0 ? "accepted" : "inhibited");
  const policies =
    graph === undefined ? noPolicies : userConstrainedPolicies(graph, inputs, anchor.extensions);
  // 6.1.5 (a), (b), (g); 6.1.3 (f) asks nothing more of the last certificate.
  const isRequired =
    counters.explicitPolicy <= 1 || extensions.policyConstraints?.requireExplicitPolicy === 0;
  return isRequired && policies.length === 0
    ? { outcome: "refused", code: "policy-missing", certificateIndex: 0 }
    : { outcome: "accepted", policies };
}

const noPolicies: readonly string[] = Object.freeze([]);

/** 6.1.2 (d) to (f), where `length` is n. */
function initialCounters(inputs: PolicyInputs, length: number): Counters {
  return {
    explicitPolicy: inputs.requireExplicitPolicy ? 0 : length + 1,
    inhibitAnyPolicy: inputs.inhibitAnyPolicy ? 0 : length + 1,
    policyMapping: inputs.inhibitPolicyMapping ? 0 : length + 1,
  };
}

/** 6.1.2 (a); undefined stands for NULL. Most paths state no policy at all and need no graph. */
function startGraph({ extensions }: Certificate): PolicyGraph | undefined {
  return extensions.certificatePolicies === undefined ? undefined : new PolicyGraph();
}

/** 6.1.3 (d), (e): the graph with one level more; what is NULL once remains so. */
function descend(
  graph: PolicyGraph | undefined,
  { certificatePolicies }: Extensions,
  anyPolicy: "accepted" | "inhibited",
): PolicyGraph | undefined {
  if (graph === undefined || certificatePolicies === undefined) return undefined;
  graph.addLevel(certificatePolicies, anyPolicy);
  return graph.isNull ? undefined : graph;
}

/** 6.1.4 (h) */
function countDown(counters: Counters): void {
  counters.explicitPolicy = Math.max(0, counters.explicitPolicy - 1);
  counters.inhibitAnyPolicy = Math.max(0, counters.inhibitAnyPolicy - 1);
  counters.policyMapping = Math.max(0, counters.policyMapping - 1);
}

/** 6.1.4 (i), (j) */
function constrain(counters: Counters, extensions: Extensions): void {
  const { policyConstraints, inhibitAnyPolicy } = extensions;
  counters.explicitPolicy = least(
    counters.explicitPolicy,
    policyConstraints?.requireExplicitPolicy,
  );
  counters.policyMapping = least(counters.policyMapping, policyConstraints?.inhibitPolicyMapping);
  counters.inhibitAnyPolicy = least(counters.inhibitAnyPolicy, inhibitAnyPolicy);
}

function least(counter: number, skipCerts: number | undefined): number {
  return skipCerts === undefined ? counter : Math.min(counter, skipCerts);
}

function mapsAnyPolicy({ issuerDomainPolicy, subjectDomainPolicy }: PolicyMapping): boolean {
  return issuerDomainPolicy === oids.anyPolicy || subjectDomainPolicy === oids.anyPolicy;
}

/** 6.1.5 (g)(4) and what follows, in the words of RFC 9618 */
function userConstrainedPolicies(
  graph: PolicyGraph,
  inputs: PolicyInputs,
  anchor: Extensions,
): readonly string[] {
  const valid = graph.authorityConstrainedPolicies();
  const accepted = acceptedPolicies(inputs.initialPolicies, anchor.certificatePolicies);
  if (accepted === undefined) return [...valid];
  if (valid.has(oids.anyPolicy)) return [...accepted];
  return [...accepted].filter((policy) => valid.has(policy));
}

/** RFC 5937 3.2: policies that the anchor states limit the user-initial-policy-set. Undefined: any policy. */
function acceptedPolicies(
  asked: ReadonlySet<string> | undefined,
  stated: readonly string[] | undefined,
): ReadonlySet<string> | undefined {
  const anyIsAsked = asked === undefined || asked.has(oids.anyPolicy);
  const anyIsStated = stated === undefined || stated.includes(oids.anyPolicy);
  if (anyIsStated) return anyIsAsked ? undefined : asked;
  return new Set(anyIsAsked ? stated : stated.filter((policy) => asked.has(policy)));
}
