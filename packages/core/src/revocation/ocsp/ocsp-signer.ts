import { createHash } from "node:crypto";
import { equalBytes } from "../../base/bytes.ts";
import { checkKeyStrength } from "../../path/checks/key-strength.ts";
import { checkValidity, endOfValidity } from "../../path/checks/validity.ts";
import type { Certificate } from "../../x509/certificate.ts";
import { keyBits } from "../../x509/key-bits.ts";
import type { IssuedCertificate } from "../../x509/ocsp-certificate-id.ts";
import { readOcspDelegate, type OcspDelegate } from "../../x509/ocsp-delegate.ts";
import type { BasicOcspResponse } from "../../x509/ocsp-response.ts";
import type { PublicKey } from "../../x509/public-key.ts";
import { verifySignature, type LegacyAlgorithm } from "../../x509/signature.ts";
import { findDelegationFault } from "./ocsp-delegation.ts";

/** Who may sign for an issuer. */
export interface OcspSigners {
  /**
   * Certificates that the operator trusts to sign for this issuer, whoever issued them (RFC 6960 4.2.2.2, local configuration):
   * their extensions are not judged.
   */
  readonly signers: readonly Certificate[];
  /** DER of certificates that are not in the response and may be those of delegates; trusted as little as those in it. */
  readonly delegates?: readonly Buffer[];
  readonly legacy: ReadonlySet<LegacyAlgorithm>;
  /** Asked about each delegate, also those that id-pkix-ocsp-nocheck exempts from what authorities say of revocation. */
  readonly isSignerRevoked: (signer: Certificate, issuer: Certificate) => boolean;
}

export interface OcspSignerQuestion extends IssuedCertificate, OcspSigners {
  /** The moment to judge, in epoch milliseconds. */
  readonly now: number;
}

/** The first millisecond at which the signer may no longer sign; Infinity where others judge that. */
export interface OcspSigner {
  readonly until: number;
  /** Whom the issuer named for this; undefined: it is the issuer, or one of the operator's. */
  readonly delegate?: Certificate;
}

/** Responders embed one certificate, or a chain of three; whoever relays the response may embed thousands. */
const mostDelegates = 8;

/** Several certificates may fit a responder's name; each costs up to two. */
const mostSignatureChecks = 8;

/** Finds who signed a response, and whether they may: a string says why nobody who may has signed it. */
export function findOcspSigner(
  response: BasicOcspResponse,
  question: OcspSignerQuestion,
): OcspSigner | string {
  return new SignerSearch(response, question).find();
}

class SignerSearch {
  readonly #response: BasicOcspResponse;
  readonly #question: OcspSignerQuestion;
  #signatureChecksLeft = mostSignatureChecks;
  /** Of the first that fits the responder's name: others may stand in the response by mistake. */
  #problem: string | undefined;

  constructor(response: BasicOcspResponse, question: OcspSignerQuestion) {
    this.#response = response;
    this.#question = question;
  }

  find(): OcspSigner | string {
    const { issuer, signers, now } = this.#question;
    // Whether the issuer itself may be trusted now is for the path to say.
    if (this.#isResponder(issuer) && this.#hasSigned(issuer)) return { until: Infinity };
    const configured = signers.find(
      (one) => this.#isResponder(one) && this.#isCurrent(one, now) && this.#hasSigned(one),
    );
    if (configured !== undefined) return { until: endOfValidity(configured) };
    const delegate = this.#delegates().find((one) => this.#isDelegate(one));
    return delegate === undefined
      ? (this.#problem ?? "no certificate at hand is that of the responder")
      : { until: endOfValidity(delegate.certificate), delegate: delegate.certificate };
  }

  #delegates(): readonly OcspDelegate[] {
    const { delegates = [] } = this.#question;
    return [this.#response.certificates, delegates]
      .flatMap((some) => some.slice(0, mostDelegates).map(readOcspDelegate))
      .filter((one) => one !== undefined);
  }

  /** RFC 6960 4.2.2.2: issued directly by the authority whose certificate is judged, with the same key. What is cheap comes first. */
  #isDelegate(delegate: OcspDelegate): boolean {
    const { certificate } = delegate;
    const { certificate: judged, issuer, now, isSignerRevoked } = this.#question;
    if (!this.#isResponder(certificate)) return false;
    // Whoever holds a key that was reported stolen would otherwise report that it was not.
    if (certificate.publicKey.octets === judged.publicKey.octets) {
      return this.#refuse("the certificate speaks for itself");
    }
    if (!certificate.issuer.equals(issuer.subject)) {
      return this.#refuse("the responder's certificate is of another issuer");
    }
    const fault = findDelegationFault(certificate);
    if (fault !== undefined) return this.#refuse(fault);
    if (!this.#isCurrent(certificate, now) || !this.#hasSigned(certificate)) return false;
    if (!this.#isIssued(delegate)) return false;
    if (isSignerRevoked(certificate, issuer)) {
      return this.#refuse("the responder's certificate has been revoked");
    }
    return true;
  }

  #isResponder({ subject, publicKey }: Certificate): boolean {
    const { responder } = this.#response;
    return responder.type === "name"
      ? responder.name.equals(subject)
      : // RFC 6960 4.2.1: always SHA-1; the signature proves who it is.
        equalBytes(responder.keyHash, createHash("sha1").update(keyBits(publicKey)).digest());
  }

  #isCurrent(certificate: Certificate, now: number): boolean {
    if (checkValidity(certificate, "issuer", now) === undefined) return true;
    return this.#refuse("the responder's certificate is not valid now");
  }

  #hasSigned({ publicKey }: Certificate): boolean {
    const { signatureAlgorithm, signedBytes, signature } = this.#response;
    const isSigned = this.#verify(signatureAlgorithm, signedBytes, signature, publicKey);
    return isSigned || this.#refuse("the response's signature does not hold");
  }

  #isIssued({ certificate, signedBytes }: OcspDelegate): boolean {
    const { signatureAlgorithmsMatch, signatureAlgorithm, signature } = certificate;
    const { publicKey } = this.#question.issuer;
    const isSigned =
      signatureAlgorithmsMatch &&
      this.#verify(signatureAlgorithm, signedBytes, signature, publicKey);
    return isSigned || this.#refuse("the signature of the responder's certificate does not hold");
  }

  #verify(
    algorithm: BasicOcspResponse["signatureAlgorithm"],
    signed: Buffer,
    signature: Buffer,
    key: PublicKey,
  ): boolean {
    const { legacy } = this.#question;
    if (checkKeyStrength(key, legacy) !== undefined) return false;
    if (--this.#signatureChecksLeft < 0) return false;
    return verifySignature(algorithm, signed, signature, key, legacy) === "valid";
  }

  #refuse(problem: string): false {
    this.#problem ??= problem;
    return false;
  }
}
