import { createTrustSet, verifyChain, type ChainInput } from "@mtls-shield/core";
import { parsePem } from "../../packages/core/src/asn1/pem.ts";
import { createCrlCheck } from "../../packages/core/src/revocation/crl/crl-check.ts";
import { parseCertificate, type Certificate } from "../../packages/core/src/x509/certificate.ts";
import {
  parseCertificateList,
  type CertificateList,
} from "../../packages/core/src/x509/certificate-list.ts";
import type { PathCase } from "./path-case.ts";

type AcceptPath = NonNullable<ChainInput["acceptPath"]>;

/** What a case asks of a certificate that signs revocation lists, its path apart. */
export type SignerQuestion = Pick<ChainInput, "time" | "profile" | "legacyAlgorithms" | "limits">;

/** The check of revocation that a case asks for; undefined: none. */
export function revocationCheck(
  test: PathCase,
  { time, profile = "default", legacyAlgorithms = [], limits = {} }: SignerQuestion,
): AcceptPath | undefined {
  if (test.lists.length === 0 && test.revocation === "if-covered") return undefined;
  const check: AcceptPath = createCrlCheck({
    lists: readLists(test.lists),
    now: time,
    mode: test.revocation,
    signers: readCertificates(test.intermediates),
    verifySigner,
    legacy: new Set(test.legacy),
  });
  return check;

  function verifySigner(signer: Certificate, anchor: Certificate): boolean {
    const verdict = verifyChain({
      time,
      profile,
      legacyAlgorithms,
      limits,
      leaf: signer.der,
      intermediates: test.intermediates,
      trust: createTrustSet({ anchors: [anchor.der] }),
      purpose: "any",
      keyUsage: [],
      ...(test.revocation === "required" ? { acceptPath: check } : {}),
    });
    return verdict.outcome === "verified";
  }
}

/** A list that cannot be read speaks of nobody: in the suites, those are lists of other issuers. */
function readLists(texts: readonly string[]): readonly CertificateList[] {
  return texts.flatMap((text) => {
    const blocks = parsePem(text);
    if (typeof blocks === "string") return [];
    return blocks
      .map(({ bytes }) => parseCertificateList(bytes))
      .filter((list) => typeof list !== "string");
  });
}

/** Those that can be read. */
function readCertificates(texts: readonly string[]): readonly Certificate[] {
  return texts.flatMap((text) => {
    const blocks = parsePem(text);
    if (typeof blocks === "string") return [];
    return blocks
      .map(({ bytes }) => parseCertificate(bytes))
      .filter((certificate) => typeof certificate !== "string");
  });
}
