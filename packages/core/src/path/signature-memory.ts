import { BoundedMap } from "../base/bounded-map.ts";
import type { Certificate } from "../x509/certificate.ts";

/** Authorities remembered below each of a trust set: as many as clients come from in turn, about 1 KB each. */
const rememberedAuthorities = 64;

/**
 * Valid signatures by the authorities of one trust set on other authorities, which are checked once and not for every client. They
 * are told by their whole bytes, of which the signature is a pure function, so that nothing of one client reaches another.
 */
export class SignatureMemory {
  readonly #signed: ReadonlyMap<Certificate, BoundedMap<string, true>>;

  constructor(authorities: readonly Certificate[]) {
    this.#signed = new Map(
      authorities.map((authority) => [authority, new BoundedMap(rememberedAuthorities)]),
    );
  }

  /** Whether the issuer, one of the trust set, is known to have signed these bytes. */
  isKnownValid(certificate: Certificate, issuer: Certificate): boolean {
    // Clients are far more than authorities, and each is remembered as a whole elsewhere.
    if (!certificate.isCa) return false;
    return this.#signed.get(issuer)?.get(octetsOf(certificate)) === true;
  }

  remember(certificate: Certificate, issuer: Certificate): void {
    if (certificate.isCa) this.#signed.get(issuer)?.set(octetsOf(certificate), true);
  }
}

function octetsOf({ der }: Certificate): string {
  return der.toString("latin1");
}
