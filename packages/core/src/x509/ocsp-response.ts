import { DerError } from "../asn1/der-error.ts";
import { DerReader } from "../asn1/der-reader.ts";
import { oids } from "../asn1/oids.ts";
import { contextConstructed, contextPrimitive, tags } from "../asn1/tags.ts";
import { tryParse } from "../asn1/try-parse.ts";
import { asBuffer } from "../base/bytes.ts";
import { DistinguishedName } from "./distinguished-name.ts";
import { readEachExtension, type RawExtension } from "./extensions.ts";
import { readCertificateId, type OcspCertificateId } from "./ocsp-certificate-id.ts";
import { readRevocationReason } from "./revocation-reason.ts";
import { parseSignatureAlgorithm, type SignatureAlgorithm } from "./signature.ts";
import { readTime } from "./time.ts";

/** OCSPResponseStatus (RFC 6960 4.2.1); 4 is not used. */
const statusNames = [
  "successful",
  "malformedRequest",
  "internalError",
  "tryLater",
  undefined,
  "sigRequired",
  "unauthorized",
] as const;

/** What a responder says in place of an answer. Nobody signs it. */
export type OcspErrorStatus = Exclude<(typeof statusNames)[number], "successful" | undefined>;

/** An OCSP response as it is written. That it was parsed says nothing about whether it can be trusted, or is current. */
export type OcspResponse = BasicOcspResponse | { readonly status: OcspErrorStatus };

/** BasicOCSPResponse, the one type of answer that there is (RFC 6960 4.2.1). */
export interface BasicOcspResponse {
  readonly status: "successful";
  /** The part of the original bytes that is signed. */
  readonly signedBytes: Buffer;
  readonly responder: OcspResponder;
  /** Epoch milliseconds: when it was signed. */
  readonly producedAt: number;
  readonly responses: readonly OcspSingleResponse[];
  /** By their type, an object identifier key. */
  readonly extensions: ReadonlyMap<string, RawExtension>;
  /** Undefined when the engine does not know it; `isAcceptedAlgorithm` says whether it counts. */
  readonly signatureAlgorithm: SignatureAlgorithm | undefined;
  readonly signature: Buffer;
  /** DER, unread, and not signed: meant to help finding the signer. */
  readonly certificates: readonly Buffer[];
}

/** Who signed, in the signer's own words: its subject, or SHA-1 of its key. */
export type OcspResponder =
  | { readonly type: "name"; readonly name: DistinguishedName }
  | { readonly type: "key"; readonly keyHash: Buffer };

/** What is said of one certificate. */
export interface OcspSingleResponse {
  readonly certificateId: OcspCertificateId;
  readonly status: OcspCertificateStatus;
  /** Epoch milliseconds. */
  readonly thisUpdate: number;
  /** Epoch milliseconds; current up to and including this second. Undefined: there is always a newer answer to be had. */
  readonly nextUpdate: number | undefined;
  /** By their type, an object identifier key. */
  readonly extensions: ReadonlyMap<string, RawExtension>;
}

export type OcspCertificateStatus =
  | { readonly type: "good" }
  | {
      readonly type: "revoked";
      /** Epoch milliseconds. */
      readonly revocationDate: number;
      /** The name of the reason code; `unspecified` where none is given. */
      readonly reason: string;
    }
  | { readonly type: "unknown" };

const noExtensions: ReadonlyMap<string, RawExtension> = new Map();

/** Parses a response; a string says what is wrong with the bytes. The bytes are copied: later changes don't matter. */
export function parseOcspResponse(der: Uint8Array): OcspResponse | string {
  const response = tryParse(() => readResponse(Buffer.from(asBuffer(der))));
  return response instanceof DerError ? response.message : response;
}

function readResponse(der: Buffer): OcspResponse {
  const outer = DerReader.of(der);
  const response = outer.read(tags.sequence);
  outer.finish();
  const status = statusNames[response.readSmallInteger(tags.enumerated)];
  if (status === undefined) throw new DerError("the response's status is none that OCSP has");
  if (status !== "successful") {
    // RFC 6960 4.2.1: where the status is an error, there is nothing else.
    response.finish();
    return { status };
  }
  const wrapper = response.read(contextConstructed(0));
  response.finish();
  const bytes = wrapper.read(tags.sequence);
  wrapper.finish();
  if (bytes.readOid() !== oids.ocspBasic) throw new DerError("the response is of an unknown type");
  const basic = bytes.readContent(tags.octetString);
  bytes.finish();
  return readBasicResponse(basic);
}

function readBasicResponse(der: Buffer): BasicOcspResponse {
  const outer = DerReader.of(der);
  const basic = outer.read(tags.sequence);
  outer.finish();
  const signedBytes = basic.readWhole(tags.sequence);
  const signatureAlgorithm = parseSignatureAlgorithm(basic.readWhole(tags.sequence));
  const signature = basic.readOctetAlignedBits();
  const wrapper = basic.readOptional(contextConstructed(0));
  basic.finish();
  return {
    status: "successful",
    signedBytes,
    ...readResponseData(DerReader.of(signedBytes).read(tags.sequence)),
    signatureAlgorithm,
    signature,
    certificates: wrapper === undefined ? [] : readCertificates(wrapper),
  };
}

function readCertificates(wrapper: DerReader): readonly Buffer[] {
  const sequence = wrapper.read(tags.sequence);
  wrapper.finish();
  const certificates: Buffer[] = [];
  while (!sequence.atEnd) certificates.push(sequence.readWhole(tags.sequence));
  return certificates;
}

/** ResponseData. Version 1, the only one, is the default, which DER leaves out: the field is never there. */
function readResponseData(
  data: DerReader,
): Pick<BasicOcspResponse, "responder" | "producedAt" | "responses" | "extensions"> {
  const responder = readResponder(data);
  const producedAt = readGeneralizedTime(data);
  const responses: OcspSingleResponse[] = [];
  const sequence = data.read(tags.sequence);
  while (!sequence.atEnd) responses.push(readSingleResponse(sequence.read(tags.sequence)));
  const extensions = readOptionalExtensions(data);
  data.finish();
  return { responder, producedAt, responses, extensions };
}

function readResponder(data: DerReader): OcspResponder {
  const named = data.readOptional(contextConstructed(1));
  if (named !== undefined) {
    const name = DistinguishedName.read(named);
    named.finish();
    return { type: "name", name };
  }
  const keyed = data.read(contextConstructed(2));
  const keyHash = keyed.readContent(tags.octetString);
  keyed.finish();
  return { type: "key", keyHash };
}

function readSingleResponse(single: DerReader): OcspSingleResponse {
  const certificateId = readCertificateId(single);
  const status = readStatus(single);
  const thisUpdate = readGeneralizedTime(single);
  const wrapper = single.readOptional(contextConstructed(0));
  const nextUpdate = wrapper === undefined ? undefined : readGeneralizedTime(wrapper);
  wrapper?.finish();
  const extensions = readOptionalExtensions(single);
  single.finish();
  return { certificateId, status, thisUpdate, nextUpdate, extensions };
}

function readStatus(single: DerReader): OcspCertificateStatus {
  const tag = single.nextTag;
  switch (tag) {
    case contextPrimitive(0):
      single.readNull(tag);
      return { type: "good" };
    case contextConstructed(1):
      return readRevocation(single.read(tag));
    case contextPrimitive(2):
      single.readNull(tag);
      return { type: "unknown" };
    default:
      throw new DerError("a certificate's status is none that OCSP has");
  }
}

function readRevocation(revoked: DerReader): OcspCertificateStatus {
  const revocationDate = readGeneralizedTime(revoked);
  const wrapper = revoked.readOptional(contextConstructed(0));
  const reason = wrapper === undefined ? "unspecified" : readRevocationReason(wrapper);
  wrapper?.finish();
  revoked.finish();
  return { type: "revoked", revocationDate, reason };
}

/** RFC 6960 4.2.2.1: GeneralizedTime in every year, and else as in certificates. */
function readGeneralizedTime(reader: DerReader): number {
  if (reader.nextTag !== tags.generalizedTime) throw new DerError("a date is of a wrong type");
  return readTime(reader).milliseconds;
}

function readOptionalExtensions(reader: DerReader): ReadonlyMap<string, RawExtension> {
  const wrapper = reader.readOptional(contextConstructed(1));
  if (wrapper === undefined) return noExtensions;
  const all = new Map<string, RawExtension>();
  readEachExtension(wrapper.read(tags.sequence), all, () => undefined);
  wrapper.finish();
  return all;
}
