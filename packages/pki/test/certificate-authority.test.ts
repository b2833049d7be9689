import { createPublicKey, X509Certificate } from "node:crypto";

import { AsnConvert } from "@peculiar/asn1-schema";
import {
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  KeyUsage,
  type Extension,
} from "@peculiar/asn1-x509";
import { expect } from "chai";

import {
  createAuthority,
  type CertificateAuthority,
  type ClientOptions,
  type IntermediateOptions,
  type IssuedCertificate,
  type KeyAlgorithm,
} from "@mtls-shield/pki";
import { fakeClock, requireTool, runOpenssl } from "@mtls-shield/testkit";

import { thrownBy } from "./thrown-by.ts";

const oids = {
  subjectKeyIdentifier: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  authorityKeyIdentifier: "2.5.29.35",
  extendedKeyUsage: "2.5.29.37",
};

function tbsOf(certificate: IssuedCertificate) {
  return AsnConvert.parse(certificate.der, Certificate).tbsCertificate;
}

function extensionOf(certificate: IssuedCertificate, oid: string): Extension | undefined {
  return [...tbsOf(certificate).extensions!].find(({ extnID }) => extnID === oid);
}

function hexOf(bytes: ArrayBuffer): string {
  return Buffer.from(bytes).toString("hex");
}

function verify(
  purpose: "sslclient" | "sslserver",
  authority: CertificateAuthority,
  leaf: IssuedCertificate,
) {
  return runOpenssl(
    [
      ...["verify", "-x509_strict", "-purpose", purpose],
      ...["-CAfile", "root.pem"],
      ...(authority.chainPem === "" ? [] : ["-untrusted", "chain.pem"]),
      "leaf.pem",
    ],
    {
      files: {
        "root.pem": authority.trustPem,
        "chain.pem": authority.chainPem,
        "leaf.pem": leaf.pem,
      },
    },
  );
}

const signatureAlgorithms: Readonly<Record<KeyAlgorithm, string>> = {
  "ecdsa-p256": "1.2.840.10045.4.3.2",
  "ecdsa-p384": "1.2.840.10045.4.3.3",
  "ecdsa-p521": "1.2.840.10045.4.3.4",
  "rsa-2048": "1.2.840.113549.1.1.11",
  "rsa-3072": "1.2.840.113549.1.1.11",
  "rsa-4096": "1.2.840.113549.1.1.11",
  ed25519: "1.3.101.112",
};

describe("an authority", () => {
  for (const keyAlgorithm of Object.keys(signatureAlgorithms) as KeyAlgorithm[]) {
    it(`issues ${keyAlgorithm} chains that openssl finds nothing wrong with`, async function () {
      requireTool(this, "openssl");
      this.timeout(60_000);
      const root = await createAuthority({ keyAlgorithm });
      // One large RSA key takes long enough.
      const leafKey = /^rsa-[34]/.test(keyAlgorithm) ? "ecdsa-p256" : keyAlgorithm;
      const intermediate = await root.createIntermediate();
      const client = await intermediate.issueClient({ keyAlgorithm: leafKey });
      const server = await root.issueServer({ keyAlgorithm: leafKey });
      expect(verify("sslclient", intermediate, client)).to.deep.include({ status: 0, stderr: "" });
      expect(verify("sslserver", root, server)).to.deep.include({ status: 0, stderr: "" });
      expect(tbsOf(root.certificate).signature.algorithm).to.equal(
        signatureAlgorithms[keyAlgorithm],
      );
    });
  }

  it("hands out its chain without the root and the root apart", async () => {
    const root = await createAuthority();
    const first = await root.createIntermediate();
    const second = await first.createIntermediate();
    const client = await second.issueClient();
    expect(root.chainPem).to.equal("");
    expect(root.trustPem).to.equal(root.certificate.pem);
    expect(second.trustPem).to.equal(root.certificate.pem);
    expect(second.chainPem).to.equal(second.certificate.pem + first.certificate.pem);
    expect(client.chainPem).to.equal(client.pem + second.chainPem);
    expect(second.certificate.chainPem).to.equal(second.chainPem);
  });

  it("makes version 3 certificates with positive random serial numbers of 16 octets", async () => {
    const root = await createAuthority();
    const leaves = await Promise.all([1, 2, 3, 4].map(() => root.issueClient()));
    for (const certificate of [root.certificate, ...leaves]) {
      const { version, serialNumber } = tbsOf(certificate);
      expect(version).to.equal(2);
      expect(hexOf(serialNumber)).to.equal(certificate.serialNumber);
      expect(certificate.serialNumber).to.match(/^[4-7][0-9a-f]{31}$/);
    }
    expect(new Set(leaves.map(({ serialNumber }) => serialNumber)).size).to.equal(4);
  });

  it("links certificates by their key identifiers", async () => {
    const root = await createAuthority();
    const client = await root.issueClient();
    const subjectKeyId = hexOf(
      extensionOf(root.certificate, oids.subjectKeyIdentifier)!.extnValue.buffer,
    ).slice(4);
    const authorityKeyId = extensionOf(client, oids.authorityKeyIdentifier)!;
    expect(hexOf(authorityKeyId.extnValue.buffer)).to.equal(`30168014${subjectKeyId}`);
    expect(authorityKeyId.critical).to.not.equal(true);
  });

  it("marks what it is in critical extensions", async () => {
    const root = await createAuthority({ pathLength: 1 });
    const constraints = extensionOf(root.certificate, oids.basicConstraints)!;
    const usage = extensionOf(root.certificate, oids.keyUsage)!;
    expect([constraints.critical, usage.critical]).to.deep.equal([true, true]);
    expect(AsnConvert.parse(constraints.extnValue, BasicConstraints)).to.deep.include({
      cA: true,
      pathLenConstraint: 1,
    });
    expect(AsnConvert.parse(usage.extnValue, KeyUsage).toJSON()).to.have.members([
      "keyCertSign",
      "crlSign",
    ]);
  });

  it("gives clients and servers their purpose and no more", async () => {
    const root = await createAuthority();
    const client = await root.issueClient();
    const server = await root.issueServer({ keyAlgorithm: "rsa-2048" });
    const usages = (certificate: IssuedCertificate) => [
      AsnConvert.parse(extensionOf(certificate, oids.keyUsage)!.extnValue, KeyUsage).toJSON(),
      [
        ...AsnConvert.parse(
          extensionOf(certificate, oids.extendedKeyUsage)!.extnValue,
          ExtendedKeyUsage,
        ),
      ],
    ];
    expect(usages(client)).to.deep.equal([["digitalSignature"], ["1.3.6.1.5.5.7.3.2"]]);
    expect(usages(server)).to.deep.equal([
      ["digitalSignature", "keyEncipherment"],
      ["1.3.6.1.5.5.7.3.1"],
    ]);
    expect(extensionOf(client, oids.basicConstraints)).to.equal(undefined);
  });

  it("names a server after this machine when it gets no names", async () => {
    const root = await createAuthority();
    const read = new X509Certificate((await root.issueServer()).der);
    expect(read.subject).to.equal("CN=localhost");
    expect(read.subjectAltName).to.equal(
      "DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1",
    );
  });

  it("takes a leaf's common name from its first name that fits", async () => {
    const root = await createAuthority();
    const subjectOf = async (options: ClientOptions) =>
      new X509Certificate((await root.issueClient(options)).der).subject;
    expect(await subjectOf({})).to.equal("CN=client");
    expect(await subjectOf({ dnsNames: ["a.example"], emails: ["b@c.example"] })).to.equal(
      "CN=a.example",
    );
    expect(await subjectOf({ emails: ["b@c.example"] })).to.equal("CN=b@c.example");
    expect(await subjectOf({ ipAddresses: ["192.0.2.7"] })).to.equal("CN=192.0.2.7");
    expect(await subjectOf({ spiffeId: "spiffe://corp.example/a" })).to.equal("CN=client");
    expect(await subjectOf({ dnsNames: [`${"a".repeat(62)}.example`] })).to.equal("CN=client");
  });

  it("makes the alternative names critical when the subject is empty", async () => {
    const root = await createAuthority();
    const named = await root.issueClient({ spiffeId: "spiffe://corp.example/a" });
    const nameless = await root.issueClient({ spiffeId: "spiffe://corp.example/a", subject: {} });
    expect(extensionOf(named, oids.subjectAltName)!.critical).to.not.equal(true);
    expect(extensionOf(nameless, oids.subjectAltName)!.critical).to.equal(true);
    expect(tbsOf(nameless).subject).to.have.length(0);
  });

  it("refuses a leaf without any name and an authority without a subject", async () => {
    const root = await createAuthority();
    const leaf = await thrownBy(() => root.issueClient({ subject: {} }));
    const authority = await thrownBy(() => createAuthority({ subject: {} }));
    expect([leaf.option, authority.option]).to.deep.equal(["subject", "subject"]);
  });

  it("refuses to issue under its own name", async () => {
    const root = await createAuthority({ subject: { commonName: "Corp" } });
    const error = await thrownBy(() =>
      root.createIntermediate({ subject: { commonName: "Corp" } }),
    );
    expect(error).to.include({ name: "PkiError", option: "subject" });
    expect(error.message).to.contain("issuer's own");
  });

  it("names intermediates apart by default", async () => {
    const first = await (await createAuthority()).createIntermediate();
    const second = await first.createIntermediate();
    expect(new X509Certificate(first.certificate.der).subject).to.equal("CN=Intermediate CA 1");
    expect(new X509Certificate(second.certificate.der).subject).to.equal("CN=Intermediate CA 2");
  });

  it("counts the path length down and refuses to exceed it", async () => {
    const root = await createAuthority({ pathLength: 1 });
    const intermediate = await root.createIntermediate();
    const constraints = extensionOf(intermediate.certificate, oids.basicConstraints)!;
    expect(AsnConvert.parse(constraints.extnValue, BasicConstraints).pathLenConstraint).to.equal(0);
    const below = await thrownBy(() => intermediate.createIntermediate());
    expect(below.message).to.contain("has no intermediates");
    const above = await thrownBy(() => root.createIntermediate({ pathLength: 1 }));
    expect(above.message).to.contain("Give 0 or less");
    for (const pathLength of [-1, 0.5, Number.NaN]) {
      const error = await thrownBy(() => createAuthority({ pathLength }));
      expect(error.option).to.equal("pathLength");
    }
  });

  it("follows the clock of its root everywhere below", async () => {
    const clock = fakeClock(Date.UTC(2035, 0, 1));
    const intermediate = await (await createAuthority({ clock })).createIntermediate();
    clock.advance(86_400_000);
    const client = await intermediate.issueClient();
    expect(client.notBefore).to.equal(clock() - 60_000);
    expect(client.notAfter).to.equal(clock() + 90 * 86_400_000);
  });

  it("ends what it issues with itself when nothing else is said", async () => {
    const root = await createAuthority({ validityMs: 3_600_000 });
    const intermediate = await root.createIntermediate();
    const client = await intermediate.issueClient();
    expect([intermediate.certificate.notAfter, client.notAfter]).to.deep.equal([
      root.certificate.notAfter,
      root.certificate.notAfter,
    ]);
  });

  it("keeps exact times, before and after 2050", async () => {
    const notBefore = new Date("2049-12-31T23:59:59Z");
    const notAfter = Date.UTC(2050, 0, 1);
    const { certificate } = await createAuthority({ notBefore, notAfter });
    const { validity } = tbsOf(certificate);
    expect(validity.notBefore.utcTime).to.deep.equal(notBefore);
    expect(validity.notAfter.generalTime).to.deep.equal(new Date(notAfter));
    expect([certificate.notBefore, certificate.notAfter]).to.deep.equal([
      notBefore.getTime(),
      notAfter,
    ]);
  });

  it("suggests the option that was meant", async () => {
    const root = await createAuthority();
    const cases: readonly (readonly [() => unknown, string])[] = [
      [() => createAuthority({ pathLenght: 1 } as IntermediateOptions), `"pathLength"`],
      [
        () => root.createIntermediate({ clock: Date.now } as IntermediateOptions),
        "is not an option",
      ],
      [() => root.issueClient({ dnsName: ["a"] } as ClientOptions), `"dnsNames"`],
      [() => root.issueServer({ keyalgorithm: "ed25519" } as ClientOptions), `"keyAlgorithm"`],
    ];
    for (const [call, expected] of cases) {
      expect((await thrownBy(call)).message).to.contain(expected);
    }
  });

  it("gives every certificate its own key", async () => {
    const root = await createAuthority();
    const [first, second] = [await root.issueClient(), await root.issueClient()];
    const publicKeys = [root.certificate, first, second].map(({ pem, privateKeyPem }) => {
      const fromPrivate = createPublicKey(privateKeyPem).export({ type: "spki", format: "pem" });
      expect(new X509Certificate(pem).publicKey.export({ type: "spki", format: "pem" })).to.equal(
        fromPrivate,
      );
      return fromPrivate;
    });
    expect(new Set(publicKeys).size).to.equal(3);
  });
});
