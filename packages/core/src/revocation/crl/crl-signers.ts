import { equalBytes } from "../../base/bytes.ts";
import type { CandidatePath } from "../../path/verified-path.ts";
import type { Certificate } from "../../x509/certificate.ts";
import type { CertificateList } from "../../x509/certificate-list.ts";
import { keyUsageBits } from "../../x509/extensions.ts";
import type { PublicKey } from "../../x509/public-key.ts";
import type { LegacyAlgorithm, SignatureVerdict } from "../../x509/signature.ts";

export interface CrlSignersOptions {
  /**
   * Certificates that may be of signers, besides those of the path itself. They are the operator's: in the name of one authority
   * any other one below the same anchor could certify a signer (RFC 5280 6.3.3 (f)), so that clients must not bring them along.
   */
  readonly signers: readonly Certificate[];
  /** Whether a path leads from a signer to the anchor, with the revocation checks that the operator asked for. */
  readonly verifySigner: (signer: Certificate, anchor: Certificate) => boolean;
  readonly legacy: ReadonlySet<LegacyAlgorithm>;
}

/** Certificates of the pool that are tried for one CRL: an authority has one or two keys that sign its lists. */
const signersPerList = 8;

/** Signatures of CRLs checked in one verification: as many as certificates' (`defaultLimits.signatureChecks`). */
const signatureChecks = 100;

/** Paths looked for to signers in one verification. */
const signerPaths = 32;

/** Finds who signed a CRL, for one verification (RFC 5280 6.3.3 (f), (g)). Every limit that is exceeded means: nobody. */
export class CrlSigners {
  readonly #pool = new Map<string, Certificate[]>();
  readonly #verifySigner: CrlSignersOptions["verifySigner"];
  readonly #legacy: ReadonlySet<LegacyAlgorithm>;
  readonly #verified = new Map<string, boolean>();
  readonly #inProgress = new Set<string>();
  #signatureChecksLeft = signatureChecks;
  #signerPathsLeft = signerPaths;

  constructor({ signers, verifySigner, legacy }: CrlSignersOptions) {
    this.#verifySigner = verifySigner;
    this.#legacy = legacy;
    for (const signer of signers) {
      const key = signer.subject.comparisonKey;
      const known = this.#pool.get(key) ?? [];
      this.#pool.set(key, known);
      known.push(signer);
    }
  }

  /**
   * The certificate whose key signed the CRL. It is one above the judged certificate in its path, or one of the pool with a
   * path to the same anchor: those below the judged one vouch for nothing, and it itself only where it is judged as a signer.
   */
  find(list: CertificateList, path: CandidatePath, index: number): Certificate | undefined {
    const above = path.slice(index + 1).filter((one) => one.subject.equals(list.issuer));
    const signer = above.find((one) => isAllowed(one, "authority") && this.hasSigned(one, list));
    if (signer !== undefined) return signer;
    const anchor = path.at(-1) as Certificate;
    const judged = path[index] as Certificate;
    return this.#candidates(list).find(
      (one) =>
        (one.fingerprint !== judged.fingerprint || this.#isInProgress(one, anchor)) &&
        this.hasSigned(one, list) &&
        this.#isVerified(one, anchor),
    );
  }

  /** The signature is by this certificate's key. */
  hasSigned({ publicKey }: Certificate, list: CertificateList): boolean {
    return this.#verdict(list, publicKey) === "valid";
  }

  /** Those that the key identifier points to come first; it decides nothing (RFC 5280 4.2.1.1). */
  #candidates(list: CertificateList): readonly Certificate[] {
    const pool = this.#pool.get(list.issuer.comparisonKey) ?? [];
    const allowed = pool.filter((one) => isAllowed(one, "signer"));
    const named = allowed.filter((one) => isNamedBy(list, one));
    const others = allowed.filter((one) => !isNamedBy(list, one));
    return [...named, ...others].slice(0, signersPerList);
  }

  /** What the list remembers costs no check. */
  #verdict(list: CertificateList, key: PublicKey): SignatureVerdict | undefined {
    const known = list.knownVerdict(key, this.#legacy);
    if (known !== undefined) return known;
    return --this.#signatureChecksLeft < 0 ? undefined : list.verify(key, this.#legacy);
  }

  #isInProgress(signer: Certificate, anchor: Certificate): boolean {
    return this.#inProgress.has(nameOf(signer, anchor));
  }

  /**
   * A signer may be covered by no list but those that it signs itself (PKITS 4.14.30): being verified already counts as verified
   * then. RFC 5280 6.3.3 (f) asks for its path alone, and any other list that revokes it still refuses it.
   */
  #isVerified(signer: Certificate, anchor: Certificate): boolean {
    const name = nameOf(signer, anchor);
    const known = this.#verified.get(name);
    if (known !== undefined) return known;
    if (this.#isInProgress(signer, anchor)) return true;
    if (--this.#signerPathsLeft < 0) return false;
    this.#inProgress.add(name);
    const isVerified = this.#verifySigner(signer, anchor);
    this.#inProgress.delete(name);
    // While others are in progress, the answer rests on theirs.
    if (this.#inProgress.size === 0) this.#verified.set(name, isVerified);
    return isVerified;
  }
}

function nameOf(signer: Certificate, anchor: Certificate): string {
  return `${signer.fingerprint} ${anchor.fingerprint}`;
}

/**
 * RFC 5280 6.3.3 (f): key usage has to allow it where it is stated. Where it is not, only an authority may: otherwise anybody
 * who is given an authority's name and a certificate without usages could empty its list. RFC 10007 wants it stated there too;
 * roots that `openssl req -x509` makes state none, and who holds an authority's key could make a certificate that states it.
 */
function isAllowed(certificate: Certificate, role: "authority" | "signer"): boolean {
  const { keyUsage } = certificate.extensions;
  if (keyUsage !== undefined) return (keyUsage & keyUsageBits.cRLSign) !== 0;
  return role === "authority" || certificate.isCa;
}

function isNamedBy({ extensions }: CertificateList, signer: Certificate): boolean {
  const named = extensions.authorityKeyIdentifier?.keyIdentifier;
  const own = signer.extensions.subjectKeyIdentifier;
  return named !== undefined && own !== undefined && equalBytes(named, own);
}
