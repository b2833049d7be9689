import { generateKeyPairSync } from "node:crypto";

import { expect } from "chai";

import { authority, der, extensions } from "@mtls-shield/testkit";

import { webPkiRules } from "../../../src/path/issuance/web-pki-rules.ts";
import { createTrustSet } from "../../../src/path/trust-input.ts";
import { verifyChain } from "../../../src/path/verify-chain.ts";
import { dns, email, ip } from "../../general-names.ts";
import { codeOf, judgeChain } from "../judge-chain.ts";
import { issue, leafNames, outcomeOf, outcomesOf, without, type ChainChanges } from "./issuance.ts";
import { named, organization, usages, webPkiFaults, withModulusOf } from "./web-pki-faults.ts";

describe("the rules of the web PKI", () => {
  for (const { what, code, at, fault, changes } of webPkiFaults) {
    it(`refuse ${code} in the profile webpki, and nowhere else: ${what}`, () => {
      const chain = issue(changes);
      expect(outcomesOf(chain)).to.deep.equal({
        default: "verified",
        strict: "verified",
        webpki: `refused: ${code} at ${at}`,
        spiffe: "verified",
      });
      const verdict = judgeChain(chain, { profile: "webpki" });
      expect(verdict).to.have.nested.property("reason.details.fault", fault);
    });
  }

  it("refuse a leaf that is an authority, of which all others warn", () => {
    const leaf = { extensions: { basicConstraints: extensions.basicConstraints({ ca: true }) } };
    expect(outcomesOf(issue({ leaf }))).to.deep.equal({
      default: "verified, certificate-is-ca at 0",
      strict: "verified, certificate-is-ca at 0",
      webpki: "refused: certificate-is-ca at 0",
      spiffe: "refused: svid-invalid at 0",
    });
  });

  it("refuse a leaf without an alternative name", () => {
    const chain = issue({ leaf: { subject: organization, ...without("subjectAltName") } });
    expect(outcomesOf(chain)).to.deep.include({
      default: "verified",
      strict: "verified",
      webpki: "refused: web-pki-alternative-name at 0",
    });
  });

  it("have a case for each", () => {
    expect(new Set(["certificate-is-ca", ...webPkiFaults.map(({ code }) => code)])).to.deep.equal(
      new Set(webPkiRules.map(({ code }) => code)),
    );
  });

  for (const [what, changes] of [
    ["an RSA modulus of 2048 bits", withModulusOf(2_048)],
    ["an RSA modulus of 3072 bits", withModulusOf(3_072)],
    ["a root without an authority key identifier", { root: without("authorityKeyIdentifier") }],
    [
      "an intermediate with an extended key usage",
      { intermediate: { moreExtensions: [usages("clientAuth")] } },
    ],
    [
      "several extended key usages",
      { leaf: { extensions: { extendedKeyUsage: usages("clientAuth", "serverAuth") } } },
    ],
    ["no common name", named(organization, dns("a.example"))],
    ["a common name that is a DNS name", named("b.example", dns("a.example"), dns("b.example"))],
    ["a common name that is a wildcard", named("*.b.example", dns("*.b.example"))],
    ["a common name that is a mailbox", named("a@b.example", email("a@b.example"))],
    ["a common name that is a URI", named(leafNames.spiffeId)],
    ["a common name that is an IPv4 address", named("192.0.2.1", ip("c0000201"))],
    [
      "a common name that is an IPv6 address in its shortest form",
      named("2001:db8::1", ip("20010db8000000000000000000000001")),
    ],
    ["a host as the common name beside wildcards alone", named("a.b.example", dns("*.b.example"))],
    ["a host as the common name beside addresses alone", named("a.b.example", ip("c0000201"))],
    ["a wildcard below a domain", named(organization, dns("*.b.example"))],
    ["a critical alternative name without a subject", { leaf: { subject: der.sequence() } }],
  ] as readonly (readonly [string, ChainChanges])[]) {
    it(`have nothing against ${what}`, () => {
      expect(outcomeOf(issue(changes), "webpki")).to.equal("verified");
    });
  }

  it("ask whether a wildcard spans a public suffix, and of nothing else", () => {
    const asked: string[] = [];
    const isPublicSuffix = (domain: string) => {
      asked.push(domain);
      return domain === "co.uk";
    };
    const outcomeFor = (...names: readonly string[]) =>
      outcomeOf(issue(named(organization, ...names.map(dns))), "webpki", { isPublicSuffix });
    expect(outcomeFor("co.uk", "a.co.uk", "*.a.co.uk")).to.equal("verified");
    expect(asked).to.deep.equal(["a.co.uk"]);
    expect(outcomeFor("*.co.uk")).to.equal("refused: web-pki-alternative-name at 0");
  });

  it("ask it in no other profile", () => {
    const isPublicSuffix = () => {
      throw new Error("It was asked.");
    };
    const chain = issue(named(organization, dns("*.co.uk")));
    expect(outcomeOf(chain, "default", { isPublicSuffix })).to.equal("verified");
    expect(outcomeOf(chain, "strict", { isPublicSuffix })).to.equal("verified");
  });

  it("have nothing against the authority key identifier of an anchor that another authority issued", () => {
    const anchor = authority().intermediate();
    const { leaf } = anchor.client(leafNames);
    const verdict = verifyChain({
      leaf: leaf.der,
      trust: createTrustSet({ anchors: anchor.certificate.der }),
      time: Date.now(),
      purpose: "client",
      profile: "webpki",
    });
    expect(codeOf(verdict)).to.equal("verified");
  });

  it("refuse an uneven modulus of an authority that really signed", function () {
    this.timeout(60_000);
    const keyPair = generateKeyPairSync("rsa", { modulusLength: 2_050 });
    const outcomes = outcomesOf(issue({ intermediate: { keyPair } }));
    expect(outcomes).to.include({ default: "verified", webpki: "refused: web-pki-key at 1" });
  });
});
