import type { CertificateList } from "../../x509/certificate-list.ts";
import { crlExtensionTypes } from "../../x509/crl-extensions.ts";

/** What makes a CRL unusable at any time and for any certificate, in words for the operator; undefined: nothing. */
export function findFault(list: CertificateList): string | undefined {
  const { entries, extensions, signatureAlgorithmsMatch } = list;
  if (!signatureAlgorithmsMatch) return "the list names two different signature algorithms";
  // RFC 5280 5.2 and 5.3
  if (extensions.unprocessedCritical.length > 0 || entries.hasUnprocessedCritical) {
    return "the list holds a critical extension that is not processed";
  }
  // RFC 5280 5.3.3: only indirect lists are about certificates of others.
  if (entries.namesIssuers && extensions.issuingDistributionPoint?.indirectCrl !== true) {
    return "the list names certificate issuers although it is not indirect";
  }
  // RFC 5280 5: version 1, which has no extensions, has to be processed as well.
  return list.version === 1 ? undefined : findNumberFault(list);
}

/** RFC 5280 5.2.3 */
function findNumberFault({ extensions }: CertificateList): string | undefined {
  const number = extensions.all.get(crlExtensionTypes.crlNumber);
  if (number === undefined) return "the list has no number";
  return number.isCritical ? "the list's number is critical" : undefined;
}
