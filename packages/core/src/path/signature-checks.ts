import type { Budget } from "../base/budget.ts";
import type { ReasonCode } from "../reasons/reasons.ts";
import type { Certificate } from "../x509/certificate.ts";
import type { PublicKey } from "../x509/public-key.ts";
import {
  isAcceptedAlgorithm,
  verifySignature,
  type LegacyAlgorithm,
  type SignatureAlgorithm,
  type SignatureVerdict,
} from "../x509/signature.ts";
import { SignatureMemory } from "./signature-memory.ts";

/** The signature checks of one verification: none is made twice, and each is paid for. */
export class SignatureChecks {
  readonly #verdicts = new Map<Certificate, Map<PublicKey, SignatureVerdict>>();
  readonly #budget: Budget;
  readonly #legacy: ReadonlySet<LegacyAlgorithm>;
  readonly #memory: SignatureMemory;

  constructor(
    budget: Budget,
    legacy: ReadonlySet<LegacyAlgorithm>,
    memory = new SignatureMemory([]),
  ) {
    this.#budget = budget;
    this.#legacy = legacy;
    this.#memory = memory;
  }

  /** RFC 5280 6.1.3 (a)(1): the certificate was signed with the issuer's key. */
  check(certificate: Certificate, issuer: Certificate): ReasonCode | undefined {
    if (!certificate.signatureAlgorithmsMatch) return "signature-algorithm-mismatch";
    if (this.#isKnownValid(certificate, issuer)) return undefined;
    const verdict = this.#verdict(certificate, issuer.publicKey);
    switch (verdict) {
      case "valid":
        this.#memory.remember(certificate, issuer);
        return undefined;
      case "invalid":
        return "signature-invalid";
      case "algorithm-unsupported":
        return "signature-algorithm-unsupported";
      case "key-unsupported":
        return "key-unsupported";
      case undefined:
        return "path-search-limit";
    }
  }

  /** That a signature is valid never changes; whether its algorithm is accepted does from call to call. */
  #isKnownValid(certificate: Certificate, issuer: Certificate): boolean {
    return (
      this.#memory.isKnownValid(certificate, issuer) &&
      isAcceptedAlgorithm(certificate.signatureAlgorithm as SignatureAlgorithm, this.#legacy)
    );
  }

  #verdict(certificate: Certificate, key: PublicKey): SignatureVerdict | undefined {
    let verdicts = this.#verdicts.get(certificate);
    if (verdicts === undefined) {
      verdicts = new Map<PublicKey, SignatureVerdict>();
      this.#verdicts.set(certificate, verdicts);
    }
    let verdict = verdicts.get(key);
    if (verdict === undefined) {
      if (!this.#budget.spendSignatureCheck()) return undefined;
      const { signatureAlgorithm, signedBytes, signature } = certificate;
      verdict = verifySignature(signatureAlgorithm, signedBytes, signature, key, this.#legacy);
      verdicts.set(key, verdict);
    }
    return verdict;
  }
}
