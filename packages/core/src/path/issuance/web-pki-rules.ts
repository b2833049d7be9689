import { oids } from "../../asn1/oids.ts";
import { equalBytes } from "../../base/bytes.ts";
import type { Certificate } from "../../x509/certificate.ts";
import type { GeneralName } from "../../x509/general-name.ts";
import { isPreferredHostName } from "../../x509/host-name.ts";
import { printIpAddress } from "../../x509/ip-address.ts";
import { bitLength } from "../checks/key-strength.ts";
import type { CertificateRole, IssuanceRule } from "./issuance-rule.ts";

const refusedBy = ["webpki"] as const;

/** What the Baseline Requirements of the CA/Browser Forum demand besides; sections are theirs. */
export const webPkiRules: readonly IssuanceRule[] = [
  {
    code: "certificate-is-ca",
    refusedBy,
    // Worth a remark everywhere: whoever calls with it can also issue clients.
    warns: true,
    find: ({ isCa }, role) => (role === "leaf" && isCa ? "it may sign certificates" : undefined),
  },
  { code: "web-pki-key", refusedBy, warns: false, find: findForbiddenKey },
  { code: "web-pki-root", refusedBy, warns: false, find: findRootFault },
  { code: "web-pki-extended-key-usage", refusedBy, warns: false, find: findUsageFault },
  { code: "web-pki-common-name", refusedBy, warns: false, find: findCommonNameFault },
  { code: "web-pki-alternative-name", refusedBy, warns: false, find: findAlternativeNameFault },
];

/** 6.1.5: RSA with a modulus of a multiple of eight bits, or a NIST curve; other kinds of key are refused in any profile. */
function findForbiddenKey({ publicKey: { shape } }: Certificate): string | undefined {
  if (shape.type === "eddsa") return `it is for ${shape.curve}`;
  if (shape.type !== "rsa" || bitLength(shape.modulus) % 8 === 0) return undefined;
  return `the modulus has ${bitLength(shape.modulus)} bits`;
}

/** 7.1.2.1.2, 7.1.2.1.3 */
function findRootFault(
  { extensions, isSelfIssued }: Certificate,
  role: CertificateRole,
): string | undefined {
  // An anchor that another authority issued is no root: of intermediates the usages are demanded.
  if (role !== "anchor" || !isSelfIssued) return undefined;
  if (extensions.extendedKeyUsage !== undefined) return "it has an extended key usage";
  const { authorityKeyIdentifier: identifier, subjectKeyIdentifier } = extensions;
  if (identifier === undefined) return undefined;
  if (identifier.issuer !== undefined) return "its authority key identifier names an issuer";
  if (identifier.keyIdentifier === undefined || subjectKeyIdentifier === undefined)
    return "its authority key identifier holds no key identifier";
  return equalBytes(identifier.keyIdentifier, subjectKeyIdentifier)
    ? undefined
    : "its authority key identifier is not its subject key identifier";
}

/** 7.1.2.7.6, 7.1.2.7.10 */
function findUsageFault({ extensions }: Certificate, role: CertificateRole): string | undefined {
  if (role !== "leaf") return undefined;
  const usages = extensions.extendedKeyUsage;
  if (usages === undefined) return "it has none";
  if (usages.includes(oids.anyExtendedKeyUsage)) return "it allows every usage";
  return extensions.all.get(oids.extendedKeyUsage)?.isCritical === true
    ? "it is critical"
    : undefined;
}

/** 7.1.4.3: a common name repeats one of the alternative names, character for character. */
function findCommonNameFault(
  { subject, extensions: { subjectAltName = [] } }: Certificate,
  role: CertificateRole,
): string | undefined {
  if (role !== "leaf") return undefined;
  const [commonName, ...others] = subject.commonNames;
  if (commonName === undefined) return undefined;
  if (others.length > 0) return "it has several";
  const names = subjectAltName.flatMap(textOf);
  if (names.includes(commonName)) return undefined;
  // Beside wildcards and addresses alone, a host name is a wrong copy of nothing.
  const isHost = commonName.includes(".") && isPreferredHostName(commonName);
  return isHost && !names.some(isPreferredHostName) ? undefined : commonName;
}

/** What a common name may repeat of a name. */
function textOf(name: GeneralName): readonly string[] {
  switch (name.type) {
    case "dns":
    case "email":
    case "uri":
      return [name.value];
    case "ip":
      return [printIpAddress(name.value)];
    case "directory":
    case "other":
      return [];
  }
}

/** 7.1.2.7.12, 3.2.2.6: who names nobody, or everybody under a public suffix. */
function findAlternativeNameFault(
  { subject, extensions: { subjectAltName, all } }: Certificate,
  role: CertificateRole,
  isPublicSuffix: ((domain: string) => boolean) | undefined,
): string | undefined {
  if (role !== "leaf") return undefined;
  if (subjectAltName === undefined) return "it has none";
  if (!subject.isEmpty && all.get(oids.subjectAltName)?.isCritical === true) {
    return "it is critical beside a subject";
  }
  return subjectAltName
    .flatMap((name) => (name.type === "dns" ? [name.value] : []))
    .find(
      (name) => name.startsWith("*.") && isNobodys(name.slice(2).toLowerCase(), isPublicSuffix),
    );
}

/** A top-level domain is a public suffix in every list. */
function isNobodys(
  domain: string,
  isPublicSuffix: ((domain: string) => boolean) | undefined,
): boolean {
  return !domain.includes(".") || isPublicSuffix?.(domain) === true;
}
