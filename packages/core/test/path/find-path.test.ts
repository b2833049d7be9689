import { expect } from "chai";

import {
  authority,
  extensions,
  fakeClock,
  soundChain,
  testKeyPair,
  type TestCertificate,
} from "@mtls-shield/testkit";

import { defaultLimits, type Limits } from "../../src/base/limits.ts";
import { findPath, type PathSearch } from "../../src/path/find-path.ts";
import type { ValidationContext } from "../../src/path/validation-context.ts";
import { parsed } from "../certificates.ts";
import { clientContext, trustSet, type TrustParts } from "./verify.ts";

const clock = fakeClock(Date.UTC(2030, 5, 15));
const now = clock();
const hourMs = 3_600_000;

function search(
  [leaf, ...presented]: readonly TestCertificate[],
  trust: TrustParts,
  { limits, ...changes }: Partial<ValidationContext> & { readonly limits?: Partial<Limits> } = {},
): PathSearch {
  return findPath(
    parsed(leaf!),
    presented.map(parsed),
    trustSet(trust),
    clientContext({ now, ...changes }),
    { ...defaultLimits, ...limits },
  );
}

function codeOf(found: PathSearch): string {
  return found.outcome === "verified" ? "verified" : found.reason.code;
}

/** The codes of all paths that were tried, in order. */
function triedIn(found: PathSearch): readonly string[] {
  if (found.outcome === "verified") throw new Error("It was verified.");
  return found.tried.map(({ reason }) => reason.code);
}

describe("findPath", () => {
  const keyPair = testKeyPair("ecdsa-p256");
  const roots = ["A", "B", "C"].map((commonName) => authority({ clock, commonName }));
  const anchors = roots.map(({ certificate }) => certificate);
  /** Under each root the same authority, whose certificates differ in one respect. */
  const crossed = (...changes: readonly object[]) =>
    changes.map(
      (change, index) =>
        roots[index]!.intermediate({ keyPair, commonName: "Issuing", ...change }).certificate,
    );
  const issuing = roots[0]!.intermediate({ keyPair, commonName: "Issuing" });
  const client = issuing.client().leaf;
  const expired = { notAfter: now - hourMs };

  it("stops at the first path that holds", () => {
    const found = search([client, ...crossed({}, {}, {})], { anchors });
    expect(found.outcome === "verified" && found.path.at(-1)!.subject.text).to.equal("CN=A");
  });

  it("goes on where one does not", () => {
    const found = search([client, ...crossed(expired, expired, {})], { anchors });
    expect(found.outcome === "verified" && found.path.at(-1)!.subject.text).to.equal("CN=C");
  });

  it("goes on where names, policies, profile or signature refuse one", () => {
    for (const [fault, options] of [
      [{ moreExtensions: [extensions.nameConstraints({ permittedDnsNames: ["x.example"] })] }, {}],
      [{ moreExtensions: [extensions.policyConstraints({ requireExplicitPolicy: 0 })] }, {}],
      [{ serialNumber: 0n }, { profile: "strict" }],
      [{ raw: (sound: object) => ({ ...sound, alterSignature: () => new Uint8Array(70) }) }, {}],
    ] as const) {
      const named = issuing.client({ dnsNames: ["a.example"] }).leaf;
      const found = search([named, ...crossed(fault, {})], { anchors }, options);
      expect(found.outcome === "verified" && found.path.at(-1)!.subject.text).to.equal("CN=B");
      expect(codeOf(search([named, ...crossed(fault)], { anchors }, options))).to.not.equal(
        "verified",
      );
    }
  });

  it("tells the most useful reason, and every path", () => {
    const weak = { keyUsage: extensions.keyUsage("cRLSign") };
    const found = search([client, ...crossed({ extensions: weak }, expired)], { anchors });
    expect(codeOf(found)).to.equal("issuer-certificate-expired");
    expect(triedIn(found)).to.deep.equal([
      "issuer-key-usage-invalid",
      "issuer-certificate-expired",
    ]);
  });

  it("tells what it does not know when there is no path at all", () => {
    const unknown = search(soundChain({ clock }).chain, {});
    expect(codeOf(unknown)).to.equal("issuer-unknown");
    expect(unknown).to.have.nested.property("reason.details.issuer", "CN=Test Intermediate 1");
    expect(triedIn(unknown)).to.deep.equal([]);
    expect(codeOf(search([roots[0]!.certificate], {}))).to.equal("certificate-self-signed");
  });

  it("says that a path was too deep only where no other was tried", () => {
    const limits = { pathDepth: 1 };
    const bridge = roots[0]!.intermediate({ commonName: "B", keyPair: roots[1]!.certificate });
    const below = roots[1]!.intermediate({ keyPair, commonName: "Issuing" }).certificate;
    const alone = { anchors: [roots[0]!.certificate] };
    expect(codeOf(search([client, below, bridge.certificate], alone, { limits }))).to.equal(
      "path-too-deep",
    );
    const late = crossed(expired)[0]!;
    expect(codeOf(search([client, late, below, bridge.certificate], alone, { limits }))).to.equal(
      "issuer-certificate-expired",
    );
  });

  it("gives up when the paths are spent, and tells those that it tried", () => {
    const limits = { paths: 1 };
    const found = search([client, ...crossed(expired, expired)], { anchors }, { limits });
    expect(codeOf(found)).to.equal("path-search-limit");
    expect(triedIn(found)).to.deep.equal(["issuer-certificate-expired"]);
  });

  it("gives up when the signature checks are spent, and tries no other path", () => {
    const found = search(
      [client, ...crossed({}, {}, {})],
      { anchors },
      {
        limits: { signatureChecks: 1 },
      },
    );
    expect(triedIn(found)).to.deep.equal(["path-search-limit"]);
  });

  it("gives up when the name comparisons are spent, and tries no other path", () => {
    const constrained = {
      moreExtensions: [
        extensions.nameConstraints({ permittedDnsNames: ["a.example", "b.example"] }),
      ],
    };
    const named = issuing.client({ dnsNames: ["a.example"] }).leaf;
    const chain = [named, ...crossed(constrained, constrained, {})];
    const few = search(chain, { anchors }, { limits: { nameComparisons: 1 } });
    expect(triedIn(few)).to.deep.equal(["name-comparison-limit"]);
    expect(codeOf(few)).to.equal("name-comparison-limit");
    expect(codeOf(search(chain, { anchors }))).to.equal("verified");
  });

  it("gives up a search without an end, although it judged paths before", () => {
    // Everybody certifies everybody, and what no certificate is to blame for alone leaves all other paths to be tried.
    const demanding = authority({
      clock,
      moreExtensions: [extensions.policyConstraints({ requireExplicitPolicy: 0 })],
    });
    const members = Array.from({ length: 8 }, (_, index) =>
      demanding.intermediate({ commonName: `Member ${index}` }),
    );
    const mesh = members.flatMap((issuer) =>
      members
        .filter((subject) => subject !== issuer)
        .map(
          ({ certificate: keyPair, certificate: { parts } }) =>
            issuer.intermediate({ subject: parts.subject, keyPair }).certificate,
        ),
    );
    const own = members.map(({ certificate }) => certificate);
    const chain = [members[0]!.client().leaf, ...own, ...mesh];
    const limits = { paths: 10_000 };
    const found = search(chain, { anchors: [demanding.certificate] }, { limits });
    expect(codeOf(found)).to.equal("path-search-limit");
    expect(triedIn(found)).to.include("policy-missing");
  });

  it("tries no second path after a leaf that is refused whatever is above it", () => {
    const late = issuing.client(expired).leaf;
    expect(triedIn(search([late, ...crossed({}, {}, {})], { anchors }))).to.deep.equal([
      "certificate-expired",
    ]);
  });
});
