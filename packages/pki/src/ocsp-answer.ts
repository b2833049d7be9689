import { createHash } from "node:crypto";

import {
  bitString,
  element,
  enumerated,
  extension,
  generalizedTime,
  objectIdentifier,
  octetString,
  sequence,
} from "./der-writer.ts";
import { wholeSeconds } from "./moment.ts";
import { readOcspRequest, type OcspCertificateId } from "./ocsp-request.ts";
import { reasonCode } from "./revocation-reason.ts";
import type { Revocation } from "./revocation-register.ts";
import type { SigningIdentity, StatusAuthority } from "./signing-identity.ts";

/** An answer, and what caches may know of it. */
export interface OcspAnswer {
  readonly der: Uint8Array;
  /** How long the answer may be kept; undefined for one that is made for this request alone. */
  readonly cacheable: UpdateTimes | undefined;
}

/** Epoch milliseconds, whole seconds. */
interface UpdateTimes {
  readonly thisUpdate: number;
  readonly nextUpdate: number;
}

/** Who answers, and in what way. */
export interface OcspAnswering {
  readonly authority: StatusAuthority;
  /** The authority itself, or its delegate. */
  readonly signer: SigningIdentity;
  /** How answers name their signer (RFC 6960 4.2.2.3). */
  readonly responderId: "key" | "name";
  /** How long an answer holds. */
  readonly validityMs: number;
  /** What is said of a serial number that the authority did not issue. */
  readonly unknownSerials: "unknown" | "good";
}

const oids = { basicResponse: "1.3.6.1.5.5.7.48.1.1", nonce: "1.3.6.1.5.5.7.48.1.2" } as const;

// OCSPResponseStatus (RFC 6960 4.2.1).
const statuses = { malformedRequest: 1, internalError: 2, unauthorized: 6 } as const;

const hashes: Readonly<Record<string, string>> = {
  "1.3.14.3.2.26": "sha1",
  "2.16.840.1.101.3.4.2.1": "sha256",
  "2.16.840.1.101.3.4.2.2": "sha384",
  "2.16.840.1.101.3.4.2.3": "sha512",
};

/** Makes what answers one request's DER (RFC 6960). It never rejects for what the request holds. */
export function ocspAnswerer(by: OcspAnswering): (request: Uint8Array) => Promise<OcspAnswer> {
  const { authority, signer } = by;
  const { clock, identity, register } = authority;
  const isOwn = ownershipTest(identity);
  const responderId = responderIdOf(signer, by.responderId);
  // The signer's certificate goes along, unless every verifier has it.
  const certificates = signer === identity ? [] : [element(0xa0, sequence(signer.der))];

  function statusOf(id: OcspCertificateId): Uint8Array {
    if (!isOwn(id)) return element(0x82);
    const revocation = register.revocation(id.serialNumber);
    if (revocation !== undefined) return revokedInfo(revocation);
    const isKnown = by.unknownSerials === "good" || register.issued(id.serialNumber) !== undefined;
    return element(isKnown ? 0x80 : 0x82);
  }

  return async (request) => {
    const question = readOcspRequest(request);
    if (question === undefined) return refusal("malformedRequest");
    // RFC 5019 2.2.3: nothing to say about others' certificates.
    if (!question.certificates.some(isOwn)) return refusal("unauthorized");
    const nowMs = clock();
    // No verifier takes what an expired certificate signs.
    if (nowMs > signer.notAfter) return refusal("internalError");
    const { certificates: asked, nonce } = question;
    const times = {
      thisUpdate: wholeSeconds(nowMs),
      nextUpdate: wholeSeconds(nowMs + by.validityMs),
    };
    const responseData = sequence(
      responderId,
      generalizedTime(times.thisUpdate),
      sequence(...asked.map((id) => singleResponse(id, statusOf(id), times))),
      ...nonceExtensions(nonce),
    );
    const basic = sequence(
      responseData,
      signer.signatureAlgorithm,
      bitString(await signer.sign(responseData)),
      ...certificates,
    );
    const bytes = sequence(objectIdentifier(oids.basicResponse), octetString(basic));
    return {
      der: sequence(enumerated(0), element(0xa0, bytes)),
      cacheable: nonce === undefined ? times : undefined,
    };
  };
}

/** Tells whether a certificate is this authority's, by any hash that is computed here (RFC 6960 4.1.1). */
function ownershipTest(authority: SigningIdentity): (id: OcspCertificateId) => boolean {
  const issuers = new Map(
    Object.entries(hashes).map(([oid, name]) => [
      // As a request has it: the content after two octets of header.
      objectIdentifier(oid).subarray(2).toString("hex"),
      { name: hash(name, authority.name), key: hash(name, authority.publicKeyBits) },
    ]),
  );
  return ({ hashAlgorithm, issuerNameHash, issuerKeyHash }) => {
    const issuer = issuers.get(hashAlgorithm);
    return issuer?.name.equals(issuerNameHash) === true && issuer.key.equals(issuerKeyHash);
  };
}

function responderIdOf(signer: SigningIdentity, naming: "key" | "name"): Uint8Array {
  if (naming === "name") return element(0xa1, signer.name);
  // RFC 6960 4.2.1: SHA-1 in every case.
  return element(0xa2, octetString(hash("sha1", signer.publicKeyBits)));
}

function singleResponse(
  { der }: OcspCertificateId,
  status: Uint8Array,
  { thisUpdate, nextUpdate }: UpdateTimes,
): Uint8Array {
  const end = element(0xa0, generalizedTime(nextUpdate));
  return sequence(der, status, generalizedTime(thisUpdate), end);
}

function nonceExtensions(nonce: Uint8Array | undefined): readonly Uint8Array[] {
  if (nonce === undefined) return [];
  return [element(0xa1, sequence(extension(oids.nonce, octetString(nonce))))];
}

function revokedInfo({ date, reason }: Revocation): Uint8Array {
  return element(
    0xa1,
    generalizedTime(date),
    ...(reason === "unspecified" ? [] : [element(0xa0, enumerated(reasonCode(reason)))]),
  );
}

function refusal(status: keyof typeof statuses): OcspAnswer {
  return { der: sequence(enumerated(statuses[status])), cacheable: undefined };
}

function hash(name: string, bytes: Uint8Array): Buffer {
  return createHash(name).update(bytes).digest();
}
