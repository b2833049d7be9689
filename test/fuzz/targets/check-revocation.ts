import { ConfigError, createTrustSet, verifyChain, type ChainInput } from "@mtls-shield/core";
import { createCrlCheck } from "../../../packages/core/src/revocation/crl/crl-check.ts";
import { parseCertificate, type Certificate } from "../../../packages/core/src/x509/certificate.ts";
import {
  parseCertificateList,
  type CertificateList,
} from "../../../packages/core/src/x509/certificate-list.ts";
import { noLegacy } from "../../../packages/core/src/x509/signature.ts";
import type { Random } from "../random.ts";
import type { Corpus } from "../seeds/corpus.ts";
import { mutateParts, type ChainMutant } from "../seeds/mutate-chain.ts";
import type { SeedChain } from "../seeds/seed-chain.ts";
import type { Finding, Target } from "../target.ts";
import { findFault, findingOf, judge, unreadableTrust } from "./verify-chain.ts";

type AcceptPath = NonNullable<ChainInput["acceptPath"]>;

interface Input extends ChainMutant {
  readonly mode: "if-covered" | "required";
}

/** `verifyChain` with the check of revocation lists, most of which are mutants. */
export function checkRevocationTarget(corpus: Corpus): Target<Input> {
  const withLists = (chains: readonly SeedChain[]): readonly SeedChain[] =>
    chains.filter(({ lists }) => lists.length > 0);
  const made = withLists(corpus.made);
  const suite = withLists(corpus.suite);
  return {
    name: "revocation",
    share: 3,
    mutant: (random: Random) => {
      const chain = random.pick(suite.length === 0 || random.chance(0.75) ? made : suite);
      const parts = random.chance(0.8)
        ? (["list"] as const)
        : (["list", "leaf", "intermediate"] as const);
      const mutant = mutateParts(chain, corpus, random, parts);
      return { ...mutant, question: chain.question, mode: random.pick(["if-covered", "required"]) };
    },
    run: (input): Finding => {
      const lists = input.lists.map(parseCertificateList).filter(isParsed);
      const verdict = judge(input, { acceptPath: acceptPathOf(input, lists) });
      if (verdict instanceof ConfigError) return unreadableTrust(verdict);
      const isGenuine = (list: Uint8Array): boolean =>
        !input.forged.some((forged) => Buffer.from(forged).equals(list)) &&
        isParsed(parseCertificateList(list));
      // What a forged list says must not make any difference for the better.
      const fault =
        verdict.outcome === "verified" && input.mode === "required" && !input.lists.some(isGenuine)
          ? "a list that nobody signed vouches for a certificate"
          : findFault(input, verdict);
      return { ...findingOf(verdict), fault };
    },
  };
}

function acceptPathOf(input: Input, lists: readonly CertificateList[]): AcceptPath {
  const check: AcceptPath = createCrlCheck({
    lists,
    now: input.question.time,
    mode: input.mode,
    signers: input.intermediates.map(parseCertificate).filter(isParsed),
    verifySigner,
    legacy: noLegacy,
  });
  return check;

  function verifySigner(signer: Certificate, anchor: Certificate): boolean {
    const verdict = verifyChain({
      leaf: signer.der,
      intermediates: input.intermediates,
      trust: createTrustSet({ anchors: [anchor.der] }),
      time: input.question.time,
      purpose: "any",
      keyUsage: [],
    });
    return verdict.outcome === "verified";
  }
}

function isParsed<Parsed>(parsed: Parsed | string): parsed is Parsed {
  return typeof parsed !== "string";
}
