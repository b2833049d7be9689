import type { Certificate } from "../x509/certificate.ts";
import type { PublicKey } from "../x509/public-key.ts";

/**
 * Valid signatures among the authorities of one trust set: they are checked once and not for every client. It remembers of its
 * own certificates only, so no client can make it grow.
 */
export class SignatureMemory {
  readonly #signers: ReadonlyMap<Certificate, Set<PublicKey>>;

  constructor(authorities: readonly Certificate[]) {
    this.#signers = new Map(authorities.map((authority) => [authority, new Set()]));
  }

  isKnownValid(certificate: Certificate, key: PublicKey): boolean {
    return this.#signers.get(certificate)?.has(key) === true;
  }

  remember(certificate: Certificate, issuer: Certificate): void {
    if (this.#signers.has(issuer)) this.#signers.get(certificate)?.add(issuer.publicKey);
  }
}
