import { parseCertificate, type Certificate } from "./certificate.ts";

/** The extension subjectAltName, not critical, with no name in it: 2.5.29.17. */
const namelessExtension = Buffer.from("30090603551d1104023000", "hex");
/** Where its type ends. */
const typeEnd = 6;

/** A certificate that may be that of an authority's OCSP responder. */
export interface OcspDelegate {
  readonly certificate: Certificate;
  /** The signed part as it came. */
  readonly signedBytes: Buffer;
}

/**
 * Reads the certificate of a responder; undefined when it is none. A public authority (CAcert) gave its responder an empty list
 * of alternative names, against RFC 5280 4.2.1.6, and OpenSSL's test data holds it. What a responder is called means nothing here,
 * so that extension is read as one of an unknown type, 2.5.29.127: the rest, and what was signed, stay as they are.
 */
export function readOcspDelegate(der: Buffer): OcspDelegate | undefined {
  const at = der.indexOf(namelessExtension);
  const readable = Buffer.from(der);
  if (at !== -1) readable[at + typeEnd] = 0x7f;
  const certificate = parseCertificate(readable);
  if (typeof certificate === "string") return undefined;
  const start = certificate.signedBytes.byteOffset - certificate.der.byteOffset;
  const signedBytes = der.subarray(start, start + certificate.signedBytes.length);
  return { certificate, signedBytes };
}
