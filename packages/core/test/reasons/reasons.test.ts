import { readFileSync } from "node:fs";

import { expect } from "chai";

import { renderReasons } from "../../scripts/write-reasons.ts";
import { reasonInfo, reasons, type ReasonCode } from "../../src/reasons/reasons.ts";

const codes = Object.keys(reasons) as ReasonCode[];

/** Codes that were published once: none may ever go, or change its category. */
const published: Readonly<Record<string, readonly string[]>> = {
  authentication: [
    ...["tls-required", "certificate-missing", "certificate-malformed", "certificate-too-large"],
    ...["too-many-certificates", "certificate-self-signed", "issuer-unknown", "chain-incomplete"],
    ...["path-search-limit", "path-too-deep", "signature-algorithm-mismatch"],
    ...["signature-algorithm-unsupported", "key-unsupported", "key-too-weak", "issuer-not-ca"],
    ...["issuer-key-usage-invalid", "path-length-exceeded", "critical-extension-unsupported"],
    ...["name-constraints-malformed", "name-constraints-unsupported", "name-constraints-violated"],
    ...["name-comparison-limit", "policy-mapping-invalid", "policy-missing", "signature-invalid"],
    ...["issuer-certificate-expired", "issuer-certificate-not-yet-valid", "key-usage-invalid"],
    ...["extended-key-usage-invalid", "certificate-expired", "certificate-not-yet-valid"],
    ...["certificate-revoked", "certificate-on-hold", "certificate-denied", "responder-unknown"],
    ...["peer-name-mismatch", "svid-invalid"],
  ],
  authorization: ["trust-set-mismatch", "client-not-allowed", "client-denied", "no-rule-matches"],
  request: ["target-ambiguous", "method-ambiguous", "host-ambiguous", "request-misdirected"],
  availability: ["revocation-unknown"],
  engine: [
    ...["certificate-not-requested", "trust-missing", "trust-hidden", "trust-unusable"],
    ...["trust-set-unnamed", "matcher-failed", "shield-missing", "engine-failed"],
  ],
  issuance: [
    ...["authority-key-identifier-missing", "subject-key-identifier-missing"],
    ...["authority-key-usage-missing", "key-cert-sign-without-ca", "certificate-version-1"],
    ...["certificate-is-ca", "extension-critical", "extension-not-critical"],
    ...["name-constraints-not-critical", "name-constraints-in-end-entity"],
    ...["name-constraint-leading-period", "alternative-name-malformed"],
    ...["serial-number-not-positive", "serial-number-too-long", "dates-not-canonical"],
    ...["web-pki-key", "web-pki-root", "web-pki-extended-key-usage", "web-pki-common-name"],
    ...["web-pki-alternative-name"],
  ],
};

describe("the reason table", () => {
  for (const [category, names] of Object.entries(published)) {
    it(`keeps every published code of the category ${category}`, () => {
      for (const name of names) {
        expect(codes, name).to.include(name);
        expect(reasonInfo(name as ReasonCode).category, name).to.equal(category);
      }
    });
  }

  it("spells codes in kebab-case", () => {
    for (const code of codes) expect(code).to.match(/^[a-z]+(-[a-z0-9]+)*$/);
  });

  it("has one sentence for each, safe to send, and a cure", () => {
    for (const code of codes) {
      const { summary, cure } = reasonInfo(code);
      expect(summary, code).to.match(/^[A-Z][^\n]*\.$/);
      expect(cure, code).to.match(/^[A-Z][^\n]*\.$/);
      expect(cure, code).to.not.equal(summary);
    }
  });

  it("has no sentence twice", () => {
    const sentences = codes.map((code) => reasonInfo(code).summary);
    expect(new Set(sentences).size).to.equal(sentences.length);
  });

  it("knows no code that its readers have not seen", () => {
    expect([...codes].sort()).to.deep.equal(Object.values(published).flat().sort());
  });

  it("ranks no verified client below an unverified one", () => {
    for (const code of codes) {
      const { category, rank } = reasonInfo(code);
      expect(rank, code).to.be.greaterThan(0);
      if (category === "authorization") expect(rank, code).to.be.at.least(90);
      if (category === "authentication") expect(rank, code).to.be.lessThan(90);
    }
  });

  it("ranks faults of issuance below a wrong signature, which tells more, and above a wrong path", () => {
    for (const code of codes) {
      const { category, rank } = reasonInfo(code);
      if (category !== "issuance") continue;
      expect(rank, code).to.be.lessThan(reasons["signature-invalid"].rank);
      expect(rank, code).to.be.greaterThan(reasons["policy-missing"].rank);
    }
  });
});

describe("REASONS.md", () => {
  it("is what packages/core/scripts/write-reasons.ts writes", () => {
    const file = readFileSync(new URL("../../REASONS.md", import.meta.url), "utf8");
    expect(file).to.equal(renderReasons());
  });

  it("names every reason with its sentence, its cure and its specification", () => {
    const text = renderReasons();
    for (const code of codes) {
      const { summary, cure, specification } = reasonInfo(code);
      for (const part of [`### ${code}\n`, summary, cure, specification ?? ""]) {
        expect(text, code).to.include(part);
      }
    }
  });
});
