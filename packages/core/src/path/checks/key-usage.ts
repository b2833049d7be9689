import type { ReasonCode } from "../../reasons/reasons.ts";
import type { Certificate } from "../../x509/certificate.ts";
import { keyUsageBits } from "../../x509/extensions.ts";

/** RFC 5280 6.1.4 (n): an issuer that states its key usage has to state keyCertSign. */
export function checkIssuerKeyUsage({ extensions }: Certificate): ReasonCode | undefined {
  const { keyUsage } = extensions;
  if (keyUsage === undefined || (keyUsage & keyUsageBits.keyCertSign) !== 0) return undefined;
  return "issuer-key-usage-invalid";
}

/** RFC 5280 4.2.1.3, RFC 8446 4.4.2.4: a client signs the handshake, so a stated key usage has to allow signatures. */
export function checkClientKeyUsage({ extensions }: Certificate): ReasonCode | undefined {
  const { keyUsage } = extensions;
  if (keyUsage === undefined || (keyUsage & keyUsageBits.digitalSignature) !== 0) return undefined;
  return "key-usage-invalid";
}
