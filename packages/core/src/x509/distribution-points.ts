import { DerError } from "../asn1/der-error.ts";
import type { DerReader } from "../asn1/der-reader.ts";
import { contextConstructed, contextPrimitive, tags } from "../asn1/tags.ts";
import { readRelativeName, type NameAttribute } from "./distinguished-name.ts";
import { readGeneralNames, type GeneralName } from "./general-name.ts";

/** Where a CRL is found, and which part of the revocations it covers (RFC 5280 4.2.1.13). */
export interface DistributionPoint {
  readonly name: DistributionPointName | undefined;
  /** The bits of `reasonFlags`; undefined: every reason. */
  readonly reasons: number | undefined;
  /** Who signs the CRL; undefined: the certificate's issuer. */
  readonly crlIssuer: readonly GeneralName[] | undefined;
}

/** Several names of one place, or one relative name below that of the CRL's issuer. */
export type DistributionPointName =
  | { readonly type: "full"; readonly names: readonly GeneralName[] }
  | { readonly type: "relative"; readonly attributes: readonly NameAttribute[] };

/** Bits of ReasonFlags (RFC 5280 4.2.1.13), as `DerReader.readNamedBits` numbers them; bit 0 is unused. */
export const reasonFlags = {
  keyCompromise: 1 << 1,
  cACompromise: 1 << 2,
  affiliationChanged: 1 << 3,
  superseded: 1 << 4,
  cessationOfOperation: 1 << 5,
  certificateHold: 1 << 6,
  privilegeWithdrawn: 1 << 7,
  aACompromise: 1 << 8,
} as const;

/** CRLDistributionPoints ::= SEQUENCE SIZE (1..MAX) OF DistributionPoint; FreshestCRL is the same. */
export function readDistributionPoints(value: DerReader): readonly DistributionPoint[] {
  const sequence = value.read(tags.sequence);
  const points: DistributionPoint[] = [];
  do points.push(readDistributionPoint(sequence.read(tags.sequence)));
  while (!sequence.atEnd);
  return points;
}

function readDistributionPoint(point: DerReader): DistributionPoint {
  const wrapper = point.readOptional(contextConstructed(0));
  const name = wrapper === undefined ? undefined : readDistributionPointName(wrapper);
  const reasons =
    point.nextTag === contextPrimitive(1) ? point.readNamedBits(contextPrimitive(1)) : undefined;
  const crlIssuer =
    point.nextTag === contextConstructed(2)
      ? readGeneralNames(point, "any-ascii", contextConstructed(2))
      : undefined;
  point.finish();
  // RFC 5280 4.2.1.13: a distribution point must not consist of the reasons alone.
  if (name === undefined && crlIssuer === undefined) {
    throw new DerError("a distribution point names no place");
  }
  return { name, reasons, crlIssuer };
}

/** DistributionPointName, a choice: the caller has entered the tag that stands around it. */
export function readDistributionPointName(wrapper: DerReader): DistributionPointName {
  const name: DistributionPointName =
    wrapper.nextTag === contextConstructed(0)
      ? { type: "full", names: readGeneralNames(wrapper, "any-ascii", contextConstructed(0)) }
      : { type: "relative", attributes: readRelativeName(wrapper, contextConstructed(1)) };
  wrapper.finish();
  return name;
}
