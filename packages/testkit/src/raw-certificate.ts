import * as der from "./der-writer.ts";

/**
 * The parts of one certificate as DER (RFC 5280 4.1), each replaceable by arbitrary bytes. Nothing is
 * checked, and the signature covers whatever the parts make.
 */
export interface RawCertificateParts {
  /** `[0] EXPLICIT Version`; an empty array leaves the field out, which means v1. */
  readonly version: Uint8Array;
  readonly serialNumber: Uint8Array;
  /** The AlgorithmIdentifier inside the signed part. */
  readonly innerSignatureAlgorithm: Uint8Array;
  readonly issuer: Uint8Array;
  readonly validity: Uint8Array;
  readonly subject: Uint8Array;
  readonly subjectPublicKeyInfo: Uint8Array;
  /** Bytes between the public key and the extensions, where the unique identifiers go. */
  readonly uniqueIds?: Uint8Array;
  /** One Extension each, in order; repeats are kept. An empty list leaves the field out. */
  readonly extensions: readonly Uint8Array[];
  /** The whole `[3] EXPLICIT Extensions` field, in place of what `extensions` would make. */
  readonly extensionsField?: Uint8Array;
  /** Bytes within the signed part, after its last field. */
  readonly afterExtensions?: Uint8Array;
  /** Re-encodes the signed part before it is signed. */
  readonly reencodeTbs?: (tbs: Uint8Array) => Uint8Array;
  /** Makes the raw signature over the signed part. */
  readonly sign: (tbs: Uint8Array) => Uint8Array;
  /** Changes the signed part after it was signed. */
  readonly alterTbs?: (tbs: Uint8Array) => Uint8Array;
  /** The AlgorithmIdentifier beside the signature; by default the inner one. */
  readonly outerSignatureAlgorithm?: Uint8Array;
  /** Changes the raw signature. */
  readonly alterSignature?: (signature: Uint8Array) => Uint8Array;
  /** Encodes the signature's field; by default a BIT STRING with no unused bits. */
  readonly encodeSignature?: (signature: Uint8Array) => Uint8Array;
  /** Re-encodes the finished certificate. */
  readonly reencodeCertificate?: (certificate: Uint8Array) => Uint8Array;
}

/** Puts a certificate together from its parts, signs it and returns its bytes. */
export function issueRaw(parts: RawCertificateParts): Uint8Array {
  const unchanged = (bytes: Uint8Array): Uint8Array => bytes;
  const reencodeTbs = parts.reencodeTbs ?? unchanged;
  const alterTbs = parts.alterTbs ?? unchanged;
  const alterSignature = parts.alterSignature ?? unchanged;
  const encodeSignature = parts.encodeSignature ?? ((signature) => der.bitString(signature));
  const reencodeCertificate = parts.reencodeCertificate ?? unchanged;

  const tbs = reencodeTbs(
    der.sequence(
      parts.version,
      parts.serialNumber,
      parts.innerSignatureAlgorithm,
      parts.issuer,
      parts.validity,
      parts.subject,
      parts.subjectPublicKeyInfo,
      parts.uniqueIds ?? der.bytes(),
      parts.extensionsField ?? extensionsField(parts.extensions),
      parts.afterExtensions ?? der.bytes(),
    ),
  );
  return reencodeCertificate(
    der.sequence(
      alterTbs(tbs),
      parts.outerSignatureAlgorithm ?? parts.innerSignatureAlgorithm,
      encodeSignature(alterSignature(parts.sign(tbs))),
    ),
  );
}

function extensionsField(extensions: readonly Uint8Array[]): Uint8Array {
  return extensions.length === 0 ? der.bytes() : der.constructed(3, der.sequence(...extensions));
}
