import { DerError } from "../asn1/der-error.ts";
import { DerReader } from "../asn1/der-reader.ts";
import { oid } from "../asn1/oids.ts";
import { tags } from "../asn1/tags.ts";
import type { CrlCertificateIssuers } from "./crl-certificate-issuers.ts";
import { readEachExtension } from "./extensions.ts";
import { longestSerialNumber } from "./longest-serial-number.ts";
import { readReasonCode } from "./revocation-reason.ts";
import { readTime } from "./time.ts";

const types = {
  reasonCode: oid("2.5.29.21"),
  invalidityDate: oid("2.5.29.24"),
  certificateIssuer: oid("2.5.29.29"),
} as const;

/** Octets: the name of an issuer fits in many times, and reading one entry does not keep others waiting. */
const longestEntry = 65_536;

/** What stands before the code in an entry whose one extension is a reason (RFC 5280 5.3.1). */
const beforeReason = Buffer.from("300c300a0603551d1504030a01", "hex");
/** Tag, length and content of a UTCTime. */
const timeOctets = 15;

/** From here on seconds are counted, so that every UTCTime, 1950 to 2049, is a small integer for the machine. */
export const secondsOrigin = Date.UTC(2000, 0) / 1_000;

/** When the months of UTCTime begin, and the first one after them. */
const monthStarts = Int32Array.from(
  { length: 100 * 12 + 1 },
  (_, month) => Date.UTC(1950, month) / 1_000 - secondsOrigin,
);
const daySeconds = 86_400;
/** In place of a time that is none. */
const noTime = 0x7fff_ffff;

/**
 * A cursor over the entries of a CRL (RFC 5280 5.1.2.6, 5.3). Nearly all are written in one of two shapes, which are read straight
 * from their octets; every other one is read by the general reader, which also says what is wrong. Throws `DerError`.
 */
export class CrlEntryReader {
  /** Where the serial number of the entry read last is: its content octets. */
  serialStart = 0;
  serialLength = 0;
  /** Seconds since `secondsOrigin`. */
  revocationSeconds = 0;
  /** The reason code; 0 where there is none. */
  reasonCode = 0;
  /** Epoch milliseconds. */
  invalidityDate: number | undefined;
  /** RFC 5280 5.3.3: where an entry names none, that of the entry before it holds on. 0: none has been named. */
  issuerId = 0;
  /** Whether any entry so far has an unknown critical extension. */
  hasUnprocessedCritical = false;
  /** What was done so far, in usual entries. */
  work = 0;

  readonly #bytes: Buffer;
  readonly #version: 1 | 2;
  readonly #issuers: CrlCertificateIssuers;
  #at = 0;

  /** `bytes` are the content octets of `revokedCertificates`. */
  constructor(bytes: Buffer, version: 1 | 2, issuers: CrlCertificateIssuers) {
    this.#bytes = bytes;
    this.#version = version;
    this.#issuers = issuers;
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  next(): void {
    this.reasonCode = 0;
    this.invalidityDate = undefined;
    if (!this.#readUsual()) this.#readAny();
  }

  /** SEQUENCE, INTEGER, UTCTime, and a reason code or nothing; false, and nothing is read, where it is another. */
  #readUsual(): boolean {
    const bytes = this.#bytes;
    const start = this.#at;
    const serialStart = start + 4;
    if (serialStart > bytes.length || bytes[start] !== tags.sequence) return false;
    const length = bytes[start + 1] as number;
    const serialLength = bytes[start + 3] as number;
    const end = start + 2 + length;
    // Longer lengths have octets of their own.
    if (length >= 0x80 || end > bytes.length || serialLength > longestSerialNumber) return false;
    const timeStart = serialStart + serialLength;
    const rest = end - timeStart - timeOctets;
    if (rest !== 0 && rest !== beforeReason.length + 1) return false;
    if (bytes[start + 2] !== tags.integer || !isInteger(bytes, serialStart, serialLength)) {
      return false;
    }
    const seconds = readUtcTime(bytes, timeStart);
    if (seconds === noTime) return false;
    if (rest !== 0) {
      const code = bytes[end - 1] as number;
      if (this.#version === 1 || code >= 0x80) return false;
      for (let index = 0; index < beforeReason.length; index++) {
        if (bytes[timeStart + timeOctets + index] !== beforeReason[index]) return false;
      }
      this.reasonCode = code;
    }
    this.serialStart = serialStart;
    this.serialLength = serialLength;
    this.revocationSeconds = seconds;
    this.work++;
    this.#at = end;
    return true;
  }

  #readAny(): void {
    const entry = DerReader.of(this.#bytes.subarray(this.#at)).readWhole(tags.sequence);
    if (entry.length > longestEntry) throw new DerError("an entry is too long");
    const fields = DerReader.of(entry).read(tags.sequence);
    const serialNumber = fields.readInteger();
    if (serialNumber.length > longestSerialNumber) {
      throw new DerError(`a serial number is longer than ${longestSerialNumber} octets`);
    }
    this.serialStart = serialNumber.byteOffset - this.#bytes.byteOffset;
    this.serialLength = serialNumber.length;
    this.revocationSeconds = readTime(fields).milliseconds / 1_000 - secondsOrigin;
    if (!fields.atEnd) this.#readExtensions(fields);
    this.work += entry.length;
    this.#at += entry.length;
  }

  #readExtensions(fields: DerReader): void {
    if (this.#version === 1) throw new DerError("only entries of version 2 have extensions");
    readEachExtension(fields.read(tags.sequence), new Map(), (type, isCritical, value) => {
      const reader = DerReader.of(value);
      switch (type) {
        case types.reasonCode:
          this.reasonCode = readReasonCode(reader);
          break;
        case types.invalidityDate:
          // RFC 5280 5.3.2: GeneralizedTime in every year.
          if (reader.nextTag !== tags.generalizedTime)
            throw new DerError("a date is of a wrong type");
          this.invalidityDate = readTime(reader).milliseconds;
          break;
        case types.certificateIssuer:
          this.issuerId = this.#issuers.idOf(value);
          return;
        default:
          this.hasUnprocessedCritical ||= isCritical;
          return;
      }
      reader.finish();
    });
    fields.finish();
  }
}

/** Whether content octets are those of an INTEGER, as `DerReader.readInteger` has it. */
function isInteger(bytes: Buffer, start: number, length: number): boolean {
  if (length < 2) return length === 1;
  const first = bytes[start] as number;
  const second = bytes[start + 1] as number;
  return first === 0x00 ? second >= 0x80 : first !== 0xff || second < 0x80;
}

/** The seconds of a UTCTime, as `readTime` has it. */
function readUtcTime(bytes: Buffer, start: number): number {
  if (bytes[start] !== tags.utcTime || bytes[start + 1] !== timeOctets - 2) return noTime;
  const year = readTwoDigits(bytes, start + 2);
  const month = readTwoDigits(bytes, start + 4);
  const day = readTwoDigits(bytes, start + 6);
  const hour = readTwoDigits(bytes, start + 8);
  const minute = readTwoDigits(bytes, start + 10);
  const second = readTwoDigits(bytes, start + 12);
  if (bytes[start + 14] !== 0x5a || year === noDigits) return noTime;
  if (month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59) return noTime;
  const months = ((year + 50) % 100) * 12 + month - 1;
  const monthStart = monthStarts[months] as number;
  const time = monthStart + (day - 1) * daySeconds + hour * 3_600 + minute * 60 + second;
  return day >= 1 && time < (monthStarts[months + 1] as number) ? time : noTime;
}

/** More than two digits can say, so that every limit refuses it. */
const noDigits = 100;

function readTwoDigits(bytes: Buffer, at: number): number {
  const tens = (bytes[at] as number) - 0x30;
  const ones = (bytes[at + 1] as number) - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : noDigits;
}
