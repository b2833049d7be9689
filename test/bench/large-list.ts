import { createHash } from "node:crypto";
import {
  certificateList,
  der,
  distinguishedName,
  extensions,
  type TestAuthority,
} from "@mtls-shield/testkit";

/** What the entries of a list look like. */
export interface EntryPlan {
  /** The content octets of the serial number of an entry, which begin with an octet from 0x01 to 0x7f. */
  readonly serialNumber: (index: number) => Buffer;
  /** Whole Extensions of an entry. */
  readonly extensions: (index: number) => Uint8Array | undefined;
}

export interface LargeList {
  readonly der: Uint8Array;
  readonly pem: string;
  /** The octets of all serial numbers. */
  readonly serialOctets: number;
}

const hourMs = 3_600_000;

/** A CRL with many entries, as an authority writes it: dates that differ, in the order of nothing. */
export function largeList(
  signer: TestAuthority["certificate"],
  count: number,
  plan: EntryPlan,
): LargeList {
  const now = Date.now();
  const dates = Array.from({ length: 5_000 }, (_, index) => der.time(now - index * 7 * hourMs));
  const entries: Uint8Array[] = [];
  let serialOctets = 0;
  for (let index = 0; index < count; index++) {
    const serial = plan.serialNumber(index);
    const date = dates[(index * 31) % dates.length] as Uint8Array;
    const extension = plan.extensions(index);
    const tail = extension === undefined ? [date] : [date, extension];
    // Entries are shorter than 128 octets: the writer of the testkit would take a minute for them all.
    const length = tail.reduce((sum, part) => sum + part.length, 2 + serial.length);
    entries.push(Buffer.of(0x30, length, 0x02, serial.length), serial, ...tail);
    serialOctets += serial.length;
  }
  const made = certificateList(signer, {
    now,
    raw: (sound) => ({ ...sound, revokedCertificates: der.tlv(0x30, Buffer.concat(entries)) }),
  });
  return { ...made, serialOctets };
}

/** Octets that look random, and are the same in every run. */
export function serialNumber(seed: string, index: number, length: number): Buffer {
  const octets = createHash("sha256").update(`${seed} ${index}`).digest().subarray(0, length);
  octets[0] = ((octets[0] as number) & 0x3f) | 0x40;
  return octets;
}

const reasonExtensions = Array.from({ length: 11 }, (_, code) =>
  der.sequence(extensions.extension("2.5.29.21", der.tlv(0x0a, der.bytes(code)))),
);

export function reason(index: number): Uint8Array {
  return reasonExtensions[index % reasonExtensions.length] as Uint8Array;
}

const issuers = Array.from({ length: 1_000 }, (_, index) =>
  der.sequence(
    extensions.extension(
      "2.5.29.29",
      der.sequence(der.constructed(4, distinguishedName({ commonName: `CA ${index}` }))),
      { critical: true },
    ),
  ),
);

export function certificateIssuer(index: number): Uint8Array {
  return issuers[index % issuers.length] as Uint8Array;
}
