import type { ReasonCode } from "../../reasons/reasons.ts";
import type { Certificate } from "../../x509/certificate.ts";

/** RFC 5280 6.1.4 (o), 6.1.5 (f): what is critical and not processed refuses; so does what would narrow the path. */
export function checkUnprocessedExtensions({ extensions }: Certificate): ReasonCode | undefined {
  if (extensions.unprocessedCritical.length > 0) return "critical-extension-unsupported";
  if (extensions.hasNameConstraints) return "name-constraints-unsupported";
  if (extensions.hasPolicyConstraints) return "policy-constraints-unsupported";
  return undefined;
}
