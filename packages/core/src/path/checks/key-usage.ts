import type { ReasonCode } from "../../reasons/reasons.ts";
import type { Certificate } from "../../x509/certificate.ts";
import { keyUsageBits } from "../../x509/extensions.ts";

/** RFC 5280 6.1.4 (n): an issuer that states its key usage has to state keyCertSign. */
export function checkIssuerKeyUsage({ extensions }: Certificate): ReasonCode | undefined {
  const { keyUsage } = extensions;
  if (keyUsage === undefined || (keyUsage & keyUsageBits.keyCertSign) !== 0) return undefined;
  return "issuer-key-usage-invalid";
}

/** RFC 5280 4.2.1.3: a leaf that states its key usage has to state one of those that are asked for; 0 asks for none. */
export function checkLeafKeyUsage(
  { extensions }: Certificate,
  wanted: number,
): ReasonCode | undefined {
  const { keyUsage } = extensions;
  if (wanted === 0 || keyUsage === undefined || (keyUsage & wanted) !== 0) return undefined;
  return "key-usage-invalid";
}
