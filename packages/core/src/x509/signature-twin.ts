import { DerReader } from "../asn1/der-reader.ts";
import { tags } from "../asn1/tags.ts";
import { sha256, toHex } from "../base/bytes.ts";
import type { Certificate } from "./certificate.ts";
import type { EllipticCurve, PublicKey } from "./public-key.ts";

/** The orders of the curves (SEC 2, 2.4.2, 2.5.1, 2.6.1). */
const orders: Readonly<Record<EllipticCurve, bigint>> = {
  "P-256": 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  "P-384":
    0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  "P-521":
    0x1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
};

/**
 * The fingerprint of a certificate's twin, lower-case hex; undefined where it has none. Anybody can turn an ECDSA signature
 * (r, s) into (r, -s), which is as valid: the same certificate then has other bytes and another fingerprint.
 * Call it with a signature that was verified by this key.
 */
export function twinFingerprint(
  certificate: Certificate,
  issuerKey: PublicKey,
): string | undefined {
  const { shape } = issuerKey;
  if (shape.type !== "ec") return undefined;
  const pair = DerReader.of(certificate.signature).read(tags.sequence);
  const r = pair.readWhole(tags.integer);
  const s = BigInt(`0x${toHex(pair.readInteger())}`);
  const twin = encode(tags.sequence, r, encodeInteger(orders[shape.curve] - s));
  const [signed, algorithm] = splitCertificate(certificate);
  const signature = encode(tags.bitString, Buffer.of(0), twin);
  return toHex(sha256(encode(tags.sequence, signed, algorithm, signature)));
}

function splitCertificate({ der }: Certificate): [signed: Buffer, algorithm: Buffer] {
  const outer = DerReader.of(der).read(tags.sequence);
  return [outer.readWhole(tags.sequence), outer.readWhole(tags.sequence)];
}

function encodeInteger(value: bigint): Buffer {
  const octets = octetsOf(value);
  // X.690 8.3: the first bit is the sign.
  return (octets[0] as number) < 0x80
    ? encode(tags.integer, octets)
    : encode(tags.integer, Buffer.of(0), octets);
}

function encode(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content]);
  const octets = octetsOf(length);
  return Buffer.concat([Buffer.of(tag, 0x80 | octets.length), octets, content]);
}

/** A number in the fewest octets, the high one first. */
function octetsOf(value: bigint | number): Buffer {
  const hex = value.toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex");
}
