import { oids } from "../asn1/oids.ts";
import { contextConstructed, tags } from "../asn1/tags.ts";
import { issuerHashes, type IssuedCertificate } from "./ocsp-certificate-id.ts";

export interface OcspRequestOptions {
  /** Of the issuer's name and key. */
  readonly hash: "sha1" | "sha256";
  /** RFC 9654 2.1: 32 octets, new for each request; undefined: an answer made in advance will do. */
  readonly nonce: Buffer | undefined;
}

/** Writes a request for the status of one certificate, which is all that light-weight responders answer (RFC 9919, formerly RFC 5019). */
export function encodeOcspRequest(
  issued: IssuedCertificate,
  { hash, nonce }: OcspRequestOptions,
): Buffer {
  const { issuerNameHash, issuerKeyHash } = issuerHashes(issued, hash);
  const certificateId = encode(
    tags.sequence,
    // Responders that look prepared answers up by the octets of a CertID have it with the NULL.
    encode(tags.sequence, encodeOid(oids[hash]), encode(tags.null)),
    encode(tags.octetString, issuerNameHash),
    encode(tags.octetString, issuerKeyHash),
    encode(tags.integer, issued.certificate.serialNumber),
  );
  const requests = encode(tags.sequence, encode(tags.sequence, certificateId));
  const extensions =
    nonce === undefined
      ? []
      : [encode(contextConstructed(2), encode(tags.sequence, encodeNonce(nonce)))];
  return encode(tags.sequence, encode(tags.sequence, requests, ...extensions));
}

/** What the extension holds: an OCTET STRING of its own (RFC 9654 2.1). */
export function nonceValue(nonce: Buffer): Buffer {
  return encode(tags.octetString, nonce);
}

function encodeNonce(nonce: Buffer): Buffer {
  return encode(
    tags.sequence,
    encodeOid(oids.ocspNonce),
    encode(tags.octetString, nonceValue(nonce)),
  );
}

function encodeOid(key: string): Buffer {
  return encode(tags.objectIdentifier, Buffer.from(key, "latin1"));
}

function encode(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  // Two octets are enough: hashes, a nonce and a serial number, which is no longer than `longestSerialNumber`.
  const header = length < 0x80 ? [tag, length] : [tag, ...longLength(length)];
  return Buffer.concat([Buffer.from(header), content]);
}

function longLength(length: number): readonly number[] {
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}
