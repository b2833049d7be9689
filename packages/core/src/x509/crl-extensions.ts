import { DerError } from "../asn1/der-error.ts";
import { DerReader } from "../asn1/der-reader.ts";
import { oid, oids } from "../asn1/oids.ts";
import { contextConstructed, contextPrimitive, tags } from "../asn1/tags.ts";
import {
  readDistributionPointName,
  type DistributionPoint,
  type DistributionPointName,
} from "./distribution-points.ts";
import { readExtensions, type AuthorityKeyIdentifier, type RawExtension } from "./extensions.ts";
import type { GeneralName } from "./general-name.ts";

/** What a CRL covers (RFC 5280 5.2.5). A CRL without this extension covers every certificate of its issuer. */
export interface IssuingDistributionPoint {
  readonly name: DistributionPointName | undefined;
  readonly onlyContainsUserCerts: boolean;
  readonly onlyContainsCaCerts: boolean;
  readonly onlyContainsAttributeCerts: boolean;
  /** The bits of `reasonFlags`; undefined: every reason. */
  readonly onlySomeReasons: number | undefined;
  /** It may hold certificates of other issuers. */
  readonly indirectCrl: boolean;
}

/** The extensions of a CRL (RFC 5280 5.2). */
export interface CrlExtensions {
  readonly authorityKeyIdentifier: AuthorityKeyIdentifier | undefined;
  readonly issuerAltName: readonly GeneralName[] | undefined;
  readonly freshestCrl: readonly DistributionPoint[] | undefined;
  readonly crlNumber: bigint | undefined;
  /** RFC 5280 5.2.4: the number of the complete CRL that this one only adds to; undefined for a complete CRL. */
  readonly baseCrlNumber: bigint | undefined;
  readonly issuingDistributionPoint: IssuingDistributionPoint | undefined;
  /** Every extension by its type, an object identifier key; those that have no field above included. */
  readonly all: ReadonlyMap<string, RawExtension>;
  /** Critical extensions that no field above stands for: object identifier keys. */
  readonly unprocessedCritical: readonly string[];
}

/** Types of those that only CRLs have. */
export const crlExtensionTypes = {
  crlNumber: oid("2.5.29.20"),
  deltaCrlIndicator: oid("2.5.29.27"),
  issuingDistributionPoint: oid("2.5.29.28"),
} as const;

const processed: ReadonlySet<string> = new Set([
  ...Object.values(crlExtensionTypes),
  oids.authorityKeyIdentifier,
  oids.issuerAltName,
  oids.freshestCrl,
]);

/** Reads the Extensions of a CRL. */
export function readCrlExtensions(reader: DerReader): CrlExtensions {
  // Three of them are those of certificates; what is critical is judged anew, since a CRL has no key usage, say.
  const { all, authorityKeyIdentifier, issuerAltName, freshestCrl } = readExtensions(reader);
  return {
    authorityKeyIdentifier,
    issuerAltName,
    freshestCrl,
    crlNumber: readValue(all, crlExtensionTypes.crlNumber, readNumber),
    baseCrlNumber: readValue(all, crlExtensionTypes.deltaCrlIndicator, readNumber),
    issuingDistributionPoint: readValue(
      all,
      crlExtensionTypes.issuingDistributionPoint,
      readIssuingDistributionPoint,
    ),
    all,
    unprocessedCritical: [...all]
      .filter(([type, { isCritical }]) => isCritical && !processed.has(type))
      .map(([type]) => type),
  };
}

/** A CRL of version 1. */
export const noCrlExtensions: CrlExtensions = Object.freeze({
  authorityKeyIdentifier: undefined,
  issuerAltName: undefined,
  freshestCrl: undefined,
  crlNumber: undefined,
  baseCrlNumber: undefined,
  issuingDistributionPoint: undefined,
  all: new Map(),
  unprocessedCritical: [],
});

function readValue<Value>(
  all: ReadonlyMap<string, RawExtension>,
  type: string,
  read: (value: DerReader) => Value,
): Value | undefined {
  const extension = all.get(type);
  if (extension === undefined) return undefined;
  const reader = DerReader.of(extension.value);
  const value = read(reader);
  reader.finish();
  return value;
}

/** CRLNumber ::= INTEGER (0..MAX). RFC 5280 5.2.3: applications must be able to handle 20 octets. */
function readNumber(value: DerReader): bigint {
  const content = value.readInteger();
  if ((content[0] as number) >= 0x80) throw new DerError("a CRL number is negative");
  if (content.length > 64) throw new DerError("a CRL number is out of range");
  return BigInt(`0x${content.toString("hex")}`);
}

function readIssuingDistributionPoint(value: DerReader): IssuingDistributionPoint {
  const sequence = value.read(tags.sequence);
  const wrapper = sequence.readOptional(contextConstructed(0));
  const name = wrapper === undefined ? undefined : readDistributionPointName(wrapper);
  const onlyContainsUserCerts = readFlag(sequence, 1);
  const onlyContainsCaCerts = readFlag(sequence, 2);
  const onlySomeReasons =
    sequence.nextTag === contextPrimitive(3)
      ? sequence.readNamedBits(contextPrimitive(3))
      : undefined;
  const indirectCrl = readFlag(sequence, 4);
  const onlyContainsAttributeCerts = readFlag(sequence, 5);
  sequence.finish();
  return {
    name,
    onlyContainsUserCerts,
    onlyContainsCaCerts,
    onlyContainsAttributeCerts,
    onlySomeReasons,
    indirectCrl,
  };
}

/** `[n] IMPLICIT BOOLEAN DEFAULT FALSE`: DER leaves the default out (X.690 11.5). */
function readFlag(sequence: DerReader, number: number): boolean {
  const tag = contextPrimitive(number);
  if (sequence.nextTag !== tag) return false;
  const content = sequence.readContent(tag);
  if (content.length !== 1 || content[0] !== 0xff) {
    throw new DerError("a flag is not set, or not a BOOLEAN");
  }
  return true;
}
