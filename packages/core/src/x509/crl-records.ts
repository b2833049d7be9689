import { secondsOrigin, type CrlEntryReader } from "./crl-entry-reader.ts";
import { CrlSerialHash, mostHashBits } from "./crl-serial-hash.ts";
import { longestSerialNumber } from "./longest-serial-number.ts";

/** What is kept of one entry. */
export interface CrlRecord {
  /** Epoch milliseconds. */
  readonly revocationDate: number;
  readonly reasonCode: number;
  /** Epoch milliseconds. */
  readonly invalidityDate: number | undefined;
  /** 0: none has been named. */
  readonly issuerId: number;
}

/** The octets of DER for which there is a bucket, up to 64 MB of them: 7 usual entries, and twice as many at most. */
const octetsPerBucket = 256;

/**
 * A record: 16 bits of which 6 say how long the serial number is, 4 the reason code and 6 the certificate issuer; the date; the upper
 * bits of the certificate issuer, in as many octets as the list needs; the serial number. The date counts seconds from
 * `secondsOrigin` on, with a sign.
 */
const headOctets = 6;
const issuerBits = 6;
const issuerMask = (1 << issuerBits) - 1;

/** In place of a reason code: the rest does not fit in, and stands in a table of its own, in the row that the date says. */
const elsewhere = 15;
/** Revocation date, reason code, and invalidity date or NaN. */
const rowLength = 3;

interface Layout {
  readonly hash: CrlSerialHash;
  readonly issuerOctets: number;
  /** Where the records of each bucket end: those of the next one begin there. */
  readonly ends: Uint32Array;
  readonly records: Buffer;
  readonly rows: Float64Array;
}

/**
 * The entries of a CRL, in buckets by the hash of their serial numbers and in the order of the list within each: 6 octets and a half
 * besides each serial number. Finding one takes as long as reading its bucket, however many there are.
 */
export class CrlRecords {
  readonly #layout: Layout;

  /** `CrlRecordPacker` makes them. */
  constructor(layout: Layout) {
    this.#layout = layout;
  }

  find(serialNumber: Buffer): readonly CrlRecord[] {
    const found: CrlRecord[] = [];
    if (serialNumber.length > longestSerialNumber) return found;
    const { hash, ends, records, issuerOctets } = this.#layout;
    const serialOffset = headOctets + issuerOctets;
    const bucket = hash.of(serialNumber, 0, serialNumber.length);
    const end = ends[bucket] as number;
    let at = bucket === 0 ? 0 : (ends[bucket - 1] as number);
    while (at < end) {
      const length = ((records[at] as number) >>> 2) + 1;
      if (length === serialNumber.length && isAt(records, at + serialOffset, serialNumber)) {
        found.push(this.#recordAt(at));
      }
      at += serialOffset + length;
    }
    return found;
  }

  #recordAt(at: number): CrlRecord {
    const { records, issuerOctets, rows } = this.#layout;
    const head = records.readUInt16BE(at);
    const date = records.readInt32BE(at + 2);
    const reasonCode = (head >>> issuerBits) & 15;
    let issuerId = head & issuerMask;
    for (let octet = 0; octet < issuerOctets; octet++) {
      issuerId += (records[at + headOctets + octet] as number) << (issuerBits + 8 * octet);
    }
    if (reasonCode !== elsewhere) {
      const revocationDate = (date + secondsOrigin) * 1_000;
      return { revocationDate, reasonCode, invalidityDate: undefined, issuerId };
    }
    const row = date * rowLength;
    const invalidityDate = rows[row + 2] as number;
    return {
      revocationDate: rows[row] as number,
      reasonCode: rows[row + 1] as number,
      invalidityDate: Number.isNaN(invalidityDate) ? undefined : invalidityDate,
      issuerId,
    };
  }
}

/** SEQUENCE, an INTEGER of one octet and a UTCTime: no entry is shorter. */
const shortestEntry = 20;
/** What is noted of an entry between reading it and writing its record. */
const scratchOctets = 17;
/** Octets: a little more than what allocators keep for later. */
const keptByAllocator = 33 * 1_048_576;

/** Packs records: entries are read, in slices, and then written into their buckets, in slices again. */
export class CrlRecordPacker {
  /** Entries that were read. */
  count = 0;
  readonly #bytes: Buffer;
  readonly #hash: CrlSerialHash;
  /** For each bucket how many records it has. */
  readonly #counts: Uint32Array;
  /** For each bucket the octets of its serial numbers, and then where its next record goes. */
  readonly #ends: Uint32Array;
  /** What was read of each entry. Memory that nothing is written to takes no room. */
  readonly #buckets: Uint32Array;
  readonly #serialStarts: Uint32Array;
  readonly #dates: Int32Array;
  readonly #codes: Uint8Array;
  readonly #issuerIds: Uint32Array;
  readonly #rows: number[] = [];
  #issuerOctets = 0;
  #records = Buffer.alloc(0);
  #written = 0;

  /** `bytes` are those that the reader reads. */
  constructor(bytes: Buffer, signature: Buffer) {
    const wanted = 31 - Math.clz32(bytes.length / octetsPerBucket);
    const bits = Math.min(Math.max(wanted, 1), mostHashBits);
    this.#bytes = bytes;
    this.#hash = new CrlSerialHash(signature, bits);
    this.#counts = new Uint32Array(2 ** bits);
    this.#ends = new Uint32Array(2 ** bits);
    const most = Math.floor(bytes.length / shortestEntry);
    const scratch = new ArrayBuffer(scratchLength(most));
    this.#buckets = new Uint32Array(scratch, 0, most);
    this.#serialStarts = new Uint32Array(scratch, 4 * most, most);
    this.#issuerIds = new Uint32Array(scratch, 8 * most, most);
    this.#dates = new Int32Array(scratch, 12 * most, most);
    this.#codes = new Uint8Array(scratch, 16 * most, most);
  }

  /** Reads as many entries as `work` allows. */
  read(reader: CrlEntryReader, work: number): void {
    // Fields of this object would be loaded anew for every entry.
    const bytes = this.#bytes;
    const hash = this.#hash;
    const counts = this.#counts;
    const ends = this.#ends;
    const buckets = this.#buckets;
    const serialStarts = this.#serialStarts;
    const dates = this.#dates;
    const codes = this.#codes;
    const limit = reader.work + work;
    let index = this.count;
    for (; !reader.atEnd && reader.work < limit; index++) {
      reader.next();
      const { serialStart, serialLength, issuerId } = reader;
      const bucket = hash.of(bytes, serialStart, serialLength);
      counts[bucket] = (counts[bucket] as number) + 1;
      ends[bucket] = (ends[bucket] as number) + serialLength;
      buckets[index] = bucket;
      serialStarts[index] = serialStart;
      const fits = fitsIn(reader);
      codes[index] = fits ? reader.reasonCode : elsewhere;
      dates[index] = fits ? reader.revocationSeconds : this.#addRow(reader);
      if (issuerId !== 0) this.#issuerIds[index] = issuerId;
    }
    this.count = index;
  }

  /** After all were read: `issuers` is how many certificate issuers they name. */
  allocate(issuers: number): void {
    this.#issuerOctets = Math.ceil((32 - Math.clz32(issuers >>> issuerBits)) / 8);
    const besides = headOctets + this.#issuerOctets;
    let start = 0;
    for (let bucket = 0; bucket < this.#ends.length; bucket++) {
      const size = (this.#ends[bucket] as number) + besides * (this.#counts[bucket] as number);
      this.#ends[bucket] = start;
      start += size;
    }
    this.#records = Buffer.allocUnsafeSlow(start);
  }

  /** Writes the next so many records; whether there are more. */
  write(count: number): boolean {
    const end = Math.min(this.#written + count, this.count);
    this.#writeFrom(this.#written, end);
    this.#written = end;
    return end < this.count;
  }

  finish(): CrlRecords {
    return new CrlRecords({
      hash: this.#hash,
      issuerOctets: this.#issuerOctets,
      ends: this.#ends,
      records: this.#records,
      rows: Float64Array.from(this.#rows),
    });
  }

  #writeFrom(start: number, end: number): void {
    const from = viewOf(this.#bytes);
    const to = viewOf(this.#records);
    const ends = this.#ends;
    const buckets = this.#buckets;
    const serialStarts = this.#serialStarts;
    const dates = this.#dates;
    const codes = this.#codes;
    const issuerIds = this.#issuerIds;
    const issuerOctets = this.#issuerOctets;
    for (let index = start; index < end; index++) {
      const bucket = buckets[index] as number;
      const serialStart = serialStarts[index] as number;
      // The octet before the content is its length.
      const serialLength = from.getUint8(serialStart - 1);
      let at = ends[bucket] as number;
      const issuerId = issuerIds[index] as number;
      const head = ((serialLength - 1) << 10) | ((codes[index] as number) << issuerBits);
      to.setUint16(at, head | (issuerId & issuerMask));
      to.setInt32(at + 2, dates[index] as number);
      at += headOctets;
      for (let octet = 0; octet < issuerOctets; octet++) {
        to.setUint8(at++, issuerId >>> (issuerBits + 8 * octet));
      }
      let offset = 0;
      for (; offset + 4 <= serialLength; offset += 4) {
        to.setInt32(at + offset, from.getInt32(serialStart + offset));
      }
      for (; offset < serialLength; offset++) {
        to.setUint8(at + offset, from.getUint8(serialStart + offset));
      }
      ends[bucket] = at + serialLength;
    }
  }

  #addRow({ revocationSeconds, reasonCode, invalidityDate = NaN }: CrlEntryReader): number {
    const row = this.#rows.length / rowLength;
    this.#rows.push((revocationSeconds + secondsOrigin) * 1_000, reasonCode, invalidityDate);
    return row;
  }
}

/**
 * Allocators keep memory of less than 32 MB for later when it is freed (glibc's largest M_MMAP_THRESHOLD): more than what is needed
 * costs nothing, and all of it goes back.
 */
function scratchLength(entries: number): number {
  const needed = scratchOctets * entries;
  return needed < keptByAllocator / 32 ? needed : Math.max(needed, keptByAllocator);
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function fitsIn({ reasonCode, revocationSeconds, invalidityDate }: CrlEntryReader): boolean {
  return (
    reasonCode < elsewhere &&
    invalidityDate === undefined &&
    revocationSeconds === (revocationSeconds | 0)
  );
}

/** From the end: the first octets of serial numbers are alike most often. */
function isAt(records: Buffer, start: number, serialNumber: Buffer): boolean {
  for (let index = serialNumber.length - 1; index >= 0; index--) {
    if (records[start + index] !== serialNumber[index]) return false;
  }
  return true;
}
