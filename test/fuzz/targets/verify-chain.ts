import {
  ConfigError,
  createTrustSet,
  verifyChain,
  type ChainInput,
  type ChainVerdict,
  type TrustSet,
} from "@mtls-shield/core";
import { isPublicSuffix } from "../../conformance/is-public-suffix.ts";
import type { Random } from "../random.ts";
import type { Corpus } from "../seeds/corpus.ts";
import { mutateChain, type ChainMutant } from "../seeds/mutate-chain.ts";
import type { Finding, Target } from "../target.ts";

/** `verifyChain` in every profile. */
export function verifyChainTarget(corpus: Corpus): Target<ChainMutant> {
  return {
    name: "chain",
    share: 20,
    mutant: (random: Random) => mutateChain(corpus, random),
    run: (mutant): Finding => {
      const verdict = judge(mutant);
      if (verdict instanceof ConfigError) return unreadableTrust(verdict);
      return { ...findingOf(verdict), fault: findFault(mutant, verdict) };
    },
  };
}

export function judge(
  { leaf, intermediates, anchors, question }: ChainMutant,
  changes: Partial<ChainInput> = {},
): ChainVerdict | ConfigError {
  const trust = trustOf(anchors);
  if (trust instanceof ConfigError) return trust;
  return verifyChain({ ...question, leaf, intermediates, trust, isPublicSuffix, ...changes });
}

/** Anchors that cannot be read are the operator's fault, and told by the one error that may be thrown. */
export function unreadableTrust({ message }: ConfigError): Finding {
  return { stage: "unreadable", verdict: "trust is unreadable", facts: message };
}

export function findingOf(verdict: ChainVerdict): Finding {
  if (verdict.outcome === "verified") {
    const { path, policies, validFrom, validUntil, warnings } = verdict;
    const facts = [
      path.map(({ fingerprint }) => fingerprint),
      policies,
      validFrom,
      validUntil,
      warnings.map(({ code }) => code),
    ];
    return { stage: "verified", verdict: "verified", facts: JSON.stringify(facts) };
  }
  const { code, details } = verdict.reason;
  const facts = JSON.stringify([code, details, verdict.tried.map(({ reason }) => reason.code)]);
  if (code === "certificate-malformed") return { stage: "unreadable", verdict: code, facts };
  return { stage: verdict.tried.length === 0 ? "read" : "judged", verdict: code, facts };
}

/** What no verdict may be, whatever the mutant. */
export function findFault(mutant: ChainMutant, verdict: ChainVerdict): string | undefined {
  if (verdict.outcome !== "verified") return undefined;
  const { path, validFrom, validUntil } = verdict;
  const { time, profile } = mutant.question;
  const below = path.slice(0, -1);
  if (below.some(({ der }) => mutant.forged.some((forged) => der.equals(forged)))) {
    return "a certificate that nobody signed was verified";
  }
  if (!mutant.anchors.some((anchor) => verdict.anchor.der.equals(anchor))) {
    return "the anchor is none of those that are trusted";
  }
  if (time < validFrom || time >= validUntil) return "the verdict does not hold when it is given";
  if (profile === undefined || profile === "default") return undefined;
  const laxer = judge(mutant, {
    profile: "default",
    legacyAlgorithms: ["md5", "sha1", "rsa-1024"],
  });
  const isAccepted = !(laxer instanceof ConfigError) && laxer.outcome === "verified";
  return isAccepted ? undefined : `profile ${profile} accepts what the default refuses`;
}

/** Seeds share their lists of anchors, so that most mutants need no trust set of their own. */
const trustSets = new WeakMap<readonly Uint8Array[], TrustSet | ConfigError>();

function trustOf(anchors: readonly Uint8Array[]): TrustSet | ConfigError {
  let trust = trustSets.get(anchors);
  if (trust === undefined) {
    trust = makeTrust(anchors);
    trustSets.set(anchors, trust);
  }
  return trust;
}

function makeTrust(anchors: readonly Uint8Array[]): TrustSet | ConfigError {
  try {
    return createTrustSet({ anchors });
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}
