import type { Certificate } from "../x509/certificate.ts";

/** The same certificates, each one once. */
export function distinctCertificates(certificates: readonly Certificate[]): readonly Certificate[] {
  if (certificates.length < 2) return certificates;
  return [...new Map(certificates.map((one) => [one.fingerprint, one])).values()];
}
