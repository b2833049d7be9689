import { expect } from "chai";
import {
  authority,
  der,
  extensions,
  ocspDelegate,
  ocspNoCheck,
  testKeyPair,
  type SignatureSchemeName,
  type TestCertificate,
  type TestKeyAlgorithm,
} from "@mtls-shield/testkit";

import { parsed } from "../../certificates.ts";
import { judge, outcomeOf, type OcspSetup } from "./ocsp-answer.ts";

const now = Date.UTC(2026, 5, 1, 12);
const hourMs = 3_600_000;
const clock = (): number => now;
const root = authority({ clock });
const issuing = root.intermediate();
const issuer = issuing.certificate;
const { leaf } = issuing.client();

const signedBy = (signer: TestCertificate, changes: Partial<OcspSetup> = {}): OcspSetup => ({
  certificate: leaf,
  issuer,
  signer,
  ...changes,
  response: { now, ...changes.response },
});
/** The signer's certificate comes with the response. */
const delegated = (signer: TestCertificate, changes: Partial<OcspSetup> = {}): OcspSetup =>
  signedBy(signer, { ...changes, response: { certificates: [signer], ...changes.response } });

const nobody = "no certificate at hand is that of the responder";
const badResponse = "the response's signature does not hold";

describe("the signer of an OCSP response", () => {
  for (const responder of ["name", "key"] as const) {
    it(`may be the issuer, known by its ${responder}`, () => {
      expect(outcomeOf(signedBy(issuer, { response: { responder } }))).to.equal("good");
    });

    it(`may be a delegate whose certificate comes with the response, known by its ${responder}`, () => {
      expect(outcomeOf(delegated(ocspDelegate(issuing), { response: { responder } }))).to.equal(
        "good",
      );
    });
  }

  it("may be a delegate whose certificate was at hand before", () => {
    const delegate = ocspDelegate(issuing);
    expect(outcomeOf(signedBy(delegate))).to.equal(nobody);
    const question = { delegates: [Buffer.from(delegate.der)] };
    expect(outcomeOf(signedBy(delegate, { question }))).to.equal("good");
  });

  it("may be whom the operator trusts, whoever issued that certificate and whatever for", () => {
    const responder = authority({ clock, commonName: "Responder" }).server().leaf;
    const question = { signers: [parsed(authority({ clock }).certificate), parsed(responder)] };
    expect(outcomeOf(signedBy(responder))).to.equal(nobody);
    expect(outcomeOf(signedBy(responder, { question }))).to.equal("good");
    expect(
      judge(
        signedBy(responder, {
          question,
          response: { responses: [{ certificate: leaf, nextUpdate: "absent" }] },
        }),
      ),
    ).to.include({
      until: parsed(responder).notAfter + 1000,
    });
  });

  it("has to have a certificate that is valid now, also when the operator trusts it", () => {
    const expired = root.server({ notAfter: now - hourMs }).leaf;
    const question = { signers: [parsed(expired)] };
    expect(outcomeOf(signedBy(expired, { question }))).to.equal(
      "the responder's certificate is not valid now",
    );
  });

  it("may sign with every algorithm that certificates are signed with", () => {
    const cases: readonly (readonly [TestKeyAlgorithm, SignatureSchemeName])[] = [
      ["rsa-2048", "rsa-sha256"],
      ["rsa-2048", "rsa-pss-sha256"],
      ["ecdsa-p384", "ecdsa-sha384"],
      ["ed25519", "ed25519"],
      ["ed448", "ed448"],
    ];
    for (const [keyAlgorithm, signatureScheme] of cases) {
      const delegate = ocspDelegate(issuing, { keyAlgorithm });
      expect(outcomeOf(delegated(delegate, { response: { signatureScheme } }))).to.equal("good");
    }
  });

  it("may sign with SHA-1 only where the operator says so", () => {
    const response = { signatureScheme: "ecdsa-sha1" } as const;
    expect(outcomeOf(signedBy(issuer, { response }))).to.equal(badResponse);
    const question = { legacy: new Set(["sha1"] as const) };
    expect(outcomeOf(signedBy(issuer, { response, question }))).to.equal("good");

    const delegate = ocspDelegate(issuing, { signatureScheme: "ecdsa-sha1" });
    expect(outcomeOf(delegated(delegate))).to.equal(
      "the signature of the responder's certificate does not hold",
    );
    expect(outcomeOf(delegated(delegate, { question }))).to.equal("good");
  });

  it("may not have a key that can be broken", () => {
    const weak = ocspDelegate(issuing, { keyAlgorithm: "rsa-1024" });
    expect(outcomeOf(delegated(weak))).to.equal(badResponse);
    const question = { legacy: new Set(["rsa-1024"] as const) };
    expect(outcomeOf(delegated(weak, { question }))).to.equal("good");
  });

  it("has to have signed this very response", () => {
    for (const signer of [issuer, ocspDelegate(issuing)]) {
      const alterSignature = (signature: Uint8Array): Uint8Array => signature.fill(1, -4);
      expect(
        outcomeOf(
          delegated(signer, { response: { raw: (sound) => ({ ...sound, alterSignature }) } }),
        ),
      ).to.equal(badResponse);
    }
  });

  it("has to be the one that the response names", () => {
    const other = root.certificate.parts.subject;
    for (const responder of [
      der.constructed(1, other),
      der.constructed(2, der.octetString(new Uint8Array(20))),
      der.constructed(2, der.octetString()),
    ]) {
      expect(outcomeOf(signedBy(issuer, { response: { responder } }))).to.equal(nobody);
    }
  });

  it("is not an authority above the issuer, nor one beside it that has its name", () => {
    expect(outcomeOf(delegated(root.certificate))).to.equal(
      "the responder's certificate is of another issuer",
    );
    const twin = authority({ clock, subject: issuer.parts.subject }).certificate;
    expect(outcomeOf(delegated(twin))).to.equal(badResponse);
  });

  it("is no delegate of another authority, whatever its name", () => {
    expect(outcomeOf(delegated(ocspDelegate(root)))).to.equal(
      "the responder's certificate is of another issuer",
    );
    const twin = authority({ clock, subject: issuer.parts.subject });
    expect(outcomeOf(delegated(ocspDelegate(twin)))).to.equal(
      "the signature of the responder's certificate does not hold",
    );
  });

  it("is not a delegate of a delegate, with the chain embedded", () => {
    const sub = issuing.intermediate();
    const delegate = ocspDelegate(sub);
    expect(
      outcomeOf(delegated(delegate, { response: { certificates: [delegate, sub.certificate] } })),
    ).to.equal("the responder's certificate is of another issuer");
  });

  describe("a delegate's certificate", () => {
    const cases: readonly (readonly [
      what: string,
      changes: Parameters<typeof ocspDelegate>[1],
      expected: string,
    ])[] = [
      ...(
        [
          ["no usage", "absent"],
          ["any usage", extensions.extendedKeyUsage("anyExtendedKeyUsage")],
          ["that of clients", extensions.extendedKeyUsage("clientAuth")],
        ] as const
      ).map(
        ([what, extendedKeyUsage]) =>
          [
            `states ${what}, which is no delegation`,
            { extensions: { extendedKeyUsage } },
            "the responder's certificate is not for signing OCSP responses",
          ] as const,
      ),
      [
        "states the usage among others",
        {
          extensions: {
            extendedKeyUsage: extensions.extendedKeyUsage("serverAuth", "ocspSigning"),
          },
        },
        "good",
      ],
      [
        "has a key for encryption only",
        { extensions: { keyUsage: extensions.keyUsage("keyEncipherment", "cRLSign") } },
        "the key usage of the responder's certificate does not allow to sign",
      ],
      ["has a key for everything", { extensions: { keyUsage: "absent" } }, "good"],
      [
        "has a key for what cannot be denied",
        { extensions: { keyUsage: extensions.keyUsage("nonRepudiation") } },
        "good",
      ],
      [
        "has expired",
        { notBefore: now - 2 * hourMs, notAfter: now - hourMs },
        "the responder's certificate is not valid now",
      ],
      [
        "is of tomorrow",
        { notBefore: now + hourMs, notAfter: now + 2 * hourMs },
        "the responder's certificate is not valid now",
      ],
      [
        "holds a critical extension that nobody knows",
        { moreExtensions: [extensions.extension("1.2.3", der.nullValue(), { critical: true })] },
        "the responder's certificate holds a critical extension that is not processed",
      ],
      [
        "holds nocheck as critical",
        { noCheck: false, moreExtensions: [ocspNoCheck({ critical: true })] },
        "good",
      ],
      [
        "names two signature algorithms",
        {
          raw: (sound) => ({
            ...sound,
            outerSignatureAlgorithm: der.sequence(der.oid("1.3.101.112")),
          }),
        },
        "the signature of the responder's certificate does not hold",
      ],
      [
        "was changed after it was signed",
        { raw: (sound) => ({ ...sound, alterSignature: (one) => one.fill(1, -4) }) },
        "the signature of the responder's certificate does not hold",
      ],
      [
        "holds an empty list of names",
        { extensions: { subjectAltName: extensions.extension("2.5.29.17", der.sequence()) } },
        "good",
      ],
      [
        "holds an empty list of names, and its signature does not hold",
        {
          extensions: { subjectAltName: extensions.extension("2.5.29.17", der.sequence()) },
          raw: (sound) => ({ ...sound, alterSignature: (one) => one.fill(1, -4) }),
        },
        "the signature of the responder's certificate does not hold",
      ],
      [
        "cannot be read",
        { extensions: { subjectAltName: extensions.extension("2.5.29.17", der.nullValue()) } },
        nobody,
      ],
    ];
    for (const [what, changes, expected] of cases) {
      it(what, () => {
        expect(outcomeOf(delegated(ocspDelegate(issuing, changes)))).to.equal(expected);
      });
    }

    it("is asked about, also where its authority exempts it", () => {
      const asked: string[] = [];
      const isSignerRevoked = (
        signer: { subject: { text: string } },
        by: { subject: { text: string } },
      ) => {
        asked.push(`${signer.subject.text} of ${by.subject.text}`);
        return true;
      };
      const question = { isSignerRevoked };
      for (const noCheck of [true, false]) {
        const delegate = ocspDelegate(issuing, { noCheck });
        expect(outcomeOf(delegated(delegate, { question }))).to.equal(
          "the responder's certificate has been revoked",
        );
        expect(asked.splice(0)).to.deep.equal(["CN=Test OCSP Responder of CN=Test Intermediate 1"]);
        expect(outcomeOf(delegated(delegate))).to.equal("good");
      }
    });

    it("does not speak for itself, nor for another with its key", () => {
      const own = ocspDelegate(issuing);
      const renewed = ocspDelegate(issuing, { keyPair: own });
      for (const signer of [own, renewed]) {
        expect(outcomeOf(delegated(signer, { certificate: own }))).to.equal(
          "the certificate speaks for itself",
        );
      }
    });
  });

  describe("among many", () => {
    const sound = ocspDelegate(issuing);
    const strangers = Array.from({ length: 9 }, () => issuing.client().leaf);
    const twins = Array.from({ length: 8 }, () => ocspDelegate(issuing));

    it("is found among seven certificates of others", () => {
      expect(
        outcomeOf(delegated(sound, { response: { certificates: [...strangers.slice(2), sound] } })),
      ).to.equal("good");
    });

    it("is not looked for behind eight", () => {
      expect(
        outcomeOf(delegated(sound, { response: { certificates: [...strangers, sound] } })),
      ).to.equal(nobody);
      const question = { delegates: [...strangers, sound].map((one) => Buffer.from(one.der)) };
      expect(outcomeOf(signedBy(sound, { question }))).to.equal(nobody);
    });

    it("is found among those of the same name, as long as few signatures have to be checked", () => {
      expect(
        outcomeOf(delegated(sound, { response: { certificates: [...twins.slice(2), sound] } })),
      ).to.equal("good");
      expect(
        outcomeOf(delegated(sound, { response: { certificates: [...twins.slice(1), sound] } })),
      ).to.equal(badResponse);
    });
  });

  it("is the issuer's new key when the issuer was renewed with it, and not its old one", () => {
    const keyPair = testKeyPair("ecdsa-p256");
    const renewed = root.intermediate({ keyPair, subject: issuer.parts.subject });
    const young = renewed.client().leaf;
    const asked = { certificate: young, issuer: renewed.certificate };
    expect(outcomeOf({ ...asked, response: { now } })).to.equal("good");
    expect(outcomeOf({ ...asked, signer: issuer, response: { now } })).to.equal(badResponse);
  });
});
