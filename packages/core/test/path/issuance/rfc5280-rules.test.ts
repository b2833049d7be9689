import { expect } from "chai";

import { authority, der, extensions, type KeyUsageName } from "@mtls-shield/testkit";

import { verifyChain } from "../../../src/path/verify-chain.ts";
import { createTrustSet } from "../../../src/path/trust-input.ts";
import { rfc5280Rules } from "../../../src/path/issuance/rfc5280-rules.ts";
import { directory, dns, otherName } from "../../general-names.ts";
import { commonNameOf } from "../../certificates.ts";
import { judgeChain, warningsOf } from "../judge-chain.ts";
import { issue, leafNames, outcomeOf, outcomesOf, without, type ChainChanges } from "./issuance.ts";
import { rfc5280Faults } from "./rfc5280-faults.ts";

const { extension, extensionOids } = extensions;
const critical = { critical: true };
const uri = (text: string) => der.primitive(6, Buffer.from(text));
const emptyName = der.sequence();

describe("the rules of RFC 5280 for issuers", () => {
  it("find nothing in a sound chain, in whichever profile", () => {
    const verified = "verified";
    expect(outcomesOf(issue({}))).to.deep.equal({
      default: verified,
      strict: verified,
      webpki: verified,
      spiffe: verified,
    });
  });

  for (const { what, code, at, changes, webpki, spiffe } of rfc5280Faults) {
    it(`remark ${code} by default, and refuse it where they are strict: ${what}`, () => {
      const [warned, refused] = [`verified, ${code} at ${at}`, `refused: ${code} at ${at}`];
      expect(outcomesOf(issue(changes))).to.deep.equal({
        default: warned,
        strict: refused,
        webpki: webpki === "warns" ? warned : refused,
        spiffe: spiffe === undefined ? warned : `refused: ${spiffe} at 0`,
      });
    });
  }

  it("have a case for each but the alternative names, whose forms follow", () => {
    const codes = new Set(rfc5280Rules.map(({ code }) => code));
    codes.delete("alternative-name-malformed");
    expect(new Set(rfc5280Faults.map(({ code }) => code))).to.deep.equal(codes);
  });

  for (const [what, changes] of [
    ["a serial number of 20 octets", { leaf: { serialNumber: (1n << 159n) - 1n } }],
    ["a serial number with a sign octet", { leaf: { serialNumber: 0x80n } }],
    ["a leaf without a subject key identifier", { leaf: without("subjectKeyIdentifier") }],
    ["a root without an authority key identifier", { root: without("authorityKeyIdentifier") }],
    ["a leaf without basic constraints", { leaf: without("basicConstraints") }],
    ["a notAfter after 2049", { leaf: { notAfter: Date.UTC(2051, 0, 1) } }],
    ["an empty subject beside a critical alternative name", { leaf: { subject: emptyName } }],
    [
      "critical name constraints of an authority, with a domain alone",
      {
        root: {
          moreExtensions: [extensions.nameConstraints({ permittedDnsNames: ["corp.example"] })],
        },
      },
    ],
    [
      "critical policy constraints and inhibitAnyPolicy",
      {
        intermediate: {
          moreExtensions: [
            extensions.policyConstraints({ requireExplicitPolicy: 5 }),
            extensions.inhibitAnyPolicy(5),
          ],
        },
      },
    ],
    [
      "a critical issuerAltName, which may be",
      {
        leaf: {
          moreExtensions: [extension("2.5.29.18", der.sequence(dns("a.example")), critical)],
        },
      },
    ],
  ] as readonly (readonly [string, ChainChanges])[]) {
    it(`have nothing against ${what}`, () => {
      expect(outcomeOf(issue(changes), "strict")).to.equal("verified");
    });
  }

  it("want an authority key identifier of an anchor that another authority issued", () => {
    const anchor = authority().intermediate(without("authorityKeyIdentifier"));
    const { leaf } = anchor.client(leafNames);
    const verdict = verifyChain({
      leaf: leaf.der,
      trust: createTrustSet({ anchors: anchor.certificate.der }),
      time: Date.now(),
      purpose: "client",
    });
    expect(warningsOf(verdict)).to.deep.equal(["authority-key-identifier-missing at 1"]);
  });

  it("want keyCertSign beside a path length, also of an authority that issues nothing here", () => {
    const leafWith = (...names: readonly KeyUsageName[]) =>
      issue({
        leaf: {
          extensions: {
            basicConstraints: extensions.basicConstraints({ ca: true, pathLength: 0 }),
            keyUsage: extensions.keyUsage("digitalSignature", ...names),
          },
        },
      });
    expect(outcomeOf(leafWith("keyCertSign"), "strict")).to.equal(
      "verified, certificate-is-ca at 0",
    );
    expect(outcomeOf(leafWith(), "strict")).to.equal("refused: authority-key-usage-missing at 0");
    expect(outcomeOf(leafWith(), "default")).to.equal(
      "verified, authority-key-usage-missing at 0, certificate-is-ca at 0",
    );
  });

  it("remark everything, the anchor's faults first, each certificate's in the order of the rules", () => {
    const chain = issue({
      root: { serialNumber: 0n, ...without("keyUsage") },
      intermediate: { serialNumber: 0n },
      leaf: { serialNumber: 1n << 200n, ...without("authorityKeyIdentifier") },
    });
    expect(outcomeOf(chain, "default")).to.equal(
      [
        "verified",
        "authority-key-usage-missing at 2",
        "serial-number-not-positive at 2",
        "serial-number-not-positive at 1",
        "authority-key-identifier-missing at 0",
        "serial-number-too-long at 0",
      ].join(", "),
    );
    expect(outcomeOf(chain, "strict")).to.equal("refused: authority-key-usage-missing at 2");
  });
});

describe("the syntax of alternative names", () => {
  const leafWith = (...names: readonly Uint8Array[]) =>
    issue({
      leaf: {
        extensions: {
          subjectAltName: extension(
            extensionOids.subjectAltName,
            der.sequence(dns(leafNames.dnsNames[0]), uri(leafNames.spiffeId), ...names),
          ),
        },
      },
    });
  const email = (text: string) => der.primitive(1, Buffer.from(text));
  const [label63, label64] = ["a".repeat(63), "a".repeat(64)];
  const longName = `${`${label63}.`.repeat(3)}${"a".repeat(61)}`;

  for (const [what, name] of Object.entries({
    "a host name": dns("a-b.example"),
    "a host name of one label": dns("localhost"),
    "a host name in punycode": dns("xn--bcher-kva.example"),
    "a label that is a number, not the last": dns("1.2.3.example"),
    "a label of 63 characters": dns(`${label63}.example`),
    "a name of 253 characters": dns(longName),
    "a wildcard": dns("*.b.example"),
    "a mailbox": email("a@b.example"),
    "a mailbox with odd characters": email("a+b=c'd@b.example"),
    "a URI": uri("https://a.example/"),
    "a URN": uri("urn:uuid:1"),
    "an IP address": der.primitive(7, der.bytes(192, 0, 2, 1)),
    "a directory name": directory(commonNameOf(der.utf8String("a"))),
    "another name": otherName("1.3.6.1.4.1.32473.5"),
  })) {
    it(`is right: ${what}`, () => {
      const chain = leafWith(name);
      expect(outcomeOf(chain, "default")).to.equal("verified");
      expect(outcomeOf(chain, "strict")).to.equal("verified");
    });
  }

  for (const [what, name, written] of [
    ["an underscore", dns("a_b.example"), "a_b.example"],
    ["an empty label", dns("a..example"), "a..example"],
    ["a period at the end", dns("a.example."), "a.example."],
    ["a period at the start", dns(".example"), ".example"],
    ["a hyphen at the start of a label", dns("-a.example"), "-a.example"],
    ["a hyphen at the end of a label", dns("a-.example"), "a-.example"],
    ["a label of 64 characters", dns(`${label64}.example`), `${label64}.example`],
    ["a name of 254 characters", dns(`${longName}a`), `${longName}a`],
    ["an IP address as a DNS name", dns("192.0.2.1"), "192.0.2.1"],
    ["a number at the end", dns("a.1"), "a.1"],
    ["a number alone", dns("1"), "1"],
    ["a wildcard alone", dns("*"), "*"],
    ["a wildcard above nothing", dns("*."), "*."],
    ["a wildcard within a label", dns("a*.b.example"), "a*.b.example"],
    ["a wildcard that is not leftmost", dns("a.*.example"), "a.*.example"],
    ["two wildcards", dns("*.*.example"), "*.*.example"],
    ["a URI as a DNS name", dns("https://a.example"), "https://a.example"],
    ["a mailbox without a host", email("a"), "a"],
    ["a mailbox that starts with @", email("@a.example"), "@a.example"],
    ["a mailbox with two @", email("a@b@c"), "a@b@c"],
    ["a URI without a scheme", uri("a.example/b"), "a.example/b"],
    ["a URI without anything after its scheme", uri("https:"), "https:"],
    ["a scheme that starts with a number", uri("1a:b"), "1a:b"],
  ] as const) {
    it(`is wrong: ${what}`, () => {
      const chain = leafWith(name);
      const verdict = judgeChain(chain);
      expect(warningsOf(verdict)).to.deep.equal(["alternative-name-malformed at 0"]);
      expect(verdict).to.have.nested.property("warnings[0].details.fault", written);
      expect(outcomeOf(chain, "strict")).to.equal("refused: alternative-name-malformed at 0");
      expect(outcomeOf(chain, "webpki")).to.equal("refused: alternative-name-malformed at 0");
    });
  }

  it("is asked of authorities as well", () => {
    const subjectAltName = extensions.subjectAltName({ dnsNames: ["a_b"] })!;
    expect(outcomeOf(issue({ root: { moreExtensions: [subjectAltName] } }), "strict")).to.equal(
      "refused: alternative-name-malformed at 2",
    );
  });
});
