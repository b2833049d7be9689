import { DerError } from "../asn1/der-error.ts";
import { DerReader } from "../asn1/der-reader.ts";
import { oids } from "../asn1/oids.ts";
import { contextConstructed, contextPrimitive, tags } from "../asn1/tags.ts";
import {
  readCertificatePolicies,
  readPolicyConstraints,
  readPolicyMappings,
  type PolicyConstraints,
  type PolicyMapping,
} from "./certificate-policies.ts";
import { readDistributionPoints, type DistributionPoint } from "./distribution-points.ts";
import { readGeneralNames, type GeneralName } from "./general-name.ts";
import { readInformationAccess, type AccessDescription } from "./information-access.ts";
import { readNameConstraints, type NameConstraints } from "./name-constraints.ts";

/** Bits of the key usage extension (RFC 5280 4.2.1.3), as `DerReader.readNamedBits` numbers them. */
export const keyUsageBits = {
  digitalSignature: 1 << 0,
  keyEncipherment: 1 << 2,
  keyAgreement: 1 << 4,
  keyCertSign: 1 << 5,
  cRLSign: 1 << 6,
} as const;

/** RFC 5280 4.2.1.9 */
export interface BasicConstraints {
  readonly isCa: boolean;
  readonly pathLength: number | undefined;
}

/** RFC 5280 4.2.1.1 */
export interface AuthorityKeyIdentifier {
  readonly keyIdentifier: Buffer | undefined;
  readonly issuer: readonly GeneralName[] | undefined;
  /** Content octets, two's complement. */
  readonly serialNumber: Buffer | undefined;
}

/** One extension as it is written. */
export interface RawExtension {
  readonly isCritical: boolean;
  /** The DER within the OCTET STRING. */
  readonly value: Buffer;
}

/** The extensions of a certificate (RFC 5280 4.2): those that the engine knows by name, and all of them as they are written. */
export interface Extensions {
  readonly basicConstraints: BasicConstraints | undefined;
  /** The bits of `keyUsageBits`. */
  readonly keyUsage: number | undefined;
  /** Object identifier keys. */
  readonly extendedKeyUsage: readonly string[] | undefined;
  readonly subjectAltName: readonly GeneralName[] | undefined;
  readonly issuerAltName: readonly GeneralName[] | undefined;
  readonly subjectKeyIdentifier: Buffer | undefined;
  readonly authorityKeyIdentifier: AuthorityKeyIdentifier | undefined;
  readonly nameConstraints: NameConstraints | undefined;
  /** Object identifier keys. */
  readonly certificatePolicies: readonly string[] | undefined;
  readonly policyMappings: readonly PolicyMapping[] | undefined;
  readonly policyConstraints: PolicyConstraints | undefined;
  /** After how many more certificates anyPolicy means nothing (RFC 5280 4.2.1.14). */
  readonly inhibitAnyPolicy: number | undefined;
  readonly crlDistributionPoints: readonly DistributionPoint[] | undefined;
  readonly freshestCrl: readonly DistributionPoint[] | undefined;
  readonly authorityInfoAccess: readonly AccessDescription[] | undefined;
  readonly subjectInfoAccess: readonly AccessDescription[] | undefined;
  /** Every extension by its type, an object identifier key; those that have no field above included. */
  readonly all: ReadonlyMap<string, RawExtension>;
  /** Critical extensions that no field above stands for: object identifier keys. */
  readonly unprocessedCritical: readonly string[];
}

type Draft = {
  -readonly [Field in keyof Extensions]: Extensions[Field];
} & { readonly all: Map<string, RawExtension>; readonly unprocessedCritical: string[] };

/** A reader for one extension's value; the caller checks that nothing is left over. */
type ExtensionReader = (value: DerReader, draft: Draft) => void;

const readers = new Map<string, ExtensionReader>([
  [oids.basicConstraints, (value, draft) => (draft.basicConstraints = readBasicConstraints(value))],
  [oids.keyUsage, (value, draft) => (draft.keyUsage = readKeyUsage(value))],
  [oids.extendedKeyUsage, (value, draft) => (draft.extendedKeyUsage = readExtendedKeyUsage(value))],
  [oids.subjectAltName, (value, draft) => (draft.subjectAltName = readGeneralNames(value))],
  // Nobody is ever named by it, so it may be written as freely as addresses are.
  [
    oids.issuerAltName,
    (value, draft) => (draft.issuerAltName = readGeneralNames(value, "any-ascii")),
  ],
  [
    oids.subjectKeyIdentifier,
    (value, draft) => (draft.subjectKeyIdentifier = value.readContent(tags.octetString)),
  ],
  [
    oids.authorityKeyIdentifier,
    (value, draft) => (draft.authorityKeyIdentifier = readAuthorityKeyIdentifier(value)),
  ],
  [oids.nameConstraints, (value, draft) => (draft.nameConstraints = readNameConstraints(value))],
  [
    oids.certificatePolicies,
    (value, draft) => (draft.certificatePolicies = readCertificatePolicies(value)),
  ],
  [oids.policyMappings, (value, draft) => (draft.policyMappings = readPolicyMappings(value))],
  [
    oids.policyConstraints,
    (value, draft) => (draft.policyConstraints = readPolicyConstraints(value)),
  ],
  [oids.inhibitAnyPolicy, (value, draft) => (draft.inhibitAnyPolicy = value.readSmallInteger())],
  [
    oids.crlDistributionPoints,
    (value, draft) => (draft.crlDistributionPoints = readDistributionPoints(value)),
  ],
  [oids.freshestCrl, (value, draft) => (draft.freshestCrl = readDistributionPoints(value))],
  [
    oids.authorityInfoAccess,
    (value, draft) => (draft.authorityInfoAccess = readInformationAccess(value)),
  ],
  [
    oids.subjectInfoAccess,
    (value, draft) => (draft.subjectInfoAccess = readInformationAccess(value)),
  ],
]);

/** Reads `Extensions ::= SEQUENCE SIZE (1..MAX) OF Extension` (RFC 5280 4.1.2.9). */
export function readExtensions(reader: DerReader): Extensions {
  const draft = emptyDraft();
  readEachExtension(reader, draft.all, (type, isCritical, value) => {
    const readValue = readers.get(type);
    if (readValue !== undefined) {
      const valueReader = DerReader.of(value);
      readValue(valueReader, draft);
      valueReader.finish();
    } else if (isCritical) {
      draft.unprocessedCritical.push(type);
    }
  });
  return draft;
}

/** Reads extensions of whatever is extended: certificates, CRLs and their entries. */
export function readEachExtension(
  reader: DerReader,
  all: Map<string, RawExtension>,
  visit: (type: string, isCritical: boolean, value: Buffer) => void,
): void {
  do {
    const extension = reader.read(tags.sequence);
    const type = extension.readOid();
    const isCritical = extension.readFlag();
    const value = extension.readContent(tags.octetString);
    extension.finish();
    // RFC 5280 4.2: a certificate must not include more than one instance of an extension.
    if (all.has(type)) throw new DerError("an extension stands twice");
    all.set(type, { isCritical, value });
    visit(type, isCritical, value);
  } while (!reader.atEnd);
}

/** A certificate without extensions. */
export const noExtensions: Extensions = Object.freeze(emptyDraft());

function emptyDraft(): Draft {
  return {
    basicConstraints: undefined,
    keyUsage: undefined,
    extendedKeyUsage: undefined,
    subjectAltName: undefined,
    issuerAltName: undefined,
    subjectKeyIdentifier: undefined,
    authorityKeyIdentifier: undefined,
    nameConstraints: undefined,
    certificatePolicies: undefined,
    policyMappings: undefined,
    policyConstraints: undefined,
    inhibitAnyPolicy: undefined,
    crlDistributionPoints: undefined,
    freshestCrl: undefined,
    authorityInfoAccess: undefined,
    subjectInfoAccess: undefined,
    all: new Map(),
    unprocessedCritical: [],
  };
}

function readBasicConstraints(value: DerReader): BasicConstraints {
  const sequence = value.read(tags.sequence);
  const isCa = sequence.readFlag();
  const pathLength = sequence.nextTag === tags.integer ? sequence.readSmallInteger() : undefined;
  sequence.finish();
  // RFC 5280 4.2.1.9: the path length is meaningful only when cA is set.
  if (!isCa && pathLength !== undefined) throw new DerError("a path length without cA");
  return { isCa, pathLength };
}

function readKeyUsage(value: DerReader): number {
  const bits = value.readNamedBits();
  // RFC 5280 4.2.1.3: at least one of the bits must be set.
  if (bits === 0) throw new DerError("a key usage without a use");
  return bits;
}

function readExtendedKeyUsage(value: DerReader): readonly string[] {
  const sequence = value.read(tags.sequence);
  const purposes: string[] = [];
  do purposes.push(sequence.readOid());
  while (!sequence.atEnd);
  return purposes;
}

function readAuthorityKeyIdentifier(value: DerReader): AuthorityKeyIdentifier {
  const sequence = value.read(tags.sequence);
  const keyIdentifier =
    sequence.nextTag === contextPrimitive(0)
      ? sequence.readContent(contextPrimitive(0))
      : undefined;
  const issuer =
    sequence.nextTag === contextConstructed(1)
      ? readGeneralNames(sequence, "any-ascii", contextConstructed(1))
      : undefined;
  const serialNumber =
    sequence.nextTag === contextPrimitive(2)
      ? sequence.readInteger(contextPrimitive(2))
      : undefined;
  sequence.finish();
  // RFC 5280 4.2.1.1: issuer and serial number are both there or both absent.
  if ((issuer === undefined) !== (serialNumber === undefined)) {
    throw new DerError("an authority key identifier names half an issuer");
  }
  return { keyIdentifier, issuer, serialNumber };
}
