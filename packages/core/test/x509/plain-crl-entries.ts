import { DerReader } from "../../src/asn1/der-reader.ts";
import { dottedOid } from "../../src/asn1/oids.ts";
import { tags } from "../../src/asn1/tags.ts";
import { tryParse } from "../../src/asn1/try-parse.ts";
import type { CrlEntry } from "../../src/x509/crl-entries.ts";
import { readEachExtension } from "../../src/x509/extensions.ts";
import { readGeneralNames } from "../../src/x509/general-name.ts";
import { readRevocationReason } from "../../src/x509/revocation-reason.ts";
import { readTime } from "../../src/x509/time.ts";

export interface PlainEntry extends CrlEntry {
  /** Hexadecimal. */
  readonly serialNumber: string;
}

/** The entries of `revokedCertificates`, read in the plainest way; undefined where they are malformed. */
export function plainCrlEntries(
  sequence: Uint8Array,
  version: 1 | 2,
): { readonly entries: readonly PlainEntry[]; readonly isCritical: boolean } | undefined {
  const found: PlainEntry[] = [];
  let isCritical = false;
  let certificateIssuer: CrlEntry["certificateIssuer"];
  const problem = tryParse(() => {
    const list = DerReader.of(sequence).read(tags.sequence);
    while (!list.atEnd) {
      const fields = list.read(tags.sequence);
      const serialNumber = fields.readInteger().toString("hex");
      if (serialNumber.length > 128) return "too long";
      const revocationDate = readTime(fields).milliseconds;
      let reason = "unspecified";
      let invalidityDate: number | undefined;
      if (!fields.atEnd) {
        if (version === 1) return "extensions in version 1";
        readEachExtension(fields.read(tags.sequence), new Map(), (type, critical, value) => {
          const reader = DerReader.of(value);
          switch (dottedOid(type)) {
            case "2.5.29.21":
              reason = readRevocationReason(reader);
              break;
            case "2.5.29.24":
              invalidityDate = readTime(isOf(reader, tags.generalizedTime)).milliseconds;
              break;
            case "2.5.29.29":
              certificateIssuer = readGeneralNames(reader, "any-ascii");
              break;
            default:
              isCritical ||= critical;
              return;
          }
          reader.finish();
        });
        fields.finish();
      }
      found.push({ serialNumber, revocationDate, reason, invalidityDate, certificateIssuer });
    }
    return undefined;
  });
  return problem === undefined ? { entries: found, isCritical } : undefined;
}

function isOf(reader: DerReader, tag: number): DerReader {
  if (reader.nextTag !== tag) reader.read(tag);
  return reader;
}
