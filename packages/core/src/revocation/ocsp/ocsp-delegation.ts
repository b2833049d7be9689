import { oids } from "../../asn1/oids.ts";
import type { Certificate } from "../../x509/certificate.ts";
import { keyUsageBits } from "../../x509/extensions.ts";

/** nonRepudiation (RFC 5280 4.2.1.3), which a delegate may state in place of digitalSignature. */
const nonRepudiation = 1 << 1;

/** Why a certificate's extensions do not make it one of a responder (RFC 6960 4.2.2.2); undefined: they do. */
export function findDelegationFault({ extensions }: Certificate): string | undefined {
  const { extendedKeyUsage, keyUsage, unprocessedCritical } = extensions;
  // It has to be stated: anyExtendedKeyUsage is no delegation.
  if (extendedKeyUsage?.includes(oids.ocspSigning) !== true) {
    return "the responder's certificate is not for signing OCSP responses";
  }
  const signs = keyUsageBits.digitalSignature | nonRepudiation;
  if (keyUsage !== undefined && (keyUsage & signs) === 0) {
    return "the key usage of the responder's certificate does not allow to sign";
  }
  if (unprocessedCritical.some((type) => type !== oids.ocspNoCheck)) {
    return "the responder's certificate holds a critical extension that is not processed";
  }
  return undefined;
}

/** RFC 6960 4.2.2.2.1: its authority asks nobody to check whether it has been revoked. */
export function isExemptFromRevocation({ extensions }: Certificate): boolean {
  return extensions.all.has(oids.ocspNoCheck);
}
