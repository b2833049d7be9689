import { oids } from "../../asn1/oids.ts";
import type { Certificate } from "../../x509/certificate.ts";
import { keyUsageBits, type Extensions } from "../../x509/extensions.ts";
import { findNameSyntaxFault } from "./alternative-name-syntax.ts";
import type { IssuanceRule } from "./issuance-rule.ts";

const refusedBy = ["strict", "webpki"] as const;

/** What RFC 5280 section 4 demands of issuers, and section 6 does not check. */
export const rfc5280Rules: readonly IssuanceRule[] = [
  {
    code: "certificate-version-1",
    refusedBy,
    warns: true,
    find: ({ version }) => (version === 3 ? undefined : `it is of version ${version}`),
  },
  {
    code: "authority-key-identifier-missing",
    refusedBy,
    warns: true,
    find: (certificate, role) => {
      const { version, extensions } = certificate;
      if (extensions.authorityKeyIdentifier?.keyIdentifier !== undefined) return undefined;
      // 4.2.1.1: a root may leave it out. What has no extensions at all is remarked as such.
      if (version !== 3 || (role === "anchor" && certificate.isSelfIssued)) return undefined;
      return "it has none";
    },
  },
  {
    code: "subject-key-identifier-missing",
    refusedBy,
    warns: true,
    find: ({ isCa, extensions }) =>
      isCa && extensions.subjectKeyIdentifier === undefined ? "it has none" : undefined,
  },
  {
    code: "authority-key-usage-missing",
    refusedBy,
    warns: true,
    find: ({ isCa, extensions: { keyUsage, basicConstraints } }) => {
      if (!isCa) return undefined;
      if (keyUsage === undefined) return "it has none";
      // 4.2.1.9: a path length goes with keyCertSign only.
      const signs = (keyUsage & keyUsageBits.keyCertSign) !== 0;
      return basicConstraints?.pathLength !== undefined && !signs
        ? "it has a path length, and no keyCertSign"
        : undefined;
    },
  },
  {
    code: "key-cert-sign-without-ca",
    refusedBy,
    warns: true,
    find: ({ isCa, extensions: { keyUsage = 0 } }) =>
      !isCa && (keyUsage & keyUsageBits.keyCertSign) !== 0
        ? "it states keyCertSign, and is no authority"
        : undefined,
  },
  { code: "extension-critical", refusedBy, warns: true, find: findWronglyCritical },
  { code: "extension-not-critical", refusedBy, warns: true, find: findWronglyNotCritical },
  {
    code: "name-constraints-not-critical",
    // Baseline Requirements 7.1.2.5.2 allow it, for the sake of clients that do not know the extension.
    refusedBy: ["strict"],
    warns: true,
    find: ({ extensions }) =>
      extensions.nameConstraints !== undefined && !isCritical(extensions, oids.nameConstraints)
        ? "nameConstraints"
        : undefined,
  },
  {
    code: "name-constraints-in-end-entity",
    refusedBy,
    warns: true,
    find: ({ isCa, extensions }) =>
      !isCa && extensions.nameConstraints !== undefined
        ? "it constrains names that it may not issue"
        : undefined,
  },
  {
    code: "name-constraint-leading-period",
    refusedBy,
    warns: true,
    find: ({ extensions: { nameConstraints } }) =>
      nameConstraints === undefined
        ? undefined
        : [...nameConstraints.permitted, ...nameConstraints.excluded]
            .flatMap((subtree) => (subtree.type === "dns" ? [subtree.value] : []))
            .find((domain) => domain.startsWith(".")),
  },
  {
    code: "alternative-name-malformed",
    refusedBy,
    warns: true,
    find: ({ extensions: { subjectAltName } }) =>
      subjectAltName === undefined ? undefined : findNameSyntaxFault(subjectAltName),
  },
  {
    code: "serial-number-not-positive",
    refusedBy,
    warns: true,
    find: ({ serialNumber }) => {
      const [firstOctet = 0] = serialNumber;
      if (firstOctet >= 0x80) return "it is negative";
      return serialNumber.every((octet) => octet === 0) ? "it is zero" : undefined;
    },
  },
  {
    code: "serial-number-too-long",
    refusedBy,
    warns: true,
    find: ({ serialNumber }) =>
      serialNumber.length > 20 ? `it has ${serialNumber.length} octets` : undefined,
  },
  {
    code: "dates-not-canonical",
    refusedBy,
    warns: true,
    find: ({ hasCanonicalDates }) =>
      hasCanonicalDates ? undefined : "a year up to 2049 is written as GeneralizedTime",
  },
];

/** RFC 5280 4.2.1.1, 4.2.1.2, 4.2.1.15, 4.2.2.1, 4.2.2.2 */
const neverCritical = [
  ["authorityKeyIdentifier", oids.authorityKeyIdentifier],
  ["subjectKeyIdentifier", oids.subjectKeyIdentifier],
  ["freshestCRL", oids.freshestCrl],
  ["authorityInfoAccess", oids.authorityInfoAccess],
  ["subjectInfoAccess", oids.subjectInfoAccess],
] as const;

function findWronglyCritical({ extensions }: Certificate): string | undefined {
  return neverCritical.find(([, type]) => isCritical(extensions, type))?.[0];
}

/** RFC 5280 4.2.1.6, 4.2.1.9, 4.2.1.11, 4.2.1.14 */
function findWronglyNotCritical({ isCa, subject, extensions }: Certificate): string | undefined {
  const { policyConstraints, inhibitAnyPolicy } = extensions;
  if (isCa && !isCritical(extensions, oids.basicConstraints)) return "basicConstraints";
  if (policyConstraints !== undefined && !isCritical(extensions, oids.policyConstraints))
    return "policyConstraints";
  if (inhibitAnyPolicy !== undefined && !isCritical(extensions, oids.inhibitAnyPolicy))
    return "inhibitAnyPolicy";
  // With an empty subject nothing else says who it is.
  if (subject.isEmpty && !isCritical(extensions, oids.subjectAltName)) return "subjectAltName";
  return undefined;
}

function isCritical({ all }: Extensions, type: string): boolean {
  return all.get(type)?.isCritical === true;
}
