import { derCursor, MalformedDer } from "./der-cursor.ts";
import { serialNumberOfInteger } from "./serial-number.ts";

/** What a client asks (RFC 6960 4.1). */
export interface OcspQuestion {
  readonly certificates: readonly OcspCertificateId[];
  /** The nonce's octets, without the OCTET STRING around them. */
  readonly nonce: Uint8Array | undefined;
}

/** Which certificate it is about (RFC 6960 4.1.1). */
export interface OcspCertificateId {
  /** The whole CertID, which the answer repeats. */
  readonly der: Uint8Array;
  /** The content of the hash algorithm's OBJECT IDENTIFIER in hex. */
  readonly hashAlgorithm: string;
  readonly issuerNameHash: Uint8Array;
  readonly issuerKeyHash: Uint8Array;
  /** As `serialNumberOfInteger` spells it. */
  readonly serialNumber: string;
}

interface RequestExtension {
  /** The content of the OBJECT IDENTIFIER in hex. */
  readonly oid: string;
  readonly isCritical: boolean;
  readonly value: Uint8Array;
}

const tags = {
  boolean: 0x01,
  integer: 0x02,
  octetString: 0x04,
  objectIdentifier: 0x06,
  sequence: 0x30,
  version: 0xa0,
  requestorName: 0xa1,
  requestExtensions: 0xa2,
  singleRequestExtensions: 0xa0,
  optionalSignature: 0xa0,
} as const;

// id-pkix-ocsp-nonce, 1.3.6.1.5.5.7.48.1.2.
const nonceOid = "2b0601050507300102";
// RFC 9654 2.1: 1 to 128 octets; any other length makes a malformed request.
const maxNonceLength = 128;

/** Reads a request; undefined when it is malformed (RFC 6960 2.3). A signature on it is not looked at. */
export function readOcspRequest(der: Uint8Array): OcspQuestion | undefined {
  try {
    return readQuestion(der);
  } catch (error) {
    if (error instanceof MalformedDer) return undefined;
    throw error;
  }
}

function readQuestion(der: Uint8Array): OcspQuestion {
  const outer = derCursor(der);
  const request = derCursor(outer.take(tags.sequence));
  outer.end();
  const body = derCursor(request.take(tags.sequence));
  request.takeOptional(tags.optionalSignature);
  request.end();
  // Version 1 is the default and the only one: DER leaves it out, some clients do not.
  const version = body.takeOptional(tags.version);
  if (version !== undefined && Buffer.from(version).toString("hex") !== "020100") {
    throw new MalformedDer("The version is unknown.");
  }
  body.takeOptional(tags.requestorName);
  const list = derCursor(body.take(tags.sequence));
  const nonce = readNonce(readExtensions(body.takeOptional(tags.requestExtensions)));
  body.end();
  const certificates = [];
  do certificates.push(readSingleRequest(list.take(tags.sequence)));
  while (!list.isAtEnd());
  return { certificates, nonce };
}

function readSingleRequest(content: Uint8Array): OcspCertificateId {
  const request = derCursor(content);
  const id = request.takeWhole(tags.sequence);
  refuseCritical(readExtensions(request.takeOptional(tags.singleRequestExtensions)));
  request.end();
  return readCertificateId(id);
}

function readCertificateId(der: Uint8Array): OcspCertificateId {
  const fields = derCursor(derCursor(der).take(tags.sequence));
  // Parameters are NULL or absent, which makes no difference to a hash.
  const algorithm = derCursor(fields.take(tags.sequence)).take(tags.objectIdentifier);
  const issuerNameHash = fields.take(tags.octetString);
  const issuerKeyHash = fields.take(tags.octetString);
  const serialNumber = serialNumberOfInteger(fields.take(tags.integer));
  fields.end();
  return { der, hashAlgorithm: hexOf(algorithm), issuerNameHash, issuerKeyHash, serialNumber };
}

function readExtensions(field: Uint8Array | undefined): readonly RequestExtension[] {
  if (field === undefined) return [];
  const outer = derCursor(field);
  const list = derCursor(outer.take(tags.sequence));
  outer.end();
  const extensions = [];
  while (!list.isAtEnd()) {
    const fields = derCursor(list.take(tags.sequence));
    const oid = hexOf(fields.take(tags.objectIdentifier));
    const isCritical = fields.takeOptional(tags.boolean)?.some((octet) => octet !== 0) === true;
    extensions.push({ oid, isCritical, value: fields.take(tags.octetString) });
    fields.end();
  }
  return extensions;
}

function readNonce(extensions: readonly RequestExtension[]): Uint8Array | undefined {
  const [first, ...more] = extensions.filter(({ oid }) => oid === nonceOid);
  refuseCritical(extensions.filter(({ oid }) => oid !== nonceOid));
  if (first === undefined) return undefined;
  const value = derCursor(first.value);
  const nonce = value.take(tags.octetString);
  value.end();
  if (more.length === 0 && nonce.length >= 1 && nonce.length <= maxNonceLength) return nonce;
  throw new MalformedDer("The nonce is too long, too short or not the only one.");
}

/** RFC 6960 4.4: what is critical and not understood refuses the request. */
function refuseCritical(extensions: readonly RequestExtension[]): void {
  if (extensions.some(({ isCritical }) => isCritical)) {
    throw new MalformedDer("An extension is critical and unknown.");
  }
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
