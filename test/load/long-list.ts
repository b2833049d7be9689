import { randomFillSync } from "node:crypto";
import { certificateList, der, type TestCertificate } from "@mtls-shield/testkit";

/** As long as authorities make them: with it a million entries take 38 MB. */
const serialOctets = 19;

/** Entries of certificates that nobody has, to make lists long. */
export function fillerEntries(count: number): Uint8Array {
  const date = der.time(Date.now() - 86_400_000);
  const serial = der.concat(der.bytes(0x02, serialOctets), new Uint8Array(serialOctets));
  const template = der.sequence(serial, date);
  const entries = Buffer.alloc(count * template.length);
  const randoms = randomFillSync(Buffer.alloc(count * serialOctets));
  const serialAt = 4;
  for (let entry = 0; entry < count; entry++) {
    const at = entry * template.length;
    entries.set(template, at);
    const random = randoms.subarray(entry * serialOctets, (entry + 1) * serialOctets);
    // Positive, without leading zeros, and none that the testkit gives a certificate, whose serials are shorter.
    random[0] = (random[0]! & 0x3f) | 0x40;
    entries.set(random, at + serialAt);
  }
  return entries;
}

export interface LongListParts {
  readonly number: number;
  readonly filler: Uint8Array;
  readonly revoked: readonly TestCertificate[];
}

export function longList(
  authority: TestCertificate,
  { number, filler, revoked }: LongListParts,
): Uint8Array {
  return certificateList(authority, {
    crlNumber: number,
    // One more, so that the field is there.
    revoked: [{ serialNumber: 1 }, ...revoked],
    raw: (sound) => ({
      ...sound,
      revokedCertificates: der.sequence(filler, der.contentOf(sound.revokedCertificates)),
    }),
  }).der;
}
