import { dottedOid } from "../../src/asn1/oids.ts";
import { tags } from "../../src/asn1/tags.ts";
import type { Certificate } from "../../src/x509/certificate.ts";
import type { NameAttribute } from "../../src/x509/distinguished-name.ts";
import type { DistributionPoint } from "../../src/x509/distribution-points.ts";
import type { GeneralName } from "../../src/x509/general-name.ts";
import type { AccessDescription } from "../../src/x509/information-access.ts";
import type { GeneralSubtree } from "../../src/x509/name-constraints.ts";

export function hex(bytes: ArrayBuffer | Uint8Array): string {
  return Buffer.from(bytes as Uint8Array).toString("hex");
}

/** Everything that the engine read of a certificate, in plain values, to be compared with what another parser read. */
export function plainFacts(certificate: Certificate) {
  const { extensions } = certificate;
  return {
    version: certificate.version,
    serialNumber: hex(certificate.serialNumber),
    issuer: certificate.issuer.relativeNames.map(plainAttributes),
    subject: certificate.subject.relativeNames.map(plainAttributes),
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
    publicKey: hex(certificate.publicKey.der),
    signedBytes: hex(certificate.signedBytes),
    signature: hex(certificate.signature),
    basicConstraints: extensions.basicConstraints,
    keyUsage: extensions.keyUsage,
    extendedKeyUsage: extensions.extendedKeyUsage?.map(dottedOid),
    subjectAltName: extensions.subjectAltName?.map(plainName),
    issuerAltName: extensions.issuerAltName?.map(plainName),
    subjectKeyIdentifier: extensions.subjectKeyIdentifier && hex(extensions.subjectKeyIdentifier),
    authorityKeyIdentifier: plainKeyIdentifier(extensions.authorityKeyIdentifier),
    nameConstraints: extensions.nameConstraints && {
      permitted: extensions.nameConstraints.permitted.map(plainSubtree),
      excluded: extensions.nameConstraints.excluded.map(plainSubtree),
    },
    certificatePolicies: extensions.certificatePolicies?.map(dottedOid),
    policyMappings: extensions.policyMappings?.map(
      ({ issuerDomainPolicy, subjectDomainPolicy }) => [
        dottedOid(issuerDomainPolicy),
        dottedOid(subjectDomainPolicy),
      ],
    ),
    policyConstraints: extensions.policyConstraints,
    inhibitAnyPolicy: extensions.inhibitAnyPolicy,
    crlDistributionPoints: extensions.crlDistributionPoints?.map(plainPoint),
    freshestCrl: extensions.freshestCrl?.map(plainPoint),
    authorityInfoAccess: extensions.authorityInfoAccess?.map(plainAccess),
    subjectInfoAccess: extensions.subjectInfoAccess?.map(plainAccess),
    all: [...extensions.all].map(([type, { isCritical, value }]) => [
      dottedOid(type),
      isCritical,
      hex(value),
    ]),
    unprocessedCritical: extensions.unprocessedCritical.map(dottedOid),
  };
}

export type PlainFacts = ReturnType<typeof plainFacts>;

/** String types whose text every parser knows. */
const textTags: readonly number[] = [
  ...[tags.utf8String, tags.printableString, tags.ia5String, tags.teletexString],
  ...[tags.bmpString, tags.universalString],
];

/** Other values are compared as DER. */
function plainAttributes(attributes: readonly NameAttribute[]) {
  return attributes.map(({ type, text, der }) => [
    dottedOid(type),
    textTags.includes(der[0]!) ? text : `#${hex(der)}`,
  ]);
}

function plainName(name: GeneralName) {
  switch (name.type) {
    case "dns":
    case "email":
    case "uri":
      return [name.type, name.value];
    case "ip":
      return ["ip", hex(name.value)];
    case "directory":
      return ["directory", name.value.relativeNames.map(plainAttributes)];
    case "other":
      return [plainForm(name.form), hex(name.value)];
  }
}

/** The type of an otherName is a key, and not printable. */
function plainForm(form: string): string {
  const key = /^otherName ([^]*)$/.exec(form)?.[1];
  return key === undefined ? form : `otherName ${dottedOid(key)}`;
}

function plainSubtree(subtree: GeneralSubtree) {
  const { hasDistance } = subtree;
  return subtree.type === "ip"
    ? [["ip", hex(subtree.address) + hex(subtree.mask)], hasDistance]
    : [plainName(subtree), hasDistance];
}

function plainKeyIdentifier(identifier: Certificate["extensions"]["authorityKeyIdentifier"]) {
  return (
    identifier && {
      keyIdentifier: identifier.keyIdentifier && hex(identifier.keyIdentifier),
      issuer: identifier.issuer?.map(plainName),
      serialNumber: identifier.serialNumber && hex(identifier.serialNumber),
    }
  );
}

function plainPoint({ name, reasons, crlIssuer }: DistributionPoint) {
  return {
    name:
      name?.type === "full"
        ? ["full", ...name.names.map(plainName)]
        : name && ["relative", ...plainAttributes(name.attributes)],
    reasons,
    crlIssuer: crlIssuer?.map(plainName),
  };
}

function plainAccess({ method, location }: AccessDescription) {
  return [dottedOid(method), plainName(location)];
}
