import { verifyChain, type ChainInput, type Purpose } from "@mtls-shield/core";
import { isPublicSuffix } from "./is-public-suffix.ts";
import type { Judgement } from "./judgement.ts";
import { namespaceOf, type PathCase } from "./path-case.ts";
import { revocationCheck } from "./revocation-check.ts";
import { trustOf } from "./trust-of.ts";

type Question = Omit<ChainInput, "leaf" | "trust" | "purpose">;

const profileOfNamespace = new Map<string, "strict" | "webpki">([
  ["rfc5280", "strict"],
  ["webpki", "webpki"],
]);

/** RFC 5280 4.2.1.12 */
const purposeOfUsage = new Map<string, Purpose>([
  ["clientAuth", "client"],
  ["serverAuth", "server"],
  ["anyExtendedKeyUsage", "any"],
  ["codeSigning", "1.3.6.1.5.5.7.3.3"],
  ["emailProtection", "1.3.6.1.5.5.7.3.4"],
  ["timeStamping", "1.3.6.1.5.5.7.3.8"],
  ["OCSPSigning", "1.3.6.1.5.5.7.3.9"],
]);

// A suite's meshes are larger than what one client may make the product search; its other budgets stay.
const limits = { pathDepth: 16, paths: 1_024 } as const;

/** What the engine says of one case. */
export function judgeCase(test: PathCase, now: number): Judgement {
  const trust = trustOf(test.trusted);
  if (trust === undefined) return { actual: "FAILURE", reason: "certificate-malformed" };
  const question: Question = {
    intermediates: test.intermediates,
    time: test.time ?? now,
    keyUsage: [],
    profile: profileOfNamespace.get(namespaceOf(test)) ?? "default",
    names: test.names,
    policies: {
      ...(test.policies.accepted === undefined ? {} : { accepted: test.policies.accepted }),
      requireExplicit: test.policies.requireExplicit,
      inhibitMapping: test.policies.inhibitMapping,
      inhibitAny: test.policies.inhibitAny,
    },
    ...(test.pathLength === undefined ? {} : { pathLength: test.pathLength }),
    legacyAlgorithms: test.legacy,
    isPublicSuffix,
    limits,
  };
  const acceptPath = revocationCheck(test, question);
  let policies: readonly string[] = [];
  for (const usage of test.usages) {
    const purpose = purposeOfUsage.get(usage);
    // Nothing that the engine can be asked for: nobody is good for it.
    if (purpose === undefined) return { actual: "FAILURE", reason: "extended-key-usage-invalid" };
    const verdict = verifyChain({
      ...question,
      leaf: test.leaf,
      trust,
      purpose,
      ...(acceptPath === undefined ? {} : { acceptPath }),
    });
    if (verdict.outcome === "refused") return { actual: "FAILURE", reason: verdict.reason.code };
    policies = verdict.policies;
  }
  return { actual: "SUCCESS", policies };
}
