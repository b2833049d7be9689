import { expect } from "chai";
import {
  authority,
  der,
  extensions,
  ocspDelegate,
  ocspError,
  requireOpensslRelease,
  runOpenssl,
  type OcspHashName,
} from "@mtls-shield/testkit";

import { parseOcspResponse } from "../../../src/x509/ocsp-response.ts";
import { parsed } from "../../certificates.ts";
import { answerBytes, judge, type OcspSetup } from "./ocsp-answer.ts";

/** `openssl ocsp` knows no moment but the present one. */
const now = Date.now();
const hourMs = 3_600_000;
const root = authority();
const issuing = root.intermediate();
const issuer = issuing.certificate;
const { leaf } = issuing.client();
const delegate = ocspDelegate(issuing);
const critical = extensions.extension("1.2.3", der.nullValue(), { critical: true });

type Verdict = "good" | "revoked" | "unknown" | "invalid";

interface Situation extends Partial<OcspSetup> {
  readonly bytes?: Uint8Array;
  readonly hash?: OcspHashName;
  readonly verdict: Verdict;
  /** What OpenSSL says where it says something else, and why. */
  readonly openssl?: readonly [Verdict, why: string];
}

const about = (
  ...responses: NonNullable<NonNullable<OcspSetup["response"]>["responses"]>
): Pick<Situation, "response"> => ({ response: { responses } });
const from = (signer = delegate, response: OcspSetup["response"] = {}): Partial<OcspSetup> => ({
  signer,
  response: { certificates: [signer], ...response },
});
const onlyFirst = "it reads the first answer about a certificate and no other";
const noExtensions = "it passes over critical extensions of responses and answers";

const situations: Readonly<Record<string, Situation>> = {
  "the issuer, by name": { verdict: "good" },
  "the issuer, by key": { response: { responder: "key" }, verdict: "good" },
  revoked: { ...about({ certificate: leaf, status: "revoked" }), verdict: "revoked" },
  "revoked with a reason": {
    ...about({ certificate: leaf, status: "revoked", reason: "keyCompromise" }),
    verdict: "revoked",
  },
  unknown: { ...about({ certificate: leaf, status: "unknown" }), verdict: "unknown" },
  "among others": {
    ...about({ serialNumber: 1, status: "revoked" }, leaf, { serialNumber: 2 }),
    verdict: "good",
  },
  "by SHA-256": {
    ...about({ certificate: leaf, hash: "sha256" }),
    hash: "sha256",
    verdict: "good",
  },
  "by SHA-512": {
    ...about({ certificate: leaf, hash: "sha512" }),
    hash: "sha512",
    verdict: "good",
  },
  "another serial number": { ...about({ serialNumber: 4711 }), verdict: "invalid" },
  "another issuer's name": {
    ...about({ certificate: leaf, issuerName: root.certificate.parts.subject }),
    verdict: "invalid",
  },
  "another issuer's key": {
    ...about({ certificate: leaf, issuerKey: root.certificate.publicKey }),
    verdict: "invalid",
  },
  stale: {
    ...about({ certificate: leaf, thisUpdate: now - 3 * hourMs, nextUpdate: now - hourMs }),
    verdict: "invalid",
  },
  "of tomorrow": {
    ...about({ certificate: leaf, thisUpdate: now + 24 * hourMs, nextUpdate: now + 48 * hourMs }),
    verdict: "invalid",
  },
  "without an end": { ...about({ certificate: leaf, nextUpdate: "absent" }), verdict: "good" },
  "ending before it begins": {
    ...about({ certificate: leaf, thisUpdate: now - hourMs, nextUpdate: now - 2 * hourMs }),
    verdict: "invalid",
  },
  "good, then revoked": {
    ...about(leaf, { certificate: leaf, status: "revoked" }),
    verdict: "revoked",
    openssl: ["good", onlyFirst],
  },
  "revoked, then good": {
    ...about({ certificate: leaf, status: "revoked" }, leaf),
    verdict: "revoked",
  },
  "a critical extension of the response": {
    response: { moreExtensions: [critical] },
    verdict: "invalid",
    openssl: ["good", noExtensions],
  },
  "a critical extension of the answer": {
    ...about({ certificate: leaf, extensions: [critical] }),
    verdict: "invalid",
    openssl: ["good", noExtensions],
  },
  "a nonce that nobody asked for": { response: { nonce: der.bytes(1, 2, 3) }, verdict: "good" },
  "a delegate": { ...from(), verdict: "good" },
  "a delegate, by key": { ...from(delegate, { responder: "key" }), verdict: "good" },
  "a delegate with Ed25519": {
    ...from(ocspDelegate(issuing, { keyAlgorithm: "ed25519" })),
    verdict: "good",
  },
  "a delegate with RSA-PSS": {
    ...from(ocspDelegate(issuing, { keyAlgorithm: "rsa-2048" }), {
      signatureScheme: "rsa-pss-sha256",
    }),
    verdict: "good",
  },
  "a delegate that is not embedded": { signer: delegate, verdict: "invalid" },
  "a delegate that is at hand": {
    signer: delegate,
    question: { delegates: [Buffer.from(delegate.der)] },
    verdict: "good",
  },
  "a delegate without the usage": { ...from(issuing.client().leaf), verdict: "invalid" },
  "a delegate with any usage": {
    ...from(
      ocspDelegate(issuing, {
        extensions: { extendedKeyUsage: extensions.extendedKeyUsage("anyExtendedKeyUsage") },
      }),
    ),
    verdict: "invalid",
  },
  "an expired delegate": {
    ...from(ocspDelegate(issuing, { notBefore: now - 3 * hourMs, notAfter: now - hourMs })),
    verdict: "invalid",
  },
  "a delegate of another authority": { ...from(ocspDelegate(root)), verdict: "invalid" },
  "a delegate of an authority with the same name": {
    ...from(ocspDelegate(authority({ subject: issuer.parts.subject }))),
    verdict: "invalid",
  },
  "a delegate with a critical extension": {
    ...from(ocspDelegate(issuing, { moreExtensions: [critical] })),
    verdict: "invalid",
  },
  "the authority above": { ...from(root.certificate), verdict: "invalid" },
  "a responder that nobody trusts": {
    ...from(authority({ commonName: "Responder" }).certificate),
    verdict: "invalid",
  },
  "another responder's name": {
    response: { responder: der.constructed(1, leaf.parts.subject) },
    verdict: "invalid",
  },
  "another responder's key": {
    response: { responder: der.constructed(2, der.octetString(new Uint8Array(20))) },
    verdict: "invalid",
  },
  "a signature that does not hold": {
    response: {
      raw: (sound) => ({ ...sound, alterSignature: (signature) => signature.fill(1, -4) }),
    },
    verdict: "invalid",
  },
  tryLater: { bytes: ocspError("tryLater"), verdict: "invalid" },
  unauthorized: { bytes: ocspError("unauthorized"), verdict: "invalid" },
  text: { bytes: Buffer.from("<html>"), verdict: "invalid" },
  "bytes behind the response": {
    response: { raw: (sound) => ({ ...sound, reencode: (one) => der.concat(one, der.bytes(0)) }) },
    verdict: "invalid",
    openssl: ["good", "it reads as far as the response goes"],
  },
  "an indefinite length": {
    response: { raw: (sound) => ({ ...sound, reencode: der.withIndefiniteLength }) },
    verdict: "invalid",
    openssl: ["good", "it reads BER"],
  },
};

describe("OCSP responses as openssl ocsp judges them", () => {
  before(function () {
    requireOpensslRelease(this, "3.0");
  });

  for (const [what, situation] of Object.entries(situations)) {
    const [expected, why] = situation.openssl ?? [situation.verdict];
    it(`${what}: ${situation.verdict}${why === undefined ? "" : `, and ${expected} there, as ${why}`}`, () => {
      const setup = { certificate: leaf, issuer, ...situation };
      const bytes = situation.bytes ?? answerBytes(setup);
      expect(verdictOf(setup, bytes), "engine").to.equal(situation.verdict);
      expect(askOpenssl(situation, bytes), "openssl").to.equal(expected);
    });
  }

  it("a responder that the operator trusts: good", () => {
    const responder = authority({ commonName: "Responder" }).certificate;
    const question = { signers: [parsed(responder)] };
    const setup = { certificate: leaf, issuer, signer: responder, question };
    const bytes = answerBytes(setup);
    expect(verdictOf(setup, bytes)).to.equal("good");
    expect(askOpenssl({}, bytes, ["-VAfile", "va.pem"], { "va.pem": responder.pem })).to.equal(
      "good",
    );
  });
});

function verdictOf(setup: OcspSetup, bytes: Uint8Array): Verdict {
  if (typeof parseOcspResponse(bytes) === "string") return "invalid";
  const verdict = judge(setup, bytes);
  return verdict.outcome === "answered" ? verdict.status : "invalid";
}

/** Whom it trusts is the issuer, as the engine does. */
function askOpenssl(
  { hash = "sha1", question }: Partial<Situation>,
  bytes: Uint8Array,
  args: readonly string[] = [],
  files: Readonly<Record<string, string>> = {},
): Verdict {
  const others = (question?.delegates ?? []).map(
    (one) => `-----BEGIN CERTIFICATE-----\n${one.toString("base64")}\n-----END CERTIFICATE-----\n`,
  );
  const { stdout, stderr } = runOpenssl(
    [
      ...["ocsp", "-respin", "r.der", "-no_nonce", "-partial_chain", "-CAfile", "i.pem"],
      ...["-no-CApath", "-no-CAstore", `-${hash}`, "-issuer", "i.pem", "-cert", "c.pem"],
      ...(others.length === 0 ? [] : ["-verify_other", "others.pem"]),
      ...args,
    ],
    {
      files: {
        "r.der": bytes,
        "i.pem": issuer.pem,
        "c.pem": leaf.pem,
        "others.pem": others.join(""),
        ...files,
      },
    },
  );
  const text = `${stdout.toString()}${stderr}`;
  if (!text.includes("Response verify OK") || text.includes("WARNING: Status times invalid")) {
    return "invalid";
  }
  const [, status] = /^c\.pem: (good|revoked|unknown)/m.exec(text) ?? [];
  return (status ?? "invalid") as Verdict;
}
