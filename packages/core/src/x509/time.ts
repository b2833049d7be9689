import { DerError } from "../asn1/der-error.ts";
import type { DerReader } from "../asn1/der-reader.ts";
import { tags } from "../asn1/tags.ts";

/** A Time as it is written. */
export interface Time {
  /** Epoch milliseconds. */
  readonly milliseconds: number;
  /** RFC 5280 4.1.2.5: the years 1950 to 2049 are written as UTCTime, others as GeneralizedTime. */
  readonly isCanonical: boolean;
}

/** Reads a Time in one of the two forms that RFC 5280 4.1.2.5 allows: with seconds and `Z`. */
export function readTime(reader: DerReader): Time {
  if (reader.nextTag === tags.utcTime) {
    const content = reader.readContent(tags.utcTime);
    const year = digits(content, 0, 2);
    // RFC 5280 4.1.2.5.1: two-digit years stand for 1950 to 2049.
    const fullYear = year < 50 ? 2000 + year : 1900 + year;
    return { milliseconds: readFrom(content, 2, fullYear), isCanonical: true };
  }
  const content = reader.readContent(tags.generalizedTime);
  const year = digits(content, 0, 4);
  return { milliseconds: readFrom(content, 4, year), isCanonical: year < 1950 || year > 2049 };
}

/** Month, day, hour, minute and second, and a `Z` at the end. */
function readFrom(content: Buffer, at: number, year: number): number {
  if (content.length !== at + 11 || content[at + 10] !== 0x5a) {
    throw new DerError("a time is not in the form that certificates use");
  }
  const month = digits(content, at, 2);
  const day = digits(content, at + 2, 2);
  const hour = digits(content, at + 4, 2);
  const minute = digits(content, at + 6, 2);
  const second = digits(content, at + 8, 2);
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) {
    throw new DerError("a time names a day that does not exist");
  }
  if (hour > 23 || minute > 59 || second > 59) throw new DerError("a time is out of range");
  const date = Date.UTC(year, month - 1, day, hour, minute, second);
  // Date.UTC takes the years 0 to 99 for 1900 to 1999.
  return year < 100 ? new Date(date).setUTCFullYear(year) : date;
}

function digits(content: Buffer, at: number, count: number): number {
  let value = 0;
  for (let index = at; index < at + count; index++) {
    const digit = (content[index] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) throw new DerError("a time holds something else than digits");
    value = value * 10 + digit;
  }
  return value;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
