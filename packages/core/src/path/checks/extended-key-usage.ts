import { oids } from "../../asn1/oids.ts";
import type { ReasonCode } from "../../reasons/reasons.ts";
import type { Certificate } from "../../x509/certificate.ts";

/** RFC 5280 4.2.1.12: usages that are stated have to include the purpose; in an authority they limit what is below. */
export function checkExtendedKeyUsage(
  { extensions }: Certificate,
  purpose: string | undefined,
  whenAbsent: "pass" | "refuse",
): ReasonCode | undefined {
  if (purpose === undefined) return undefined;
  const usages = extensions.extendedKeyUsage;
  const passes =
    usages === undefined
      ? whenAbsent === "pass"
      : usages.includes(purpose) || usages.includes(oids.anyExtendedKeyUsage);
  return passes ? undefined : "extended-key-usage-invalid";
}
