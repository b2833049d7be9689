import { oids } from "../asn1/oids.ts";
import type { Certificate } from "./certificate.ts";
import { keyUsageBits } from "./extensions.ts";
import { parseSpiffeId, type SpiffeId } from "./spiffe-id.ts";

/** The SPIFFE ID of a leaf that is an X.509 SVID; undefined for every other certificate. */
export function readSvid(leaf: Certificate): SpiffeId | undefined {
  const verdict = judgeSvid(leaf);
  return typeof verdict === "string" ? undefined : verdict;
}

/** Why a leaf is no X.509 SVID; undefined when it is one. */
export function findSvidFault(leaf: Certificate): string | undefined {
  const verdict = judgeSvid(leaf);
  return typeof verdict === "string" ? verdict : undefined;
}

/** X509-SVID 2 to 5: exactly one URI, a SPIFFE ID; not an authority; a key that may sign data but no certificates. */
function judgeSvid({ extensions, isCa }: Certificate): SpiffeId | string {
  const uris = (extensions.subjectAltName ?? []).flatMap((name) =>
    name.type === "uri" ? [name.value] : [],
  );
  const [uri, ...otherUris] = uris;
  if (uri === undefined || otherUris.length > 0) return `it holds ${uris.length} URIs, not one`;
  const id = parseSpiffeId(uri);
  if (id === undefined) return "its URI is not a SPIFFE ID";
  // X509-SVID 3.1: a trust domain alone names who signs, never a workload.
  if (id.path === "") return "its SPIFFE ID names a trust domain, not a workload";
  if (isCa) return "it is a certificate authority";
  const { keyUsage } = extensions;
  if (keyUsage === undefined) return "it states no key usage";
  // X509-SVID 4.3
  if (extensions.all.get(oids.keyUsage)?.isCritical !== true)
    return "its key usage is not critical";
  const { digitalSignature, keyCertSign, cRLSign } = keyUsageBits;
  if ((keyUsage & digitalSignature) === 0) return "its key may not sign data";
  if ((keyUsage & (keyCertSign | cRLSign)) !== 0) return "its key may sign certificates or CRLs";
  return id;
}
