import { DerError } from "../asn1/der-error.ts";
import { DerReader } from "../asn1/der-reader.ts";
import { contextConstructed, contextPrimitive, tags } from "../asn1/tags.ts";
import { tryParse } from "../asn1/try-parse.ts";
import { asBuffer, equalBytes, sha256, toHex } from "../base/bytes.ts";
import { DistinguishedName } from "./distinguished-name.ts";
import { noExtensions, readExtensions, type Extensions } from "./extensions.ts";
import { longestSerialNumber } from "./longest-serial-number.ts";
import { PublicKey } from "./public-key.ts";
import { parseSignatureAlgorithm, type SignatureAlgorithm } from "./signature.ts";
import { readTime } from "./time.ts";

/** A certificate as it is written (RFC 5280 4.1). That it was parsed says nothing about whether it can be trusted. */
export class Certificate {
  /** The original bytes. */
  readonly der: Buffer;
  /** The part of them that is signed. */
  readonly signedBytes: Buffer;
  readonly version: 1 | 2 | 3;
  /** Content octets of the serial number, two's complement. */
  readonly serialNumber: Buffer;
  readonly issuer: DistinguishedName;
  readonly subject: DistinguishedName;
  /** Epoch milliseconds. */
  readonly notBefore: number;
  /** Epoch milliseconds; the certificate is valid up to and including this second. */
  readonly notAfter: number;
  /** Whether both dates are in the form that RFC 5280 4.1.2.5 prescribes for their year. */
  readonly hasCanonicalDates: boolean;
  readonly publicKey: PublicKey;
  readonly extensions: Extensions;
  /** Undefined when the engine does not know it; `isAcceptedAlgorithm` says whether it counts. */
  readonly signatureAlgorithm: SignatureAlgorithm | undefined;
  /** Whether the signed and the unsigned algorithm identifier are the same bytes (RFC 5280 4.1.1.2). */
  readonly signatureAlgorithmsMatch: boolean;
  readonly signature: Buffer;
  #fingerprint: string | undefined;
  #entity: string | undefined;

  /** Throws `DerError`; `parseCertificate` is the way in. */
  constructor(der: Buffer) {
    this.der = der;
    const outer = DerReader.of(der);
    const certificate = outer.read(tags.sequence);
    outer.finish();
    this.signedBytes = certificate.readWhole(tags.sequence);
    const outerAlgorithm = certificate.readWhole(tags.sequence);
    this.signature = certificate.readOctetAlignedBits();
    certificate.finish();

    const tbs = DerReader.of(this.signedBytes).read(tags.sequence);
    this.version = readVersion(tbs);
    this.serialNumber = readSerialNumber(tbs);
    const innerAlgorithm = tbs.readWhole(tags.sequence);
    this.issuer = DistinguishedName.read(tbs);
    if (this.issuer.isEmpty) throw new DerError("the issuer is empty");
    const validity = tbs.read(tags.sequence);
    const notBefore = readTime(validity);
    const notAfter = readTime(validity);
    this.notBefore = notBefore.milliseconds;
    this.notAfter = notAfter.milliseconds;
    this.hasCanonicalDates = notBefore.isCanonical && notAfter.isCanonical;
    validity.finish();
    this.subject = DistinguishedName.read(tbs);
    this.publicKey = PublicKey.read(tbs);
    skipUniqueIdentifiers(tbs, this.version);
    this.extensions = readOptionalExtensions(tbs, this.version);
    tbs.finish();

    this.signatureAlgorithmsMatch = equalBytes(innerAlgorithm, outerAlgorithm);
    this.signatureAlgorithm = parseSignatureAlgorithm(innerAlgorithm);
  }

  /** SHA-256 of the original bytes, lower-case hex. */
  get fingerprint(): string {
    this.#fingerprint ??= toHex(sha256(this.der));
    return this.#fingerprint;
  }

  /** Its key and its subject, to look them up by: RFC 4158 2.4.1 calls a path that meets both again a loop. */
  get entity(): string {
    this.#entity ??= `${this.publicKey.octets} ${this.subject.comparisonKey}`;
    return this.#entity;
  }

  /** Issuer and subject are the same name (RFC 5280 3.2); who signed it is another question. */
  get isSelfIssued(): boolean {
    return this.issuer.equals(this.subject);
  }

  get isCa(): boolean {
    return this.extensions.basicConstraints?.isCa === true;
  }
}

/** Parses one certificate; a string says what is wrong with the bytes. The bytes are copied: later changes don't matter. */
export function parseCertificate(der: Uint8Array): Certificate | string {
  const certificate = tryParse(() => new Certificate(Buffer.from(asBuffer(der))));
  return certificate instanceof DerError ? certificate.message : certificate;
}

function readVersion(tbs: DerReader): 1 | 2 | 3 {
  const wrapper = tbs.readOptional(contextConstructed(0));
  if (wrapper === undefined) return 1;
  const version = wrapper.readSmallInteger() + 1;
  wrapper.finish();
  // Version 1 is the default, which DER leaves out.
  if (version !== 2 && version !== 3) throw new DerError("the version is none that X.509 has");
  return version;
}

function readSerialNumber(tbs: DerReader): Buffer {
  const serialNumber = tbs.readInteger();
  if (serialNumber.length > longestSerialNumber) {
    throw new DerError(`the serial number is longer than ${longestSerialNumber} octets`);
  }
  return serialNumber;
}

/** issuerUniqueID and subjectUniqueID: allowed from version 2 on, never read. */
function skipUniqueIdentifiers(tbs: DerReader, version: number): void {
  for (const tag of [contextPrimitive(1), contextPrimitive(2)]) {
    if (tbs.nextTag !== tag) continue;
    if (version === 1) throw new DerError("version 1 has no unique identifiers");
    // A BIT STRING: the first octet counts the unused bits (X.690 8.6.2.2).
    const [unusedBits = 8] = tbs.readContent(tag);
    if (unusedBits > 7) throw new DerError("a unique identifier is malformed");
  }
}

function readOptionalExtensions(tbs: DerReader, version: number): Extensions {
  const wrapper = tbs.readOptional(contextConstructed(3));
  if (wrapper === undefined) return noExtensions;
  if (version !== 3) throw new DerError("only version 3 has extensions");
  const extensions = readExtensions(wrapper.read(tags.sequence));
  wrapper.finish();
  return extensions;
}
