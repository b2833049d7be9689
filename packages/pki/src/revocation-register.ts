import { X509Certificate } from "node:crypto";

import { checkKnownOptions } from "./known-options.ts";
import { iso, moment, wholeSeconds } from "./moment.ts";
import { PkiError } from "./pki-error.ts";
import { checkReason, type RevocationReason } from "./revocation-reason.ts";
import { checkSerialNumber } from "./serial-number.ts";

/** A revoked certificate, as plain data. */
export interface Revocation {
  /** Lower-case hex. */
  readonly serialNumber: string;
  readonly reason: RevocationReason;
  /** Epoch milliseconds, a whole second. */
  readonly date: number;
  /** Epoch milliseconds, a whole second: when the key was, or may have been, lost (RFC 5280 5.3.2). */
  readonly invalidityDate?: number;
}

/**
 * What is revoked: an issued certificate, `node:crypto`'s `X509Certificate`, what
 * `getPeerCertificate()` gives, or a serial number in hex alone. Where the certificate itself is
 * there, it must be one of this authority.
 */
export interface RevocableCertificate {
  readonly serialNumber: string;
  readonly der?: Uint8Array;
  readonly raw?: Uint8Array;
}

export interface RevokeOptions {
  /** By default `unspecified`. */
  readonly reason?: RevocationReason;
  /** A Date or epoch milliseconds, by default now; not in the future. */
  readonly date?: Date | number;
  /** When the key was, or may have been, lost. */
  readonly invalidityDate?: Date | number;
}

/** What an authority remembers of a certificate that it issued. */
export interface IssuedRecord {
  readonly kind: "user" | "authority";
  readonly crlDistributionPoints: readonly string[];
}

/** A certificate's last change: revoked, or a hold taken back. */
export type StatusChange = {
  readonly serialNumber: string;
  /** The number of the first list that shows it. */
  readonly firstNumber: number;
} & (
  | { readonly revocation: Revocation }
  /** Epoch milliseconds, a whole second. */
  | { readonly revocation?: undefined; readonly restoredAt: number }
);

/** What one authority issued and revoked, and how its lists are numbered. */
export interface RevocationRegister {
  recordIssue(serialNumber: string, record: IssuedRecord): void;
  issued(serialNumber: string): IssuedRecord | undefined;
  revoke(certificate: RevocableCertificate, options: RevokeOptions): Revocation;
  restore(certificate: RevocableCertificate): void;
  revocation(serialNumber: string): Revocation | undefined;
  revocations(): readonly Revocation[];
  /** The last change of every certificate that was ever revoked. */
  changes(): Iterable<StatusChange>;
  /** The number of the newest list, zero before the first. */
  lastNumber(): number;
  /** The number of a new list: the wanted one or the next. */
  takeNumber(wanted: number | undefined): number;
}

export function createRevocationRegister(options: {
  readonly clock: () => number;
  readonly issuer: Uint8Array;
}): RevocationRegister {
  const { clock } = options;
  const issuer = new X509Certificate(options.issuer);
  const issued = new Map<string, IssuedRecord>();
  const changes = new Map<string, StatusChange>();
  let lastNumber = 0;
  let changedSinceLast = false;

  function note(change: StatusChange): void {
    changes.set(change.serialNumber, change);
    changedSinceLast = true;
  }

  function serialNumberOf(certificate: RevocableCertificate): string {
    const der = certificate.der ?? certificate.raw;
    // A root that takes its intermediate's client would write a list that nobody looks into.
    if (der !== undefined && !new X509Certificate(der).checkIssued(issuer)) {
      throw new PkiError(
        "certificate",
        `This certificate is another authority's. Ask the authority that issued it.`,
      );
    }
    return checkSerialNumber(certificate.serialNumber);
  }

  return {
    recordIssue: (serialNumber, record) => void issued.set(serialNumber, record),
    issued: (serialNumber) => issued.get(serialNumber),
    revoke(certificate, given) {
      checkKnownOptions(given, ["reason", "date", "invalidityDate"]);
      const serialNumber = serialNumberOf(certificate);
      const reason = checkReason("reason", given.reason ?? "unspecified");
      const before = changes.get(serialNumber)?.revocation;
      if (before?.reason === reason) return before;
      const wasFinal = before !== undefined && before.reason !== "certificateHold";
      // A hold in place of a final revocation would let `restore` undo what RFC 5280 5.3.1 makes final.
      if (wasFinal && reason === "certificateHold") {
        throw new PkiError(
          "reason",
          `The certificate is revoked for good since ${iso(before.date)} (${before.reason}) and ` +
            `cannot be put on hold. Leave it revoked.`,
        );
      }
      const revocation: Revocation = Object.freeze({
        serialNumber,
        reason,
        date: revocationDate(given.date, wasFinal ? before.date : clock(), clock()),
        ...(given.invalidityDate !== undefined && {
          invalidityDate: moment("invalidityDate", given.invalidityDate),
        }),
      });
      note({ serialNumber, firstNumber: lastNumber + 1, revocation });
      return revocation;
    },
    restore(certificate) {
      const serialNumber = serialNumberOf(certificate);
      const before = changes.get(serialNumber)?.revocation;
      if (before === undefined) {
        throw new PkiError("serialNumber", `The certificate is not revoked. Leave it as it is.`);
      }
      if (before.reason !== "certificateHold") {
        throw new PkiError(
          "serialNumber",
          `The certificate is revoked for good (${before.reason}): RFC 5280 5.3.1 takes back only ` +
            `certificateHold. Issue a new one.`,
        );
      }
      note({ serialNumber, firstNumber: lastNumber + 1, restoredAt: wholeSeconds(clock()) });
    },
    revocation: (serialNumber) => changes.get(serialNumber)?.revocation,
    revocations: () =>
      Object.freeze([...changes.values()].flatMap(({ revocation }) => revocation ?? [])),
    changes: () => changes.values(),
    lastNumber: () => lastNumber,
    takeNumber(wanted = lastNumber + 1) {
      if (!Number.isSafeInteger(wanted) || wanted < lastNumber || wanted < 1) {
        throw new PkiError(
          "number",
          `"number" is not a whole number from ${Math.max(lastNumber, 1)}: numbers never go ` +
            `backwards (RFC 5280 5.2.3). Leave it out.`,
        );
      }
      // RFC 5280 5.2.3: two lists of one number must say the same.
      if (wanted === lastNumber && changedSinceLast) {
        throw new PkiError(
          "number",
          `"number" ${wanted} is a list from before the last change. Give ${wanted + 1} or more.`,
        );
      }
      lastNumber = wanted;
      changedSinceLast = false;
      return wanted;
    },
  };
}

function revocationDate(given: Date | number | undefined, usual: number, nowMs: number): number {
  if (given === undefined) return wholeSeconds(usual);
  const date = moment("date", given);
  if (date <= nowMs) return date;
  throw new PkiError("date", `"date" is in the future. Revoke when the time has come.`);
}
