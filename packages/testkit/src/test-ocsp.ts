import { createHash, type KeyObject } from "node:crypto";

import { extension, extendedKeyUsage } from "./certificate-extensions.ts";
import * as der from "./der-writer.ts";
import { signatureScheme, usualScheme, type SignatureSchemeName } from "./signature-scheme.ts";
import type { LeafChanges, TestAuthority, TestCertificate } from "./test-authority.ts";
import { reasonCodes, type CrlReasonName } from "./test-crl.ts";

/** Types and extensions of OCSP (RFC 6960 4.2.1, 4.2.2.2.1, 4.4.1). */
const oids = {
  basic: "1.3.6.1.5.5.7.48.1.1",
  nonce: "1.3.6.1.5.5.7.48.1.2",
  noCheck: "1.3.6.1.5.5.7.48.1.5",
} as const;

const hashOids = {
  sha1: "1.3.14.3.2.26",
  sha256: "2.16.840.1.101.3.4.2.1",
  sha384: "2.16.840.1.101.3.4.2.2",
  sha512: "2.16.840.1.101.3.4.2.3",
} as const;

/** OCSPResponseStatus (RFC 6960 4.2.1). */
const errorCodes = {
  malformedRequest: 1,
  internalError: 2,
  tryLater: 3,
  sigRequired: 5,
  unauthorized: 6,
} as const;

export type OcspErrorName = keyof typeof errorCodes;
export type OcspHashName = keyof typeof hashOids;

/** What is said of one certificate; what is left out stays sound. */
export interface OcspSingleChanges {
  readonly certificate?: Pick<TestCertificate, "parts">;
  readonly serialNumber?: bigint | number;
  /** Of the issuer's name and key; by default SHA-1. */
  readonly hash?: OcspHashName;
  /** A whole Name as DER, in place of the issuer's. */
  readonly issuerName?: Uint8Array;
  readonly issuerKey?: KeyObject;
  /** A whole CertID as DER, in place of all those. */
  readonly certificateId?: Uint8Array;
  /** By its name, or a whole CertStatus as DER. */
  readonly status?: "good" | "revoked" | "unknown" | Uint8Array;
  /** Epoch milliseconds, as those below. */
  readonly revocationDate?: number;
  readonly reason?: CrlReasonName;
  readonly thisUpdate?: number;
  readonly nextUpdate?: number | "absent";
  /** Whole Extensions. */
  readonly extensions?: readonly Uint8Array[];
}

/** The parts of a response as DER (RFC 6960 4.2.1), each replaceable by arbitrary bytes. */
export interface RawOcspParts {
  /** Only version 1 exists, which DER leaves out: an empty array. */
  readonly version: Uint8Array;
  readonly responder: Uint8Array;
  readonly producedAt: Uint8Array;
  /** One SingleResponse each. */
  readonly responses: readonly Uint8Array[];
  /** One Extension each; an empty list leaves the field out. */
  readonly extensions: readonly Uint8Array[];
  /** Bytes within the signed part, after its last field. */
  readonly afterExtensions?: Uint8Array;
  readonly sign: (data: Uint8Array) => Uint8Array;
  readonly signatureAlgorithm: Uint8Array;
  /** Changes the raw signature. */
  readonly alterSignature?: (signature: Uint8Array) => Uint8Array;
  /** The whole field; an empty array leaves it out. */
  readonly certificates: Uint8Array;
  /** The whole field around what is signed and its signature. */
  readonly reencode?: (response: Uint8Array) => Uint8Array;
}

/** What may be changed in a response; what is left out stays sound. */
export interface OcspChanges {
  /** Epoch milliseconds around which the response is current. */
  readonly now?: number;
  /** Who has issued the certificates; by default the signer. */
  readonly issuer?: TestCertificate;
  /** Certificates, of which it says that they are good, or more about them. */
  readonly responses?: readonly (TestCertificate | OcspSingleChanges)[];
  /** How the signer is named, or a whole ResponderID as DER; by default by its name. */
  readonly responder?: "name" | "key" | Uint8Array;
  readonly producedAt?: number;
  readonly nonce?: Uint8Array;
  /** Those that are embedded. */
  readonly certificates?: readonly (TestCertificate | Uint8Array)[];
  readonly signatureScheme?: SignatureSchemeName;
  /** Whole Extensions after the nonce. */
  readonly moreExtensions?: readonly Uint8Array[];
  /** Last word: takes the sound parts and returns those to encode. */
  readonly raw?: (sound: RawOcspParts) => RawOcspParts;
}

const hourMs = 3_600_000;

/** A signed OCSP response as DER, current and without certificates unless the changes say otherwise. */
export function ocspResponse(signer: TestCertificate, changes: OcspChanges = {}): Uint8Array {
  const scheme = signatureScheme(changes.signatureScheme ?? usualScheme(signer.privateKey));
  const now = changes.now ?? Date.now();
  const { issuer = signer, responses = [], nonce, certificates = [] } = changes;
  const sound: RawOcspParts = {
    version: der.bytes(),
    responder: encodeResponder(signer, changes.responder ?? "name"),
    producedAt: der.generalizedTime(changes.producedAt ?? now - hourMs),
    responses: responses.map((one) =>
      encodeSingle("der" in one ? { certificate: one } : one, issuer, now),
    ),
    extensions: [
      ...(nonce === undefined ? [] : [ocspNonce(nonce)]),
      ...(changes.moreExtensions ?? []),
    ],
    sign: (data) => scheme.sign(data, signer.privateKey),
    signatureAlgorithm: scheme.algorithm,
    certificates:
      certificates.length === 0
        ? der.bytes()
        : der.constructed(
            0,
            der.sequence(...certificates.map((one) => ("der" in one ? one.der : one))),
          ),
  };
  return assemble(changes.raw?.(sound) ?? sound);
}

/** A response that is no answer: the name or the number of its status. */
export function ocspError(status: OcspErrorName | number): Uint8Array {
  return der.sequence(enumerated(typeof status === "number" ? status : errorCodes[status]));
}

/** The certificate that an authority issues to its responder (RFC 6960 4.2.2.2), with id-pkix-ocsp-nocheck or without. */
export function ocspDelegate(
  authority: TestAuthority,
  { noCheck = true, ...changes }: LeafChanges & { readonly noCheck?: boolean } = {},
): TestCertificate {
  const { leaf } = authority.client({
    commonName: "Test OCSP Responder",
    ...changes,
    extensions: { extendedKeyUsage: extendedKeyUsage("ocspSigning"), ...changes.extensions },
    moreExtensions: [...(noCheck ? [ocspNoCheck()] : []), ...(changes.moreExtensions ?? [])],
  });
  return leaf;
}

/** The Extension `id-pkix-ocsp-nocheck` of a responder's certificate. */
export function ocspNoCheck(options: { readonly critical?: boolean } = {}): Uint8Array {
  return extension(oids.noCheck, der.nullValue(), options);
}

/** The Extension `id-pkix-ocsp-nonce` of a request or a response. */
export function ocspNonce(
  nonce: Uint8Array,
  options: { readonly critical?: boolean } = {},
): Uint8Array {
  return extension(oids.nonce, der.octetString(nonce), options);
}

/** A CertID (RFC 6960 4.1.1). */
export function ocspCertificateId(
  changes: OcspSingleChanges,
  issuer: Pick<TestCertificate, "parts" | "publicKey">,
): Uint8Array {
  const { certificate, hash = "sha1" } = changes;
  const digest = (bytes: Uint8Array): Uint8Array =>
    der.octetString(createHash(hash).update(bytes).digest());
  return der.sequence(
    der.sequence(der.oid(hashOids[hash]), der.nullValue()),
    digest(changes.issuerName ?? issuer.parts.subject),
    digest(keyBits(changes.issuerKey ?? issuer.publicKey)),
    changes.serialNumber === undefined && certificate !== undefined
      ? certificate.parts.serialNumber
      : der.integer(changes.serialNumber ?? 1),
  );
}

function encodeSingle(
  changes: OcspSingleChanges,
  issuer: TestCertificate,
  now: number,
): Uint8Array {
  const { nextUpdate = now + 24 * hourMs, extensions = [] } = changes;
  return der.sequence(
    changes.certificateId ?? ocspCertificateId(changes, issuer),
    encodeStatus(changes, now),
    der.generalizedTime(changes.thisUpdate ?? now - hourMs),
    nextUpdate === "absent" ? der.bytes() : der.constructed(0, der.generalizedTime(nextUpdate)),
    extensionsField(extensions),
  );
}

function encodeStatus(changes: OcspSingleChanges, now: number): Uint8Array {
  const { status = "good", revocationDate = now - 2 * hourMs, reason } = changes;
  switch (status) {
    case "good":
      return der.primitive(0);
    case "revoked":
      return der.constructed(
        1,
        der.generalizedTime(revocationDate),
        reason === undefined ? der.bytes() : der.constructed(0, enumerated(reasonCodes[reason])),
      );
    case "unknown":
      return der.primitive(2);
    default:
      return status;
  }
}

function encodeResponder(
  { parts, publicKey }: TestCertificate,
  responder: "name" | "key" | Uint8Array,
): Uint8Array {
  switch (responder) {
    case "name":
      return der.constructed(1, parts.subject);
    case "key":
      return der.constructed(
        2,
        der.octetString(createHash("sha1").update(keyBits(publicKey)).digest()),
      );
    default:
      return responder;
  }
}

function assemble(parts: RawOcspParts): Uint8Array {
  const unchanged = (bytes: Uint8Array): Uint8Array => bytes;
  const { alterSignature = unchanged, reencode = unchanged } = parts;
  const data = der.sequence(
    parts.version,
    parts.responder,
    parts.producedAt,
    der.sequence(...parts.responses),
    extensionsField(parts.extensions),
    parts.afterExtensions ?? der.bytes(),
  );
  const basic = der.sequence(
    data,
    parts.signatureAlgorithm,
    der.bitString(alterSignature(parts.sign(data))),
    parts.certificates,
  );
  const bytes = der.sequence(der.oid(oids.basic), der.octetString(basic));
  return reencode(der.sequence(enumerated(0), der.constructed(0, bytes)));
}

function extensionsField(extensions: readonly Uint8Array[]): Uint8Array {
  return extensions.length === 0 ? der.bytes() : der.constructed(1, der.sequence(...extensions));
}

function enumerated(code: number): Uint8Array {
  return der.tlv(0x0a, der.bytes(code));
}

/** The octets of a public key, without its algorithm. */
function keyBits(key: KeyObject): Uint8Array {
  const [, bits] = der.split(key.export({ type: "spki", format: "der" }));
  return der.contentOf(bits!).subarray(1);
}
