import { AsnConvert } from "@peculiar/asn1-schema";
import {
  AuthorityInfoAccessSyntax,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  CertificatePolicies,
  CRLDistributionPoints,
  ExtendedKeyUsage,
  InhibitAnyPolicy,
  IssueAlternativeName,
  KeyUsage,
  NameConstraints,
  PolicyConstraints,
  PolicyMappings,
  SubjectAlternativeName,
  SubjectInfoAccessSyntax,
  SubjectKeyIdentifier,
  type AccessDescription,
  type DistributionPoint,
  type Extension,
  type GeneralName,
  type GeneralSubtree,
  type Name,
  type RelativeDistinguishedName,
} from "@peculiar/asn1-x509";

import { hex } from "./plain-facts.ts";

/** What `plainFacts` says, as asn1-x509 reads it. */
export function oracleFacts(bytes: Uint8Array) {
  const { tbsCertificate, tbsCertificateRaw, signatureValue } = AsnConvert.parse(
    bytes,
    Certificate,
  );
  const extensions: readonly Extension[] = [...(tbsCertificate.extensions ?? [])];
  const valueOf = <Value>(oid: string, type: new () => Value): Value | undefined => {
    const found = extensions.find(({ extnID }) => extnID === oid);
    return found && AsnConvert.parse(found.extnValue.buffer, type);
  };
  const basicConstraints = valueOf("2.5.29.19", BasicConstraints);
  const keyIdentifier = valueOf("2.5.29.14", SubjectKeyIdentifier);
  const authorityKey = valueOf("2.5.29.35", AuthorityKeyIdentifier);
  const constraints = valueOf("2.5.29.30", NameConstraints);
  const policies = valueOf("2.5.29.32", CertificatePolicies);
  const mappings = valueOf("2.5.29.33", PolicyMappings);
  const policyConstraints = valueOf("2.5.29.36", PolicyConstraints);
  const inhibitAny = valueOf("2.5.29.54", InhibitAnyPolicy);
  return {
    version: tbsCertificate.version + 1,
    serialNumber: hex(tbsCertificate.serialNumber),
    issuer: relativeNames(tbsCertificate.issuer),
    subject: relativeNames(tbsCertificate.subject),
    notBefore: tbsCertificate.validity.notBefore.getTime().getTime(),
    notAfter: tbsCertificate.validity.notAfter.getTime().getTime(),
    publicKey: hex(AsnConvert.serialize(tbsCertificate.subjectPublicKeyInfo)),
    signedBytes: hex(tbsCertificateRaw!),
    signature: hex(signatureValue),
    basicConstraints: basicConstraints && {
      isCa: basicConstraints.cA,
      pathLength: number(basicConstraints.pathLenConstraint),
    },
    keyUsage: valueOf("2.5.29.15", KeyUsage)?.toNumber(),
    extendedKeyUsage: list(valueOf("2.5.29.37", ExtendedKeyUsage)),
    subjectAltName: list(valueOf("2.5.29.17", SubjectAlternativeName))?.map(generalName),
    issuerAltName: list(valueOf("2.5.29.18", IssueAlternativeName))?.map(generalName),
    subjectKeyIdentifier: keyIdentifier && hex(keyIdentifier.buffer),
    authorityKeyIdentifier: authorityKey && {
      keyIdentifier: authorityKey.keyIdentifier && hex(authorityKey.keyIdentifier.buffer),
      issuer: authorityKey.authorityCertIssuer?.map(generalName),
      serialNumber:
        authorityKey.authorityCertSerialNumber && hex(authorityKey.authorityCertSerialNumber),
    },
    nameConstraints: constraints && {
      permitted: [...(constraints.permittedSubtrees ?? [])].map(subtree),
      excluded: [...(constraints.excludedSubtrees ?? [])].map(subtree),
    },
    certificatePolicies: list(policies)?.map(({ policyIdentifier }) => policyIdentifier),
    policyMappings: list(mappings)?.map(({ issuerDomainPolicy, subjectDomainPolicy }) => [
      issuerDomainPolicy,
      subjectDomainPolicy,
    ]),
    policyConstraints: policyConstraints && {
      requireExplicitPolicy: skipCerts(policyConstraints.requireExplicitPolicy),
      inhibitPolicyMapping: skipCerts(policyConstraints.inhibitPolicyMapping),
    },
    inhibitAnyPolicy: skipCerts(inhibitAny?.value),
    crlDistributionPoints: list(valueOf("2.5.29.31", CRLDistributionPoints))?.map(point),
    // FreshestCRL has the syntax of the other, and a class of its own that reads nothing.
    freshestCrl: list(valueOf("2.5.29.46", CRLDistributionPoints))?.map(point),
    authorityInfoAccess: list(valueOf("1.3.6.1.5.5.7.1.1", AuthorityInfoAccessSyntax))?.map(access),
    subjectInfoAccess: list(valueOf("1.3.6.1.5.5.7.1.11", SubjectInfoAccessSyntax))?.map(access),
    all: extensions.map(({ extnID, critical, extnValue }) => [
      extnID,
      critical,
      hex(extnValue.buffer),
    ]),
    unprocessedCritical: extensions
      .filter(({ extnID, critical }) => critical && !processed.has(extnID))
      .map(({ extnID }) => extnID),
  };
}

/** The extensions of RFC 5280 4.2, private key usage period and subject directory attributes excepted. */
const processed = new Set([
  ...[14, 15, 17, 18, 19, 30, 31, 32, 33, 35, 36, 37, 46, 54].map((arc) => `2.5.29.${arc}`),
  ...["1.3.6.1.5.5.7.1.1", "1.3.6.1.5.5.7.1.11"],
]);

/** The oracle reads large numbers as text, whatever its types say. */
function number(value: number | string | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}

function list<Item>(items: Iterable<Item> | undefined): readonly Item[] | undefined {
  return items && [...items];
}

function relativeNames(name: Name) {
  return [...name].map(attributes);
}

function attributes(relativeName: RelativeDistinguishedName) {
  return [...relativeName].map(({ type, value }) => [
    type,
    value.anyValue === undefined ? value.toString() : `#${hex(value.anyValue)}`,
  ]);
}

function generalName(name: GeneralName) {
  const { dNSName, rfc822Name, uniformResourceIdentifier, directoryName, otherName } = name;
  if (dNSName !== undefined) return ["dns", dNSName];
  if (rfc822Name !== undefined) return ["email", rfc822Name];
  if (uniformResourceIdentifier !== undefined) return ["uri", uniformResourceIdentifier];
  if (directoryName !== undefined) return ["directory", relativeNames(directoryName)];
  // What the oracle makes of the rest is text or objects; written again it is the DER that was read.
  const written = hex(AsnConvert.serialize(name));
  if (otherName !== undefined) return [`otherName ${otherName.typeId}`, written];
  if (name.registeredID !== undefined) return ["registeredID", written];
  return ["ip", written.slice(4)];
}

function subtree({ base, minimum, maximum }: GeneralSubtree) {
  return [generalName(base), minimum !== 0 || maximum !== undefined];
}

function skipCerts(octets: ArrayBuffer | undefined): number | undefined {
  return octets && Number(`0x${hex(octets)}`);
}

function point({ distributionPoint: name, reasons, cRLIssuer }: DistributionPoint) {
  return {
    name:
      name?.fullName === undefined
        ? name?.nameRelativeToCRLIssuer && ["relative", ...attributes(name.nameRelativeToCRLIssuer)]
        : ["full", ...name.fullName.map(generalName)],
    reasons: reasons?.toNumber(),
    crlIssuer: cRLIssuer?.map(generalName),
  };
}

function access({ accessMethod, accessLocation }: AccessDescription) {
  return [accessMethod, generalName(accessLocation)];
}
