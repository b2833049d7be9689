import { createHash } from "node:crypto";
import type { DerReader } from "../asn1/der-reader.ts";
import { oids } from "../asn1/oids.ts";
import { tags } from "../asn1/tags.ts";
import { equalBytes } from "../base/bytes.ts";
import type { Certificate } from "./certificate.ts";
import { keyBits } from "./key-bits.ts";

/** It tells issuers apart and proves nothing, so that SHA-1 is as good as any other. */
export type OcspHash = "sha1" | "sha256" | "sha384" | "sha512";

/** By object identifier keys. */
const hashes: ReadonlyMap<string, OcspHash> = new Map([
  [oids.sha1, "sha1"],
  [oids.sha256, "sha256"],
  [oids.sha384, "sha384"],
  [oids.sha512, "sha512"],
]);

/** Which certificate an OCSP message is about (CertID, RFC 6960 4.1.1). */
export interface OcspCertificateId {
  /** Undefined when the engine does not know it. */
  readonly hash: OcspHash | undefined;
  readonly issuerNameHash: Buffer;
  readonly issuerKeyHash: Buffer;
  /** Content octets, two's complement. */
  readonly serialNumber: Buffer;
}

/** A certificate and the one above it. */
export interface IssuedCertificate {
  readonly certificate: Certificate;
  readonly issuer: Certificate;
}

/** Reads a CertID; throws `DerError`. */
export function readCertificateId(reader: DerReader): OcspCertificateId {
  const id = reader.read(tags.sequence);
  const algorithm = id.read(tags.sequence);
  const hash = hashes.get(algorithm.readOid());
  // RFC 4055 2.1: NULL parameters, which must also be accepted when absent.
  if (hash !== undefined) {
    if (!algorithm.atEnd) algorithm.readNull();
    algorithm.finish();
  }
  const issuerNameHash = id.readContent(tags.octetString);
  const issuerKeyHash = id.readContent(tags.octetString);
  const serialNumber = id.readInteger();
  id.finish();
  return { hash, issuerNameHash, issuerKeyHash, serialNumber };
}

/** The hashes of a CertID: of the issuer's name as the certificate writes it, and of the issuer's key. */
export function issuerHashes(
  { certificate, issuer }: IssuedCertificate,
  hash: OcspHash,
): Pick<OcspCertificateId, "issuerNameHash" | "issuerKeyHash"> {
  return {
    issuerNameHash: createHash(hash).update(certificate.issuer.der).digest(),
    issuerKeyHash: createHash(hash).update(keyBits(issuer.publicKey)).digest(),
  };
}

/** Makes a function that says whether a CertID is that of this certificate. Each hash is computed once, and only when asked. */
export function certificateIdMatcher(
  issued: IssuedCertificate,
): (id: OcspCertificateId) => boolean {
  const known = new Map<OcspHash, ReturnType<typeof issuerHashes>>();
  return ({ hash, issuerNameHash, issuerKeyHash, serialNumber }) => {
    if (hash === undefined || !equalBytes(serialNumber, issued.certificate.serialNumber)) {
      return false;
    }
    const own = known.get(hash) ?? issuerHashes(issued, hash);
    known.set(hash, own);
    return (
      equalBytes(issuerNameHash, own.issuerNameHash) && equalBytes(issuerKeyHash, own.issuerKeyHash)
    );
  };
}
