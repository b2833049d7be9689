import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import {
  authority,
  extensions,
  ocspDelegate,
  ocspError,
  ocspResponse,
  type OcspChanges,
  type TestCertificate,
} from "@mtls-shield/testkit";
import { conformSuite, runWith, type Conformity, type WrittenCase } from "../conform.ts";
import { compareVerdicts } from "./run-ocsp-suite.ts";

const exceptions = fileURLToPath(new URL("../exceptions.json", import.meta.url));
const published = fileURLToPath(
  new URL("../../../../shared/conformance/ocsp.json", import.meta.url),
);

const now = Date.UTC(2026, 5, 1, 12);
const hourMs = 3_600_000;
const clock = (): number => now;
const root = authority({ clock });
const issuing = root.intermediate();
const issuer = issuing.certificate;
const { leaf } = issuing.client();
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
const response = (changes: OcspChanges = {}, signer: TestCertificate = issuer): string =>
  base64(ocspResponse(signer, { now, issuer, responses: [leaf], ...changes }));

/** A good answer of the issuer, every field as published suites write it. */
function writtenCase(changes: WrittenCase = {}): WrittenCase {
  return {
    id: "made/case",
    kind: "response",
    description: "Made by a test.",
    cert: base64(leaf.der),
    issuer: base64(issuer.der),
    trusted: [base64(issuer.der)],
    extraCerts: [],
    ocspResponse: response(),
    time: "2026-06-01T12:00:00Z",
    maxAgeSeconds: null,
    expected: "good",
    weak: [],
    ...changes,
  };
}

const conform = (cases: unknown, options: Parameters<typeof conformSuite>[1] = {}): Conformity =>
  conformSuite(cases, { ...options, args: ["--ocsp", ...(options.args ?? [])] });

/** What is found of one case, and why. */
function judged(changes: WrittenCase): string {
  const [result] = conform([writtenCase(changes)]).report.cases;
  return result?.reason ?? result?.actual ?? "nothing";
}

describe("npm run conformance -- --ocsp", () => {
  it("counts what is wrongly taken for good by itself", () => {
    const { code, report, output } = conform([
      writtenCase({ id: "one/right" }),
      writtenCase({ id: "one/wrong", expected: "revoked" }),
      writtenCase({ id: "two", ocspResponse: base64(ocspError("tryLater")) }),
      writtenCase({ id: "soft", expected: "unknown", features: ["soft"] }),
    ]);
    expect(code).to.equal(1);
    expect(report).to.deep.include({
      suite: "suite.json",
      total: 3,
      agreed: 1,
      wronglyAccepted: 1,
      wronglyRefused: 1,
      soft: { total: 1, agreed: 0 },
    });
    expect(report.cases[2]).to.deep.include({
      id: "two",
      expected: "good",
      actual: "invalid",
      reason: "tryLater",
      userPolicySet: null,
    });
    const rows = output.split("\n").map((line) => line.split(/\s+/).slice(0, 6).join(" "));
    expect(rows).to.include.members(["one 2 1 1 0 0", "- 1 0 0 1 0", "all 3 1 1 1 0"]);
    expect(output).to.contain("one/wrong: expected revoked, actual good, no reason");
    expect(output).to.contain("two: expected good, actual invalid, tryLater");
  });

  it("agrees where every case does, in gzip too, and lets exceptions disagree", () => {
    expect(conform([writtenCase()], { gzip: true })).to.include({ code: 0 });
    const known = [{ id: "made/case", why: "because" }];
    const one = conform([writtenCase({ expected: "revoked" })], { exceptions: known });
    expect(one).to.include({ code: 0 });
    expect(conform([writtenCase()], { exceptions: known })).to.include({ code: 1 });
  });

  it("judges only what --only describes, and names cases that have no name", () => {
    const cases = [writtenCase({ id: undefined }), writtenCase({ id: "a/b" })];
    const idsOf = (glob: string) =>
      conform(cases, { args: ["--only", glob] }).report.cases.map(({ id }) => id);
    expect(idsOf("a/*")).to.deep.equal(["a/b"]);
    expect(idsOf("[0]")).to.deep.equal(["[0]"]);
  });

  it("compares verdicts, and never agrees with a crash", () => {
    expect(compareVerdicts("invalid", "invalid")).to.equal("agreed");
    expect(compareVerdicts("invalid", "revoked")).to.equal("wronglyRefused");
    expect(compareVerdicts("unknown", "good")).to.equal("wronglyAccepted");
    expect(compareVerdicts("invalid", "ERROR")).to.equal("crashed");
  });

  describe("reads", () => {
    it("the certificate and its issuer", () => {
      const { leaf: other } = issuing.client();
      expect(judged({ cert: base64(other.der) })).to.equal(
        "the response is not about the certificate",
      );
      expect(judged({ cert: base64(Buffer.from("none")) })).to.match(/^certificate: /);
      expect(judged({ issuer: base64(root.certificate.der) })).to.equal(
        "the issuer has not issued the certificate",
      );
      expect(judged({ issuer: "?" })).to.match(/^issuer: /);
    });

    it("what the response says", () => {
      expect(
        judged({
          ocspResponse: response({ responses: [{ certificate: leaf, status: "revoked" }] }),
        }),
      ).to.equal("revoked");
      expect(
        judged({
          ocspResponse: response({ responses: [{ certificate: leaf, status: "unknown" }] }),
        }),
      ).to.equal("unknown");
      expect(judged({ ocspResponse: "" })).to.match(/^response: /);
    });

    it("when it is judged; without a time, now", () => {
      expect(judged({ time: "2026-06-02T12:00:01Z" })).to.equal("the answer is stale");
      expect(judged({ time: "2026-06-01T10:59:59Z" })).to.equal("the answer is not valid yet");
      const current = base64(ocspResponse(issuer, { responses: [leaf] }));
      expect(judged({ time: null, ocspResponse: current })).to.equal("good");
    });

    it("how old it may be", () => {
      const endless = response({ responses: [{ certificate: leaf, nextUpdate: "absent" }] });
      const aged = (maxAgeSeconds: number | null) =>
        judged({ ocspResponse: endless, maxAgeSeconds });
      expect(aged(null)).to.equal("good");
      expect(aged(hourMs / 1000)).to.equal("good");
      expect(aged(hourMs / 1000 - 1)).to.equal("the answer is stale");
    });

    it("that weak hashes are allowed", () => {
      const ocspResponse = response({ signatureScheme: "ecdsa-sha1" });
      expect(judged({ ocspResponse })).to.equal("the response's signature does not hold");
      expect(judged({ ocspResponse, weak: ["response-sha1"] })).to.equal("good");
    });

    it("certificates of delegates that the response does not hold", () => {
      const delegate = ocspDelegate(issuing);
      const ocspResponse = response({}, delegate);
      expect(judged({ ocspResponse })).to.match(/^no certificate at hand/);
      expect(judged({ ocspResponse, extraCerts: [base64(delegate.der)] })).to.equal("good");
    });

    it("responders among the trusted keys, and takes no authority above the issuer for one", () => {
      const plain = root.client().leaf;
      const own = authority({
        clock,
        commonName: "Responder",
        extensions: { extendedKeyUsage: extensions.extendedKeyUsage("ocspSigning") },
      }).certificate;
      const signedBy = (signer: TestCertificate) =>
        judged({
          ocspResponse: response({}, signer),
          trusted: [issuer.der, signer.der, Buffer.of(0)].map(base64),
        });
      expect(signedBy(plain)).to.equal("good");
      expect(signedBy(own)).to.equal("good");
      expect(signedBy(root.certificate)).to.match(/^no certificate at hand/);
    });
  });

  describe("says in a sentence why nothing could be judged", () => {
    for (const [what, content, complaint] of [
      ["an object", {}, /suite\.json is not a list\.$/],
      ["an empty list", [], /holds no test case\.$/],
      ["a case that is none", [7], /\[0\] is not an object\.$/],
      [
        "a case without a response",
        [{ cert: "", issuer: "" }],
        /\[0\] \(\[0\]\): ocspResponse is missing\.$/,
      ],
      [
        "a verdict that is none",
        [writtenCase({ expected: "SUCCESS" })],
        /\[0\] \(made\/case\): expected is not good or revoked/,
      ],
      ["a time that is none", [writtenCase({ time: "soon" })], /time is not ISO 8601\.$/],
      [
        "an age that is none",
        [writtenCase({ maxAgeSeconds: "1" })],
        /maxAgeSeconds is not a whole number\.$/,
      ],
    ] as const) {
      it(what, () => {
        const { code, complaints } = conform(content);
        expect(complaints).to.match(complaint);
        expect(code).to.equal(2);
      });
    }
  });

  describe("../shared/conformance/ocsp.json", () => {
    before(function () {
      if (existsSync(published)) return;
      console.log(`      There is no ${published}: its cases are not judged here.`);
      this.skip();
    });

    it("agrees in 55 of 55 cases", () => {
      const { code, output } = runWith(["--ocsp", published], exceptions);
      expect(output).to.match(/^all +55 +55 +0 +0 +0 /m);
      expect(code).to.equal(0);
    });
  });
});
