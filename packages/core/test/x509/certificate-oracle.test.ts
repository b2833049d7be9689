import { X509Certificate } from "node:crypto";

import { expect } from "chai";
import fc from "fast-check";

import {
  authority,
  der,
  extensions as write,
  soundChain,
  testKeyPair,
  type KeyUsageName,
  type PurposeName,
  type TestCertificate,
  type TestKeyAlgorithm,
} from "@mtls-shield/testkit";

import { dottedOid } from "../../src/asn1/oids.ts";
import { keyUsageBits, type Extensions } from "../../src/x509/extensions.ts";
import { nameOf, parsed } from "../certificates.ts";
import { oracleFacts } from "./oracle-facts.ts";
import { hex, plainFacts } from "./plain-facts.ts";
import { extensionLists, knownExtensions, names } from "./random-extensions.ts";

function expectAgreement(certificate: TestCertificate): void {
  const engine = parsed(certificate);
  expect(plainFacts(engine)).to.deep.equal(oracleFacts(certificate.der));

  const node = new X509Certificate(certificate.der);
  expect(engine.fingerprint).to.equal(node.fingerprint256.replaceAll(":", "").toLowerCase());
  expect(BigInt(`0x${hex(engine.serialNumber)}`)).to.equal(BigInt(`0x${node.serialNumber}`));
  expect(engine.notBefore).to.equal(Date.parse(node.validFrom));
  expect(engine.notAfter).to.equal(Date.parse(node.validTo));
  // Node says no also where the key usage forbids signing certificates.
  const { keyUsage = keyUsageBits.keyCertSign } = engine.extensions;
  expect(engine.isCa && (keyUsage & keyUsageBits.keyCertSign) !== 0).to.equal(node.ca);
  if (engine.publicKey.shape.type !== "unsupported") {
    expect(engine.publicKey.keyObject?.equals(certificate.publicKey)).to.equal(true);
  }
  // Node calls the extended key usage so.
  const usages = node.keyUsage as readonly string[] | undefined;
  expect(engine.extensions.extendedKeyUsage?.map(dottedOid)).to.deep.equal(usages);
}

describe("parseCertificate agrees with asn1-x509 and node:crypto", () => {
  const algorithms: readonly TestKeyAlgorithm[] = [
    ...(["rsa-1024", "rsa-2048", "ed25519", "ed448", "ecdsa-p192", "ecdsa-p224"] as const),
    ...(["ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "ecdsa-secp256k1"] as const),
    ...(["ecdsa-brainpool-p256r1", "ecdsa-p256-explicit"] as const),
  ];
  for (const keyAlgorithm of algorithms) {
    it(`about root, intermediate and client with keys of ${keyAlgorithm}`, () => {
      const root = authority({ keyAlgorithm });
      const issued = root
        .intermediate({ keyAlgorithm, pathLength: 0 })
        .client({ keyAlgorithm, dnsNames: ["a.example"] });
      for (const one of [root.certificate, ...issued.chain]) expectAgreement(one);
    });
  }

  // Keys that take long to make: one of each is enough.
  for (const keyAlgorithm of ["rsa-3072", "rsa-4096", "dsa-2048"] as const) {
    it(`about a client with a key of ${keyAlgorithm}`, function () {
      this.timeout(60_000);
      expectAgreement(authority().client({ keyAlgorithm }).leaf);
    });
  }

  it("about the sound chain, and about a certificate of version 1", () => {
    const { root, chain } = soundChain();
    for (const one of [root, ...chain]) expectAgreement(one);
    const { leaf } = authority().client({
      raw: (parts) => ({ ...parts, version: der.bytes(), extensions: [] }),
    });
    expectAgreement(leaf);
  });

  it("about an RSASSA-PSS signature", () => {
    const { leaf } = authority({ keyAlgorithm: "rsa-2048" }).client({
      signatureScheme: "rsa-pss-sha256",
    });
    expectAgreement(leaf);
  });

  it("about 150 certificates of random contents", function () {
    this.timeout(60_000);
    const keyPair = testKeyPair("ecdsa-p256");
    const root = authority({ keyPair });
    const text = fc.string({ minLength: 1, maxLength: 12 });
    const attribute = fc
      .tuple(fc.constantFrom("2.5.4.3", "2.5.4.10", "2.5.4.11", "1.2.840.113549.1.9.1"), text)
      .map(([type, value]) => [type, der.utf8String(value)] as const);
    const subject = fc
      .array(fc.array(attribute, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 3 })
      .map((names) => nameOf(...names));
    const label = fc.stringMatching(/^[a-z0-9*.-]{1,12}$/);
    const labels = fc.array(label, { maxLength: 3 });
    const group = fc.integer({ min: 1, max: 0xffff }).map((value) => value.toString(16));
    const usages: readonly KeyUsageName[] = [
      ...(["digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment"] as const),
      ...(["keyAgreement", "keyCertSign", "cRLSign", "encipherOnly", "decipherOnly"] as const),
    ];
    const purposes: readonly PurposeName[] = [
      ...(["anyExtendedKeyUsage", "serverAuth", "clientAuth", "codeSigning"] as const),
      ...(["emailProtection", "timeStamping", "ocspSigning"] as const),
    ];
    const seconds = fc.integer({ min: 0, max: Date.UTC(2090, 0, 1) / 1_000 });
    fc.assert(
      fc.property(
        fc.record({
          subject,
          serialNumber: fc.bigInt({ min: 1n, max: (1n << 159n) - 1n }),
          from: seconds,
          to: seconds,
          dnsNames: labels,
          emails: labels,
          uris: labels,
          ipv4: fc.array(fc.ipV4(), { maxLength: 2 }),
          ipv6: fc.array(fc.array(group, { minLength: 8, maxLength: 8 }), { maxLength: 1 }),
          keyUsage: fc.subarray([...usages], { minLength: 1 }),
          purposes: fc.subarray([...purposes], { minLength: 1 }),
          ca: fc.boolean(),
          pathLength: fc.nat({ max: 70_000 }),
        }),
        ({ keyUsage, purposes: chosen, ca, pathLength, from, to, ipv4, ipv6, ...names }) => {
          const basicConstraints = write.basicConstraints(ca ? { ca, pathLength } : { ca });
          const { leaf } = root.client({
            ...names,
            keyPair,
            ipAddresses: [...ipv4, ...ipv6.map((groups) => groups.join(":"))],
            notBefore: from * 1_000,
            notAfter: to * 1_000,
            extensions: {
              basicConstraints,
              keyUsage: write.keyUsage(...keyUsage),
              extendedKeyUsage: write.extendedKeyUsage(...chosen),
            },
          });
          expectAgreement(leaf);
        },
      ),
      { seed: 509, numRuns: 150 },
    );
  });

  const certificates = 3_000;

  it(`about ${certificates} certificates with random extensions of every kind`, function () {
    this.timeout(120_000);
    const keyPair = testKeyPair("ed25519");
    const root = authority({ keyPair });
    const seen = new Map<string, number>();
    const certificate = fc.record({
      subject: names,
      // Of either sign: RFC 5280 4.1.2.2 asks users to cope with what issuers should not have written.
      serialNumber: fc.bigInt({ min: -(1n << 80n), max: (1n << 160n) - 1n }),
      extensions: extensionLists,
    });
    fc.assert(
      fc.property(certificate, ({ subject, serialNumber, extensions }) => {
        const raw = { subject, serialNumber: der.integer(serialNumber), extensions };
        const { leaf } = root.client({ keyPair, raw: (sound) => ({ ...sound, ...raw }) });
        const engine = parsed(leaf);
        expect(plainFacts(engine)).to.deep.equal(oracleFacts(leaf.der));
        for (const name of fieldsOf(engine.extensions)) seen.set(name, (seen.get(name) ?? 0) + 1);
      }),
      { seed: 42, numRuns: certificates },
    );
    for (const name of knownExtensions) {
      expect(seen.get(name), `certificates with ${name}`).to.be.at.least(400);
    }
    expect(seen.get("unprocessedCritical"), "certificates with unknown ones").to.be.at.least(400);
  });
});

/** The fields that hold something. */
function fieldsOf(extensions: Extensions): readonly string[] {
  return Object.entries(extensions)
    .filter(([, value]: [string, unknown]) => value !== undefined && !isEmptyList(value))
    .map(([name]) => name);
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
