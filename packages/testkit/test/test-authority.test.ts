import { createPrivateKey, X509Certificate } from "node:crypto";

import { AsnConvert } from "@peculiar/asn1-schema";
import { Certificate, type Extension } from "@peculiar/asn1-x509";
import { expect } from "chai";

import {
  authority,
  der,
  distinguishedName,
  extensions,
  requireTool,
  runOpenssl,
  testKeyPair,
  type IssuedChain,
  type TestCertificate,
  type TestKeyAlgorithm,
} from "@mtls-shield/testkit";

function verify(purpose: "sslclient" | "sslserver", issued: IssuedChain) {
  return runOpenssl(
    [
      ...["verify", "-x509_strict", "-purpose", purpose],
      ...["-CAfile", "root.pem", "-untrusted", "chain.pem", "leaf.pem"],
    ],
    {
      files: {
        "root.pem": issued.root.pem,
        "chain.pem": issued.chainPem,
        "leaf.pem": issued.leaf.pem,
      },
    },
  );
}

function extensionsOf({ der: bytes }: TestCertificate): Extension[] {
  const { extensions: read } = AsnConvert.parse(bytes, Certificate).tbsCertificate;
  return read === undefined ? [] : [...read];
}

const algorithms: readonly TestKeyAlgorithm[] = [
  "ecdsa-p256",
  "ecdsa-p384",
  "ecdsa-p521",
  "rsa-2048",
  "ed25519",
  "ed448",
];

describe("the test authority", () => {
  for (const keyAlgorithm of algorithms) {
    it(`issues ${keyAlgorithm} chains that openssl accepts`, function () {
      requireTool(this, "openssl");
      const intermediate = authority({ keyAlgorithm }).intermediate({ keyAlgorithm });
      const client = verify("sslclient", intermediate.client({ keyAlgorithm, commonName: "c" }));
      const server = verify("sslserver", intermediate.server({ keyAlgorithm }));
      expect([client.stderr, client.status]).to.deep.equal(["", 0]);
      expect([server.stderr, server.status]).to.deep.equal(["", 0]);
    });
  }

  it("signs with RSA-PSS when asked to", function () {
    requireTool(this, "openssl");
    const root = authority({ keyAlgorithm: "rsa-2048" });
    const issued = root.client({ signatureScheme: "rsa-pss-sha256" });
    expect(verify("sslclient", issued).status).to.equal(0);
  });

  it("puts every kind of name into the alternative names", () => {
    const { leaf } = authority().client({
      commonName: "alice",
      dnsNames: ["a.corp.example"],
      emails: ["alice@corp.example"],
      uris: ["https://corp.example/alice"],
      spiffeId: "spiffe://corp.example/alice",
      ipAddresses: ["192.0.2.1", "2001:db8::1", "::", "1:2:3:4:5:6:7:8"],
    });
    const read = new X509Certificate(leaf.der);
    expect(read.subject).to.equal("CN=alice");
    expect(read.subjectAltName).to.equal(
      "email:alice@corp.example, DNS:a.corp.example, URI:https://corp.example/alice, " +
        "URI:spiffe://corp.example/alice, IP Address:192.0.2.1, IP Address:2001:DB8:0:0:0:0:0:1, " +
        "IP Address:0:0:0:0:0:0:0:0, IP Address:1:2:3:4:5:6:7:8",
    );
  });

  it("marks the alternative names critical when the subject is empty", () => {
    const { leaf } = authority().client({
      subject: distinguishedName({}),
      dnsNames: ["a.corp.example"],
    });
    const read = extensionsOf(leaf);
    expect(read.find(({ extnID }) => extnID === "2.5.29.17")?.critical).to.be.true;
  });

  it("hands out the chain leaf first and without the root", () => {
    const first = authority().intermediate();
    const second = first.intermediate();
    const { leaf, chain, root, chainPem } = second.client();
    expect(chain).to.deep.equal([leaf, second.certificate, first.certificate]);
    expect(root).to.equal(first.root);
    expect(first.root.der).to.not.deep.equal(first.certificate.der);
    expect(chainPem.match(/BEGIN CERTIFICATE/g)).to.have.length(3);
  });

  it("gives each leaf its own key and serial number", () => {
    const root = authority();
    const [first, second] = [root.client().leaf, root.client().leaf];
    expect(first.privateKeyPem).to.not.equal(second.privateKeyPem);
    expect(first.parts.serialNumber).to.not.deep.equal(second.parts.serialNumber);
    expect(createPrivateKey(first.privateKeyPem).equals(first.privateKey)).to.be.true;
    expect(new X509Certificate(first.der).checkPrivateKey(first.privateKey)).to.be.true;
    expect(first.fingerprint).to.match(/^[0-9a-f]{64}$/);
  });

  it("uses the names, dates, key and serial number that it is given", () => {
    const keyPair = testKeyPair("ed25519");
    const { leaf } = authority().client({
      subject: distinguishedName({ country: "DE", organization: "Corp", commonName: "bob" }),
      serialNumber: 0x1234n,
      notBefore: new Date("2031-01-02T03:04:05Z"),
      notAfter: Date.UTC(2061, 0, 1),
      keyPair,
    });
    const read = new X509Certificate(leaf.der);
    expect(read.subject).to.equal("C=DE\nO=Corp\nCN=bob");
    expect(read.serialNumber).to.equal("1234");
    expect(new Date(read.validFrom).toISOString()).to.equal("2031-01-02T03:04:05.000Z");
    expect(new Date(read.validTo).toISOString()).to.equal("2061-01-01T00:00:00.000Z");
    expect(leaf.privateKey).to.equal(keyPair.privateKey);
  });

  it("lays validity around the given clock", () => {
    const nowMs = Date.UTC(2040, 5, 1);
    const { leaf, root } = authority({ clock: () => nowMs })
      .intermediate()
      .client();
    for (const { der: bytes } of [leaf, root]) {
      const { validFrom, validTo } = new X509Certificate(bytes);
      expect(Date.parse(validFrom)).to.be.below(nowMs);
      expect(Date.parse(validTo)).to.be.above(nowMs);
    }
  });

  it("replaces, drops and adds single extensions", () => {
    const { leaf } = authority().client({
      extensions: {
        keyUsage: extensions.keyUsage("keyAgreement"),
        extendedKeyUsage: "absent",
      },
      moreExtensions: [extensions.extension("1.3.6.1.4.1.32473.1", der.nullValue())],
    });
    const read = extensionsOf(leaf);
    expect(read.map(({ extnID }) => extnID)).to.deep.equal([
      "2.5.29.14",
      "2.5.29.35",
      "2.5.29.19",
      "2.5.29.15",
      "1.3.6.1.4.1.32473.1",
    ]);
    expect(Buffer.from(read[3]!.extnValue.buffer).toString("hex")).to.equal("03020308");
  });

  it("lets a test replace any part by other bytes", () => {
    const { leaf } = authority().client({
      raw: (sound) => ({ ...sound, serialNumber: der.integer(-5) }),
    });
    expect(new X509Certificate(leaf.der).serialNumber).to.equal("-05");
  });

  it("reuses slow keys, four of a kind", () => {
    const keys = [1, 2, 3, 4, 5].map(() => testKeyPair("rsa-1024"));
    expect(new Set(keys).size).to.equal(4);
    expect(keys[4]).to.equal(keys[0]);
  });
});
