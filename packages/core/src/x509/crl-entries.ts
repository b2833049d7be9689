import { DerError } from "../asn1/der-error.ts";
import { DerReader } from "../asn1/der-reader.ts";
import { oid } from "../asn1/oids.ts";
import { tags } from "../asn1/tags.ts";
import { equalBytes } from "../base/bytes.ts";
import { readEachExtension } from "./extensions.ts";
import { readGeneralNames, type GeneralName } from "./general-name.ts";
import { readTime } from "./time.ts";

/** One revoked certificate (RFC 5280 5.1.2.6, 5.3). */
export interface CrlEntry {
  /** Epoch milliseconds. */
  readonly revocationDate: number;
  /** The name of the reason code; `unspecified` where the entry gives none. */
  readonly reason: string;
  /** Epoch milliseconds: when the key was compromised, say. */
  readonly invalidityDate: number | undefined;
  /** Whose certificate it is: stated here or by an entry above (RFC 5280 5.3.3); undefined: the CRL's issuer's. */
  readonly certificateIssuer: readonly GeneralName[] | undefined;
}

interface EntryExtensions {
  reason: string;
  invalidityDate: number | undefined;
  certificateIssuer: readonly GeneralName[] | undefined;
  hasUnprocessedCritical: boolean;
}

const types = {
  reasonCode: oid("2.5.29.21"),
  invalidityDate: oid("2.5.29.24"),
  certificateIssuer: oid("2.5.29.29"),
} as const;

/** RFC 5280 5.3.1; 7 is not used. */
const reasonNames = [
  "unspecified",
  "keyCompromise",
  "cACompromise",
  "affiliationChanged",
  "superseded",
  "cessationOfOperation",
  "certificateHold",
  undefined,
  "removeFromCRL",
  "privilegeWithdrawn",
  "aACompromise",
] as const;

const enumerated = 0x0a;
const noEntries = Buffer.of(tags.sequence, 0);

/** Positions are below 2^32, as lengths are, so that a hash of 21 bits and a position fit into one double. */
const positions = 2 ** 32;

/**
 * The entries of a CRL. They are checked in one pass when the CRL is read, and stay bytes: what is kept of each is one double,
 * a hash of its serial number above its position. Those are sorted, which nobody can make slow by choosing serial numbers,
 * so a million entries take 8 MB besides their bytes, and finding one takes 20 comparisons.
 */
export class CrlEntries {
  readonly count: number;
  /** RFC 5280 5.3: such a CRL must not be used for any certificate. */
  readonly hasUnprocessedCritical: boolean;
  readonly #bytes: Buffer;
  readonly #index: Float64Array;
  /** Where entries begin that name a certificate issuer, in ascending order. */
  readonly #issuerPositions: readonly number[];

  /** Throws `DerError`. `sequence` is the whole field `revokedCertificates`; undefined where it is absent. */
  constructor(sequence: Buffer = noEntries, version: 1 | 2 = 2) {
    const index: number[] = [];
    const issuerPositions: number[] = [];
    let hasUnprocessedCritical = false;
    const entries = DerReader.of(sequence).read(tags.sequence);
    while (!entries.atEnd) {
      const entry = entries.readWhole(tags.sequence);
      const position = entry.byteOffset - sequence.byteOffset;
      const fields = DerReader.of(entry).read(tags.sequence);
      const serialNumber = fields.readInteger();
      // As in certificates: RFC 5280 allows 20 octets, and longer ones are in use.
      if (serialNumber.length > 64) throw new DerError("a serial number is longer than 64 octets");
      readTime(fields);
      if (!fields.atEnd) {
        if (version === 1) throw new DerError("only entries of version 2 have extensions");
        const extensions = readEntryExtensions(fields);
        if (extensions.certificateIssuer !== undefined) issuerPositions.push(position);
        hasUnprocessedCritical ||= extensions.hasUnprocessedCritical;
      }
      index.push(hashOf(serialNumber) * positions + position);
    }
    this.count = index.length;
    this.hasUnprocessedCritical = hasUnprocessedCritical;
    this.#bytes = sequence;
    this.#index = Float64Array.from(index).sort();
    this.#issuerPositions = issuerPositions;
  }

  /** Whether an entry says whose certificate it is: meant for indirect CRLs only. */
  get namesIssuers(): boolean {
    return this.#issuerPositions.length > 0;
  }

  /** Every entry with this serial number (content octets, two's complement): issuers may share one, and none is unique. */
  find(serialNumber: Buffer): readonly CrlEntry[] {
    const found: CrlEntry[] = [];
    // One entry may name thousands of issuers, and thousands of entries with the same serial number may follow it.
    const issuers = new Map<number, CrlEntry["certificateIssuer"]>();
    const first = hashOf(serialNumber) * positions;
    for (let at = firstNotBelow(this.#index, first); at < this.#index.length; at++) {
      const position = (this.#index[at] as number) - first;
      if (position >= positions) break;
      const fields = this.#fieldsAt(position);
      if (!equalBytes(fields.readInteger(), serialNumber)) continue;
      const revocationDate = readTime(fields).milliseconds;
      const { reason, invalidityDate } = readEntryExtensions(fields);
      const naming = this.#namingEntryOf(position);
      if (!issuers.has(naming)) issuers.set(naming, this.#issuerAt(naming));
      const certificateIssuer = issuers.get(naming);
      found.push({ revocationDate, reason, invalidityDate, certificateIssuer });
    }
    return found;
  }

  /** RFC 5280 5.3.3: where an entry names no issuer, that of the entry before it holds on. -1: no entry names one. */
  #namingEntryOf(position: number): number {
    return this.#issuerPositions[firstNotBelow(this.#issuerPositions, position + 1) - 1] ?? -1;
  }

  #issuerAt(naming: number): readonly GeneralName[] | undefined {
    if (naming === -1) return undefined;
    const fields = this.#fieldsAt(naming);
    fields.readInteger();
    readTime(fields);
    return readEntryExtensions(fields).certificateIssuer;
  }

  #fieldsAt(position: number): DerReader {
    return DerReader.of(this.#bytes.subarray(position)).read(tags.sequence);
  }
}

/** What is left of an entry; its reader is at its end afterwards. */
function readEntryExtensions(fields: DerReader): EntryExtensions {
  const found: EntryExtensions = {
    reason: "unspecified",
    invalidityDate: undefined,
    certificateIssuer: undefined,
    hasUnprocessedCritical: false,
  };
  if (fields.atEnd) return found;
  readEachExtension(fields.read(tags.sequence), new Map(), (type, isCritical, value) => {
    const reader = DerReader.of(value);
    switch (type) {
      case types.reasonCode:
        found.reason = readReason(reader);
        break;
      case types.invalidityDate:
        // RFC 5280 5.3.2: GeneralizedTime in every year.
        if (reader.nextTag !== tags.generalizedTime)
          throw new DerError("a date is of a wrong type");
        found.invalidityDate = readTime(reader).milliseconds;
        break;
      case types.certificateIssuer:
        found.certificateIssuer = readGeneralNames(reader, "any-ascii");
        break;
      default:
        found.hasUnprocessedCritical ||= isCritical;
        return;
    }
    reader.finish();
  });
  fields.finish();
  return found;
}

/** Later editions of X.509 add reasons: one that has no name here revokes all the same. */
function readReason(reader: DerReader): string {
  const code = reader.readSmallInteger(enumerated);
  return reasonNames[code] ?? `reason ${code}`;
}

/** FNV-1a, of which the upper 21 bits are kept. */
function hashOf(serialNumber: Buffer): number {
  let hash = 0x811c9dc5;
  for (const octet of serialNumber) hash = Math.imul(hash ^ octet, 0x01000193);
  return hash >>> 11;
}

/** The place of the first number of a sorted list that is not below another. */
function firstNotBelow(sorted: ArrayLike<number>, wanted: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
