import { oid } from "../asn1/oids.ts";
import type { AddressPolicy } from "../network/address-policy.ts";
import type { Certificate } from "../x509/certificate.ts";
import type { GeneralName } from "../x509/general-name.ts";

/** RFC 5280 4.2.2.1 */
const ocspMethod = oid("1.3.6.1.5.5.7.48.1");

/** Certificates name one or two; more would be somebody's attempt to make requests. */
const mostAddresses = 4;

/** Whether a certificate says where its status can be asked for. */
export function namesStatusAddress({ extensions }: Certificate): boolean {
  return (
    extensions.crlDistributionPoints !== undefined ||
    extensions.freshestCrl !== undefined ||
    extensions.authorityInfoAccess?.some(({ method }) => method === ocspMethod) === true
  );
}

/** The OCSP responders that a certificate names and the operator allows. */
export function responderAddresses(
  { extensions }: Certificate,
  policy: AddressPolicy,
): readonly URL[] {
  const names = (extensions.authorityInfoAccess ?? [])
    .filter(({ method }) => method === ocspMethod)
    .map(({ location }) => location);
  return allowedUrls(names, policy);
}

/** The addresses of lists that a certificate names and the operator allows. */
export function listAddresses({ extensions }: Certificate, policy: AddressPolicy): readonly URL[] {
  const points = [...(extensions.crlDistributionPoints ?? []), ...(extensions.freshestCrl ?? [])];
  const names = points.flatMap(({ name }) => (name?.type === "full" ? name.names : []));
  return allowedUrls(names, policy);
}

function allowedUrls(names: readonly GeneralName[], policy: AddressPolicy): readonly URL[] {
  return names
    .flatMap((name) =>
      name.type === "uri" && URL.canParse(name.value) ? [new URL(name.value)] : [],
    )
    .filter((url) => policy.problemOf(url) === undefined)
    .slice(0, mostAddresses);
}
