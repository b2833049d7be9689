import { DerError } from "../asn1/der-error.ts";
import { DerReader } from "../asn1/der-reader.ts";
import { contextConstructed, tags } from "../asn1/tags.ts";
import { tryParse } from "../asn1/try-parse.ts";
import { asBuffer, equalBytes } from "../base/bytes.ts";
import { CrlEntries } from "./crl-entries.ts";
import { noCrlExtensions, readCrlExtensions, type CrlExtensions } from "./crl-extensions.ts";
import { DistinguishedName } from "./distinguished-name.ts";
import { parseSignatureAlgorithm, type SignatureAlgorithm } from "./signature.ts";
import { readTime } from "./time.ts";

/**
 * A certificate revocation list as it is written (RFC 5280 5.1). That it was parsed says nothing about whether it can be
 * trusted, or is current.
 */
export class CertificateList {
  /** The original bytes. */
  readonly der: Buffer;
  /** The part of them that is signed. */
  readonly signedBytes: Buffer;
  readonly version: 1 | 2;
  readonly issuer: DistinguishedName;
  /** Epoch milliseconds. */
  readonly thisUpdate: number;
  /** Epoch milliseconds; the list is current up to and including this second. */
  readonly nextUpdate: number;
  readonly entries: CrlEntries;
  readonly extensions: CrlExtensions;
  /** Undefined when the engine does not know it; `isAcceptedAlgorithm` says whether it counts. */
  readonly signatureAlgorithm: SignatureAlgorithm | undefined;
  /** Whether the signed and the unsigned algorithm identifier are the same bytes (RFC 5280 5.1.1.2). */
  readonly signatureAlgorithmsMatch: boolean;
  readonly signature: Buffer;

  /** Throws `DerError`; `parseCertificateList` is the way in. */
  constructor(der: Buffer) {
    this.der = der;
    const outer = DerReader.of(der);
    const list = outer.read(tags.sequence);
    outer.finish();
    this.signedBytes = list.readWhole(tags.sequence);
    const outerAlgorithm = list.readWhole(tags.sequence);
    this.signature = list.readOctetAlignedBits();
    list.finish();

    const tbs = DerReader.of(this.signedBytes).read(tags.sequence);
    this.version = readVersion(tbs);
    const innerAlgorithm = tbs.readWhole(tags.sequence);
    this.issuer = DistinguishedName.read(tbs);
    if (this.issuer.isEmpty) throw new DerError("the issuer is empty");
    this.thisUpdate = readDate(tbs, "thisUpdate");
    this.nextUpdate = readDate(tbs, "nextUpdate");
    const revoked = tbs.nextTag === tags.sequence ? tbs.readWhole(tags.sequence) : undefined;
    this.entries = new CrlEntries(revoked, this.version);
    this.extensions = readOptionalExtensions(tbs, this.version);
    tbs.finish();

    this.signatureAlgorithmsMatch = equalBytes(innerAlgorithm, outerAlgorithm);
    this.signatureAlgorithm = parseSignatureAlgorithm(innerAlgorithm);
  }

  /** RFC 5280 5.2.4: it only holds what changed since a complete list. */
  get isDelta(): boolean {
    return this.extensions.baseCrlNumber !== undefined;
  }
}

/** Parses one CRL; a string says what is wrong with the bytes. The bytes are copied: later changes don't matter. */
export function parseCertificateList(der: Uint8Array): CertificateList | string {
  const list = tryParse(() => new CertificateList(Buffer.from(asBuffer(der))));
  return list instanceof DerError ? list.message : list;
}

/** RFC 5280 5.1.2.1: there are version 1, which has no field for it, and version 2, which is written as 1. */
function readVersion(tbs: DerReader): 1 | 2 {
  if (tbs.nextTag !== tags.integer) return 1;
  if (tbs.readSmallInteger() !== 1) throw new DerError("the version is none that CRLs have");
  return 2;
}

/**
 * RFC 5280 5.1.2.4 and 5.1.2.5: both dates are there, as UTCTime up to the year 2049. A list without an end would stay
 * current for ever.
 */
function readDate(tbs: DerReader, name: string): number {
  if (tbs.nextTag !== tags.utcTime && tbs.nextTag !== tags.generalizedTime) {
    throw new DerError(`${name} is missing`);
  }
  const { milliseconds, isCanonical } = readTime(tbs);
  if (!isCanonical) throw new DerError(`${name} is not in the form for its year`);
  return milliseconds;
}

function readOptionalExtensions(tbs: DerReader, version: number): CrlExtensions {
  const wrapper = tbs.readOptional(contextConstructed(0));
  if (wrapper === undefined) return noCrlExtensions;
  if (version === 1) throw new DerError("only version 2 has extensions");
  const extensions = readCrlExtensions(wrapper.read(tags.sequence));
  wrapper.finish();
  return extensions;
}
