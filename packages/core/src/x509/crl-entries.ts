import { DerReader } from "../asn1/der-reader.ts";
import { tags } from "../asn1/tags.ts";
import { CrlCertificateIssuers } from "./crl-certificate-issuers.ts";
import { CrlEntryReader } from "./crl-entry-reader.ts";
import { CrlRecordPacker, type CrlRecords } from "./crl-records.ts";
import type { GeneralName } from "./general-name.ts";
import { reasonNameOf } from "./revocation-reason.ts";

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

/** Usual entries that are read in one slice: they take a few milliseconds. */
const entriesPerSlice = 20_000;

const noOctets = Buffer.alloc(0);

/** The entries of a CRL, of which no DER is kept: a million with serial numbers of 16 octets take 23 MB. */
export class CrlEntries {
  readonly count: number;
  /** RFC 5280 5.3: such a CRL must not be used for any certificate. */
  readonly hasUnprocessedCritical: boolean;
  readonly #records: CrlRecords;
  readonly #issuers: CrlCertificateIssuers;

  private constructor(
    packer: CrlRecordPacker,
    { hasUnprocessedCritical }: CrlEntryReader,
    issuers: CrlCertificateIssuers,
  ) {
    this.count = packer.count;
    this.hasUnprocessedCritical = hasUnprocessedCritical;
    this.#records = packer.finish();
    this.#issuers = issuers;
  }

  /**
   * Reads the entries, and yields after every slice; throws `DerError`. `sequence` is the whole field `revokedCertificates`,
   * undefined where it is absent. They are found by a hash whose keys come from the list's signature.
   */
  static *read(
    sequence: Buffer | undefined,
    { version, signature }: { readonly version: 1 | 2; readonly signature: Buffer },
  ): Generator<undefined, CrlEntries, undefined> {
    const bytes =
      sequence === undefined ? noOctets : DerReader.of(sequence).readContent(tags.sequence);
    const issuers = new CrlCertificateIssuers();
    const packer = new CrlRecordPacker(bytes, signature);
    const reader = new CrlEntryReader(bytes, version, issuers);
    while (!reader.atEnd) {
      packer.read(reader, entriesPerSlice);
      yield;
    }
    issuers.seal();
    packer.allocate(issuers.count);
    while (packer.write(entriesPerSlice)) yield;
    return new CrlEntries(packer, reader, issuers);
  }

  /** Whether an entry says whose certificate it is: meant for indirect CRLs only. */
  get namesIssuers(): boolean {
    return this.#issuers.count > 0;
  }

  /**
   * Every entry with this serial number (content octets, two's complement), in the order of the list: issuers may share one, and
   * none is unique.
   */
  find(serialNumber: Buffer): readonly CrlEntry[] {
    const namesOf = this.#issuers.teller();
    return this.#records
      .find(serialNumber)
      .map(({ revocationDate, reasonCode, invalidityDate, issuerId }) => ({
        revocationDate,
        reason: reasonNameOf(reasonCode),
        invalidityDate,
        certificateIssuer: namesOf(issuerId),
      }));
  }
}
