import { DerReader } from "../asn1/der-reader.ts";
import { tags } from "../asn1/tags.ts";
import type { PublicKey } from "./public-key.ts";

/** The octets of a key alone, without the algorithm: what OCSP hashes (RFC 6960 4.1.1, 4.2.1). */
export function keyBits({ der }: PublicKey): Buffer {
  const info = DerReader.of(der).read(tags.sequence);
  info.readAny();
  return info.readOctetAlignedBits();
}
