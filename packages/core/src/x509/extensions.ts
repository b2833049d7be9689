import { DerError } from "../asn1/der-error.ts";
import { DerReader } from "../asn1/der-reader.ts";
import { oids } from "../asn1/oids.ts";
import { contextConstructed, contextPrimitive, tags } from "../asn1/tags.ts";
import { readGeneralNames, type GeneralName } from "./general-name.ts";

/** Bits of the key usage extension (RFC 5280 4.2.1.3), as `DerReader.readNamedBits` numbers them. */
export const keyUsageBits = {
  digitalSignature: 1 << 0,
  keyCertSign: 1 << 5,
  cRLSign: 1 << 6,
} as const;

/** RFC 5280 4.2.1.9 */
export interface BasicConstraints {
  readonly isCa: boolean;
  readonly pathLength: number | undefined;
}

/** The extensions of a certificate, typed where the engine reads them. */
export interface Extensions {
  readonly basicConstraints: BasicConstraints | undefined;
  /** The bits of `keyUsageBits`. */
  readonly keyUsage: number | undefined;
  /** Object identifier keys. */
  readonly extendedKeyUsage: readonly string[] | undefined;
  readonly subjectAltName: readonly GeneralName[] | undefined;
  readonly subjectKeyIdentifier: Buffer | undefined;
  /** The keyIdentifier of the authority key identifier. */
  readonly authorityKeyIdentifier: Buffer | undefined;
  readonly hasNameConstraints: boolean;
  /** Policy constraints, policy mappings or inhibit anyPolicy. */
  readonly hasPolicyConstraints: boolean;
  /** Critical extensions that no field above stands for: object identifier keys. */
  readonly unprocessedCritical: readonly string[];
}

interface Draft {
  basicConstraints: BasicConstraints | undefined;
  keyUsage: number | undefined;
  extendedKeyUsage: readonly string[] | undefined;
  subjectAltName: readonly GeneralName[] | undefined;
  subjectKeyIdentifier: Buffer | undefined;
  authorityKeyIdentifier: Buffer | undefined;
  hasNameConstraints: boolean;
  hasPolicyConstraints: boolean;
  unprocessedCritical: string[];
}

/** A reader for one extension's value; the caller checks that nothing is left over. */
type ExtensionReader = (value: DerReader, draft: Draft) => void;

const readers = new Map<string, ExtensionReader>([
  [oids.basicConstraints, (value, draft) => (draft.basicConstraints = readBasicConstraints(value))],
  [oids.keyUsage, (value, draft) => (draft.keyUsage = readKeyUsage(value))],
  [oids.extendedKeyUsage, (value, draft) => (draft.extendedKeyUsage = readExtendedKeyUsage(value))],
  [oids.subjectAltName, (value, draft) => (draft.subjectAltName = readGeneralNames(value))],
  [
    oids.subjectKeyIdentifier,
    (value, draft) => (draft.subjectKeyIdentifier = value.readContent(tags.octetString)),
  ],
  [
    oids.authorityKeyIdentifier,
    (value, draft) => (draft.authorityKeyIdentifier = readAuthorityKeyIdentifier(value)),
  ],
  [oids.nameConstraints, flag("hasNameConstraints")],
  [oids.policyConstraints, flag("hasPolicyConstraints")],
  [oids.policyMappings, flag("hasPolicyConstraints")],
  [oids.inhibitAnyPolicy, flag("hasPolicyConstraints")],
]);

/** For extensions that a path is refused for: that they are there is all that is asked. */
function flag(field: "hasNameConstraints" | "hasPolicyConstraints"): ExtensionReader {
  return (value, draft) => {
    value.readAny();
    draft[field] = true;
  };
}

/** Reads `Extensions ::= SEQUENCE SIZE (1..MAX) OF Extension` (RFC 5280 4.1.2.9). */
export function readExtensions(reader: DerReader): Extensions {
  const draft = emptyDraft();
  const seen = new Set<string>();
  do {
    const extension = reader.read(tags.sequence);
    const type = extension.readOid();
    const critical = extension.readFlag();
    const value = DerReader.of(extension.readContent(tags.octetString));
    extension.finish();
    // RFC 5280 4.2: a certificate must not include more than one instance of an extension.
    if (seen.has(type)) throw new DerError("an extension stands twice");
    seen.add(type);
    const readValue = readers.get(type);
    if (readValue !== undefined) {
      readValue(value, draft);
      value.finish();
    } else if (critical) {
      draft.unprocessedCritical.push(type);
    }
  } while (!reader.atEnd);
  return draft;
}

/** A certificate without extensions. */
export const noExtensions: Extensions = Object.freeze(emptyDraft());

function emptyDraft(): Draft {
  return {
    basicConstraints: undefined,
    keyUsage: undefined,
    extendedKeyUsage: undefined,
    subjectAltName: undefined,
    subjectKeyIdentifier: undefined,
    authorityKeyIdentifier: undefined,
    hasNameConstraints: false,
    hasPolicyConstraints: false,
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

function readAuthorityKeyIdentifier(value: DerReader): Buffer | undefined {
  const sequence = value.read(tags.sequence);
  const keyIdentifier =
    sequence.nextTag === contextPrimitive(0)
      ? sequence.readContent(contextPrimitive(0))
      : undefined;
  const issuer = sequence.readOptional(contextConstructed(1));
  const serial =
    sequence.nextTag === contextPrimitive(2) && sequence.readContent(contextPrimitive(2));
  sequence.finish();
  // RFC 5280 4.2.1.1: issuer and serial number are both there or both absent.
  if ((issuer === undefined) !== (serial === false)) {
    throw new DerError("an authority key identifier names half an issuer");
  }
  return keyIdentifier;
}
