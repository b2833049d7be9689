import type { ReasonCode } from "../../reasons/reasons.ts";
import type { Certificate } from "../../x509/certificate.ts";

/** RFC 5280 6.1.4 (o), 6.1.5 (f): what is critical and not processed refuses. */
export function checkUnprocessedExtensions({ extensions }: Certificate): ReasonCode | undefined {
  return extensions.unprocessedCritical.length > 0 ? "critical-extension-unsupported" : undefined;
}
