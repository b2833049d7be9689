import { expect } from "chai";
import {
  authority,
  der,
  extensions,
  ocspCertificateId,
  ocspError,
  ocspNonce,
  ocspResponse,
  type OcspChanges,
  type RawOcspParts,
} from "@mtls-shield/testkit";

import { dottedOid, oids } from "../../src/asn1/oids.ts";
import { parseOcspResponse, type BasicOcspResponse } from "../../src/x509/ocsp-response.ts";

const now = Date.UTC(2026, 5, 1, 12);
const hourMs = 3_600_000;
const root = authority();
const { leaf } = root.client();

/** A response about one certificate as the engine reads it. */
function read(changes: OcspChanges = {}): BasicOcspResponse | string {
  const bytes = ocspResponse(root.certificate, { now, responses: [leaf], ...changes });
  const response = parseOcspResponse(bytes);
  if (typeof response !== "string" && response.status !== "successful")
    throw new Error("No answer");
  return response;
}

function readSound(changes: OcspChanges = {}): BasicOcspResponse {
  const response = read(changes);
  if (typeof response === "string") throw new Error(response);
  return response;
}

describe("parseOcspResponse", () => {
  it("reads what is said of a certificate, by whom, and when", () => {
    const response = readSound({ nonce: der.bytes(1, 2, 3), certificates: [leaf] });
    expect(response.responder).to.have.nested.property("name.text", "CN=Test Root");
    expect(response.producedAt).to.equal(now - hourMs);
    expect(response.signatureAlgorithm).to.deep.equal({ scheme: "ecdsa", hash: "sha256" });
    expect(response.certificates).to.deep.equal([Buffer.from(leaf.der)]);
    expect(
      [...response.extensions].map(([type, { value }]) => [dottedOid(type), value]),
    ).to.deep.equal([["1.3.6.1.5.5.7.48.1.2", Buffer.of(4, 3, 1, 2, 3)]]);
    expect(response.responses).to.have.lengthOf(1);
    expect(response.responses[0]).to.deep.include({
      status: { type: "good" },
      thisUpdate: now - hourMs,
      nextUpdate: now + 24 * hourMs,
    });
    expect(response.responses[0]?.certificateId).to.include({ hash: "sha1" });
  });

  it("reads a responder that is named by its key", () => {
    expect(readSound({ responder: "key" }).responder)
      .to.have.property("keyHash")
      .with.lengthOf(20);
  });

  it("reads several answers, of every status and every hash", () => {
    const { responses } = readSound({
      responses: [
        { certificate: leaf, hash: "sha256", status: "revoked", revocationDate: now },
        {
          serialNumber: 7,
          hash: "sha384",
          status: "revoked",
          reason: "keyCompromise",
          revocationDate: 0,
        },
        { serialNumber: 8, hash: "sha512", status: "unknown", nextUpdate: "absent" },
      ],
    });
    expect(responses.map(({ status }) => status)).to.deep.equal([
      { type: "revoked", revocationDate: now, reason: "unspecified" },
      { type: "revoked", revocationDate: 0, reason: "keyCompromise" },
      { type: "unknown" },
    ]);
    expect(responses.map(({ certificateId }) => certificateId.hash)).to.deep.equal([
      "sha256",
      "sha384",
      "sha512",
    ]);
    expect(responses[2]).to.have.property("nextUpdate", undefined);
  });

  it("reads on behind an answer whose hash it does not know, and a reason that has no name yet", () => {
    const id = der.sequence(
      der.sequence(der.oid("1.2.3"), der.octetString(der.bytes(1))),
      der.octetString(),
      der.octetString(),
      der.integer(1),
    );
    const revoked = der.constructed(
      1,
      der.generalizedTime(now),
      der.constructed(0, der.tlv(0x0a, der.bytes(11))),
    );
    const { responses } = readSound({ responses: [{ certificateId: id, status: revoked }, leaf] });
    expect(responses[0]?.certificateId.hash).to.equal(undefined);
    expect(responses[0]?.status).to.deep.include({ reason: "reason 11" });
    expect(responses).to.have.lengthOf(2);
  });

  it("reads a hash algorithm without parameters", () => {
    const [algorithm, ...rest] = der.split(
      ocspCertificateId({ certificate: leaf }, root.certificate),
    );
    const id = der.sequence(der.sequence(der.split(algorithm!)[0]!), ...rest);
    expect(
      readSound({ responses: [{ certificateId: id }] }).responses[0]?.certificateId,
    ).to.include({
      hash: "sha1",
    });
  });

  it("reads the extensions of an answer with their criticality", () => {
    const { responses } = readSound({
      responses: [
        {
          certificate: leaf,
          extensions: [extensions.extension("1.2.3", der.nullValue(), { critical: true })],
        },
      ],
    });
    expect([...(responses[0]?.extensions.values() ?? [])]).to.deep.equal([
      { isCritical: true, value: Buffer.of(5, 0) },
    ]);
  });

  it("reads a response about nothing, signed in a way that it does not know", () => {
    const response = readSound({
      responses: [],
      raw: (sound) => ({
        ...sound,
        signatureAlgorithm: der.sequence(der.oid("1.2.3")),
        certificates: der.constructed(0, der.sequence()),
      }),
    });
    expect(response.responses).to.deep.equal([]);
    expect(response.certificates).to.deep.equal([]);
    expect(response.signatureAlgorithm).to.equal(undefined);
  });

  it("tells the errors apart", () => {
    for (const status of [
      "malformedRequest",
      "internalError",
      "tryLater",
      "sigRequired",
      "unauthorized",
    ] as const) {
      expect(parseOcspResponse(ocspError(status))).to.deep.equal({ status });
    }
  });

  it("keeps its own copy of the bytes", () => {
    const bytes = ocspResponse(root.certificate, { now, responses: [leaf] });
    const response = parseOcspResponse(bytes) as BasicOcspResponse;
    const before = Buffer.from(response.signedBytes);
    bytes.fill(0);
    expect(response.signedBytes).to.deep.equal(before);
  });

  const single = (
    changes: Partial<Record<"status" | "certificateId", Uint8Array>>,
  ): OcspChanges => ({
    responses: [{ certificate: leaf, ...changes }],
  });
  const raw = (changes: (sound: RawOcspParts) => Partial<RawOcspParts>): OcspChanges => ({
    raw: (sound) => ({ ...sound, ...changes(sound) }),
  });
  const reencoded = (bytes: Uint8Array): OcspChanges => raw(() => ({ reencode: () => bytes }));
  const null1 = der.bytes(5, 1, 0);
  const [, nameHash, keyHash, serial] = der.split(
    ocspCertificateId({ certificate: leaf }, root.certificate),
  );
  const sha1 = der.oid("1.3.14.3.2.26");
  const basicOid = der.oid(dottedOid(oids.ocspBasic));

  const refusals: readonly (readonly [what: string, changes: OcspChanges, problem: RegExp])[] = [
    ["no bytes", reencoded(der.bytes()), /another type/],
    ["text", reencoded(Buffer.from("<html>")), /another type/],
    [
      "bytes after the response",
      raw(() => ({ reencode: (sound) => der.concat(sound, der.bytes(0)) })),
      /left over/,
    ],
    ["a status that is not used", reencoded(ocspError(4)), /status is none/],
    ["a status beyond all", reencoded(ocspError(7)), /status is none/],
    [
      "an error with an answer",
      reencoded(der.sequence(der.tlv(0x0a, der.bytes(3)), der.constructed(0, der.sequence()))),
      /left over/,
    ],
    ["success without an answer", reencoded(ocspError(0)), /another type/],
    [
      "an answer and more",
      raw(() => ({ reencode: (sound) => der.sequence(...der.split(sound), der.nullValue()) })),
      /left over/,
    ],
    [
      "an answer of another type",
      reencoded(
        der.sequence(
          der.tlv(0x0a, der.bytes(0)),
          der.constructed(0, der.sequence(der.oid("1.2.3"), der.octetString())),
        ),
      ),
      /unknown type/,
    ],
    [
      "an empty basic answer",
      reencoded(
        der.sequence(
          der.tlv(0x0a, der.bytes(0)),
          der.constructed(0, der.sequence(basicOid, der.octetString())),
        ),
      ),
      /another type/,
    ],
    [
      "a version, which is the default",
      raw(() => ({ version: der.constructed(0, der.integer(0)) })),
      /another type/,
    ],
    [
      "a responder that is neither named nor keyed",
      { responder: der.constructed(3, der.octetString()) },
      /another type/,
    ],
    [
      "a responder's name and more",
      { responder: der.constructed(1, root.certificate.parts.subject, der.nullValue()) },
      /left over/,
    ],
    [
      "a responder's key and more",
      { responder: der.constructed(2, der.octetString(), der.nullValue()) },
      /left over/,
    ],
    ["a date as UTCTime", raw(() => ({ producedAt: der.utcTime(now) })), /date is of a wrong type/],
    [
      "fractions of a second",
      raw(() => ({ producedAt: der.tlv(0x18, Buffer.from("20260601120000.5Z")) })),
      /not in the form/,
    ],
    [
      "bytes after the signed fields",
      raw(() => ({ afterExtensions: der.nullValue() })),
      /left over/,
    ],
    [
      "an empty list of extensions",
      raw(() => ({ extensions: [], afterExtensions: der.constructed(1, der.sequence()) })),
      /another type/,
    ],
    [
      "an extension twice",
      { nonce: der.bytes(1), moreExtensions: [ocspNonce(der.bytes(1))] },
      /stands twice/,
    ],
    [
      "embedded things that are no certificates",
      { certificates: [der.nullValue()] },
      /another type/,
    ],
    ["a status that is none", single({ status: der.primitive(3) }), /status is none/],
    ["a constructed good", single({ status: der.constructed(0) }), /status is none/],
    [
      "a good that holds something",
      single({ status: der.primitive(0, der.bytes(1)) }),
      /NULL is not empty/,
    ],
    [
      "an unknown that holds something",
      single({ status: der.primitive(2, der.bytes(1)) }),
      /NULL is not empty/,
    ],
    [
      "a revocation without its date",
      single({ status: der.constructed(1) }),
      /date is of a wrong type/,
    ],
    [
      "a revocation and more",
      single({ status: der.constructed(1, der.generalizedTime(now), der.nullValue()) }),
      /left over/,
    ],
    [
      "a reason that is no code",
      single({
        status: der.constructed(1, der.generalizedTime(now), der.constructed(0, der.integer(1))),
      }),
      /another type/,
    ],
    [
      "parameters of the hash that are no NULL",
      single({
        certificateId: der.sequence(der.sequence(sha1, null1), nameHash!, keyHash!, serial!),
      }),
      /NULL is not empty/,
    ],
    [
      "parameters of the hash, and more",
      single({
        certificateId: der.sequence(
          der.sequence(sha1, der.nullValue(), der.nullValue()),
          nameHash!,
          keyHash!,
          serial!,
        ),
      }),
      /left over/,
    ],
    [
      "a serial number with padding",
      single({
        certificateId: der.sequence(
          der.sequence(sha1),
          nameHash!,
          keyHash!,
          der.tlv(2, der.bytes(0, 1)),
        ),
      }),
      /superfluous/,
    ],
    [
      "a CertID and more",
      single({
        certificateId: der.sequence(
          der.sequence(sha1),
          nameHash!,
          keyHash!,
          serial!,
          der.nullValue(),
        ),
      }),
      /left over/,
    ],
  ];
  for (const [what, changes, problem] of refusals) {
    it(`refuses ${what}`, () => {
      expect(read(changes)).to.match(problem);
    });
  }

  it("refuses every response that is cut short", () => {
    const bytes = ocspResponse(root.certificate, { now, responses: [leaf], certificates: [leaf] });
    for (let length = 0; length < bytes.length; length++) {
      expect(parseOcspResponse(bytes.subarray(0, length)), String(length)).to.be.a("string");
    }
  });
});
