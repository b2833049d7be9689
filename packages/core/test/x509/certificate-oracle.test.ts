import { X509Certificate } from "node:crypto";

import { AsnConvert } from "@peculiar/asn1-schema";
import {
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate as OracleCertificate,
  ExtendedKeyUsage,
  KeyUsage,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  type Name,
} from "@peculiar/asn1-x509";
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
import type { Certificate } from "../../src/x509/certificate.ts";
import { keyUsageBits } from "../../src/x509/extensions.ts";
import type { GeneralName } from "../../src/x509/general-name.ts";
import { nameOf, parsed } from "../certificates.ts";

function hex(bytes: ArrayBuffer | Uint8Array): string {
  return Buffer.from(bytes as Uint8Array).toString("hex");
}

/** What the engine read, in plain values. */
function factsOf(certificate: Certificate) {
  const { extensions } = certificate;
  return {
    version: certificate.version,
    serialNumber: hex(certificate.serialNumber),
    issuer: namesOf(certificate.issuer.relativeNames),
    subject: namesOf(certificate.subject.relativeNames),
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
    publicKey: hex(certificate.publicKey.der),
    signedBytes: hex(certificate.signedBytes),
    signature: hex(certificate.signature),
    basicConstraints: extensions.basicConstraints,
    keyUsage: extensions.keyUsage,
    extendedKeyUsage: extensions.extendedKeyUsage?.map(dottedOid),
    subjectAltName: extensions.subjectAltName?.map(plainName),
    subjectKeyIdentifier: extensions.subjectKeyIdentifier && hex(extensions.subjectKeyIdentifier),
    authorityKeyIdentifier:
      extensions.authorityKeyIdentifier && hex(extensions.authorityKeyIdentifier),
  };
}

function namesOf(
  names: readonly (readonly { readonly type: string; readonly text: string | undefined }[])[],
) {
  return names.map((set) => set.map(({ type, text }) => [dottedOid(type), text]));
}

function plainName(name: GeneralName): readonly [string, string] {
  if (name.type === "ip") return ["ip", hex(name.value)];
  if (name.type === "directory") return ["directory", name.value.text];
  return [name.type, name.type === "other" ? hex(name.value) : name.value];
}

/** The same facts, as asn1-x509 reads them. */
function oracleFactsOf(bytes: Uint8Array) {
  const { tbsCertificate, tbsCertificateRaw, signatureValue } = AsnConvert.parse(
    bytes,
    OracleCertificate,
  );
  const valueOf = <Value>(oid: string, type: new () => Value): Value | undefined => {
    const found = [...(tbsCertificate.extensions ?? [])].find(({ extnID }) => extnID === oid);
    return found && AsnConvert.parse(found.extnValue.buffer, type);
  };
  const ids = write.extensionOids;
  const basicConstraints = valueOf(ids.basicConstraints, BasicConstraints);
  const keyIdentifier = valueOf(ids.subjectKeyIdentifier, SubjectKeyIdentifier);
  const authorityKey = valueOf(ids.authorityKeyIdentifier, AuthorityKeyIdentifier)?.keyIdentifier;
  const purposes = valueOf(ids.extendedKeyUsage, ExtendedKeyUsage);
  const names = valueOf(ids.subjectAltName, SubjectAlternativeName);
  return {
    version: tbsCertificate.version + 1,
    serialNumber: hex(tbsCertificate.serialNumber),
    issuer: oracleNames(tbsCertificate.issuer),
    subject: oracleNames(tbsCertificate.subject),
    notBefore: tbsCertificate.validity.notBefore.getTime().getTime(),
    notAfter: tbsCertificate.validity.notAfter.getTime().getTime(),
    publicKey: hex(AsnConvert.serialize(tbsCertificate.subjectPublicKeyInfo)),
    signedBytes: hex(tbsCertificateRaw!),
    signature: hex(signatureValue),
    basicConstraints: basicConstraints && {
      isCa: basicConstraints.cA,
      pathLength: basicConstraints.pathLenConstraint,
    },
    keyUsage: valueOf(ids.keyUsage, KeyUsage)?.toNumber(),
    extendedKeyUsage: purposes && [...purposes],
    subjectAltName:
      names &&
      [...names].map((name) => {
        const { dNSName, rfc822Name, uniformResourceIdentifier } = name;
        if (dNSName !== undefined) return ["dns", dNSName];
        if (rfc822Name !== undefined) return ["email", rfc822Name];
        if (uniformResourceIdentifier !== undefined) return ["uri", uniformResourceIdentifier];
        // The oracle prints addresses; their octets follow the header of the name.
        return ["ip", hex(AsnConvert.serialize(name)).slice(4)];
      }),
    subjectKeyIdentifier: keyIdentifier && hex(keyIdentifier.buffer),
    authorityKeyIdentifier: authorityKey && hex(authorityKey.buffer),
  };
}

function oracleNames(name: Name) {
  return [...name].map((set) => [...set].map(({ type, value }) => [type, value.toString()]));
}

function expectAgreement(certificate: TestCertificate): void {
  const engine = parsed(certificate);
  expect(factsOf(engine)).to.deep.equal(oracleFactsOf(certificate.der));

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
});
