import { expect } from "chai";

import {
  authority,
  extensions,
  fakeClock,
  testKeyPair,
  type AuthorityChanges,
  type TestCertificate,
} from "@mtls-shield/testkit";

import { Budget } from "../../src/base/budget.ts";
import { defaultLimits } from "../../src/base/limits.ts";
import { dismissRefused } from "../../src/path/dismiss-refused.ts";
import { Dismissals } from "../../src/path/dismissals.ts";
import { findPath, type PathSearch } from "../../src/path/find-path.ts";
import type { ValidationContext } from "../../src/path/validation-context.ts";
import type { CandidatePath } from "../../src/path/verified-path.ts";
import { reason } from "../../src/reasons/reason.ts";
import type { ReasonCode } from "../../src/reasons/reasons.ts";
import { parsed } from "../certificates.ts";
import { clientContext, trustSet } from "./verify.ts";

const clock = fakeClock(Date.UTC(2030, 5, 15));
const now = clock();
const dayMs = 24 * 3_600_000;
const policy = "1.3.6.1.4.1.32473.1";

const root = authority({ clock, commonName: "Root" });
const upperKey = testKeyPair("ecdsa-p256");
const lowerKey = testKeyPair("ecdsa-p256");

/** Of two certificates of one authority the one that ends later is tried first. */
const later = { notAfter: now + 900 * dayMs };

const upper = (changes: AuthorityChanges = {}) =>
  root.intermediate({ commonName: "Upper", keyPair: upperKey, ...changes });
const lower = (changes: AuthorityChanges = {}) =>
  upper().intermediate({ commonName: "Lower", keyPair: lowerKey, ...changes });

const policies = (...oids: readonly string[]) => ({
  moreExtensions: [extensions.certificatePolicies(...oids)],
});
const names = (...dnsNames: readonly string[]) => ({
  moreExtensions: [extensions.subjectAltName({ dnsNames })!],
});
const excluding = (name: string) => ({
  moreExtensions: [extensions.nameConstraints({ excludedDnsNames: [name] })],
});

const client = lower().client({ dnsNames: ["a.example"], ...policies(policy) }).leaf;

function search(
  presented: readonly { readonly certificate: TestCertificate }[],
  changes: Partial<ValidationContext> = {},
  leaf = client,
): PathSearch {
  return findPath(
    parsed(leaf),
    presented.map(({ certificate }) => parsed(certificate)),
    trustSet({ anchors: [root.certificate] }),
    clientContext({ now, ...changes }),
    defaultLimits,
  );
}

describe("what a refused path teaches the search", () => {
  /** That the first path is refused with this code, and that the second is found all the same. */
  function expectFoundAfter(
    code: ReasonCode,
    first: Parameters<typeof search>[0],
    others: Parameters<typeof search>[0],
    changes: Partial<ValidationContext> = {},
    leaf = client,
  ): void {
    const alone = search(first, changes, leaf);
    expect(alone.outcome === "refused" && alone.tried[0]?.reason.code).to.equal(code);
    expect(search([...first, ...others], changes, leaf).outcome).to.equal("verified");
  }

  it("hides no namesake of the issuer, whose key has signed (signature-invalid)", () => {
    const silent = { subjectKeyIdentifier: "absent" } as const;
    const wrong = upper().intermediate({ commonName: "Lower", extensions: silent, ...later });
    const right = lower({ extensions: silent });
    expectFoundAfter("signature-invalid", [upper(), wrong], [right]);
  });

  it("hides no namesake of the issuer, whose key has signed (issuer-unknown)", () => {
    const wrong = upper().intermediate({ commonName: "Lower", ...later });
    const otherId = extensions.subjectKeyIdentifier(Uint8Array.of(1, 2, 3));
    const right = lower({ extensions: { subjectKeyIdentifier: otherId } });
    expectFoundAfter("issuer-unknown", [upper(), wrong], [right]);
  });

  it("hides no other way over an authority that was one too many (path-length-exceeded)", () => {
    const strict = upper({ pathLength: 0, ...later });
    expectFoundAfter("path-length-exceeded", [strict, lower()], [upper()]);
  });

  it("hides no way over the authority that allows no more, either (path-length-exceeded)", () => {
    const strict = root.intermediate({ commonName: "Upper", keyPair: upperKey, pathLength: 1 });
    const middle = upper().intermediate({ commonName: "Middle" });
    const long = middle.intermediate({ commonName: "Lower", keyPair: lowerKey, ...later });
    // Without a key identifier it is tried last, although it is nearer to the anchor.
    const short = lower({ extensions: { subjectKeyIdentifier: "absent" } });
    expectFoundAfter("path-length-exceeded", [strict, middle, long], [short]);
  });

  it("hides no way without a constraint on names (name-constraints-violated)", () => {
    const strict = upper({ ...excluding("a.example"), ...later });
    expectFoundAfter("name-constraints-violated", [strict, lower()], [upper()]);
  });

  it("hides no other certificate under a constraint that only an authority's name breaks", () => {
    const strict = upper(excluding("ca.example"));
    const named = lower({ ...names("ca.example"), ...later });
    expectFoundAfter("name-constraints-violated", [strict, named], [lower()]);
  });

  it("hides no other constraint over an authority's name", () => {
    const strict = upper({ ...excluding("ca.example"), ...later });
    const named = lower(names("ca.example"));
    expectFoundAfter("name-constraints-violated", [strict, named], [upper()]);
  });

  it("hides no other way with the same certificates where policies are missing", () => {
    const strict = upper({ ...policies("1.3.6.1.4.1.32473.2"), ...later });
    const asked = {
      policies: {
        ...clientContext().policies,
        requireExplicitPolicy: true,
      },
    };
    expectFoundAfter(
      "policy-missing",
      [strict, lower(policies(policy))],
      [upper(policies(policy))],
      asked,
    );
  });

  it("hides no other way where a revocation is unknown", () => {
    const long = upper(later);
    const asked: string[] = [];
    const acceptPath: ValidationContext["acceptPath"] = ([, , certificate]) => {
      asked.push(certificate!.fingerprint);
      return certificate!.fingerprint === long.certificate.fingerprint
        ? { outcome: "refused", code: "revocation-unknown", certificateIndex: 0 }
        : { outcome: "accepted" };
    };
    expectFoundAfter("revocation-unknown", [long, lower()], [upper()], { acceptPath });
    expect(asked).to.have.length(3);
  });

  it("is that a certificate which is at fault by itself leads nowhere, whatever is above it", () => {
    const expired = lower({ notAfter: now - dayMs });
    const found = search([upper(later), upper(), upper({ pathLength: 3 }), expired]);
    expect(found.outcome === "refused" && found.tried).to.have.length(1);
  });

  it("is that the key of an issuer has not signed, in none of its certificates", () => {
    const silent = { extensions: { subjectKeyIdentifier: "absent" } } as const;
    const keyPair = testKeyPair("ecdsa-p256");
    const wrong = [later, {}, { pathLength: 2 }].map((changes) =>
      upper().intermediate({ commonName: "Lower", keyPair, ...silent, ...changes }),
    );
    const found = search([upper(), ...wrong]);
    expect(found.outcome === "refused" && found.tried).to.have.length(1);
  });

  it("is that an authority which excludes the leaf's name has no place in any path", () => {
    const strict = upper(excluding("a.example"));
    const found = search([strict, lower(later), lower(), lower({ pathLength: 3 })]);
    expect(found.outcome === "refused" && found.tried).to.have.length(1);
  });
});

describe("dismissRefused", () => {
  const path = [client, lower().certificate, upper().certificate, root.certificate].map(
    parsed,
  ) as unknown as CandidatePath;
  const [leaf, issuing, above, anchor] = path;

  /** What is no longer allowed after a refusal. */
  function learned(
    code: ReasonCode,
    certificateIndex?: number,
    nameComparisons = 1_000,
  ): Dismissals {
    const dismissals = new Dismissals();
    const budget = new Budget({ ...defaultLimits, nameComparisons });
    const why = reason(code, certificateIndex === undefined ? {} : { certificateIndex });
    dismissRefused(path, why, Infinity, budget, dismissals);
    return dismissals;
  }

  it("blames the leaf where the reason names no certificate", () => {
    expect(learned("certificate-expired").allows([leaf])).to.equal(false);
  });

  it("blames an anchor whose key is unsupported, which has no issuer in the path", () => {
    const dismissals = learned("key-unsupported", 3);
    expect(dismissals.allows([anchor!])).to.equal(false);
    expect(dismissals.allows([leaf, issuing, above!])).to.equal(true);
  });

  it("blames the two of a wrong signature, and neither alone", () => {
    const dismissals = learned("signature-invalid", 1);
    expect(dismissals.allows([leaf, issuing, above!])).to.equal(false);
    expect(dismissals.allows([leaf, issuing])).to.equal(true);
    expect(dismissals.allows([leaf, above!])).to.equal(true);
  });

  it("blames nobody where the path as a whole is at fault, or the search", () => {
    for (const code of [
      "policy-missing",
      "policy-mapping-invalid",
      "revocation-unknown",
      "path-search-limit",
      "name-comparison-limit",
    ] as const) {
      expect(learned(code, 0).count, code).to.equal(0);
    }
  });

  it("blames nobody for a name where the comparisons are spent or show nothing", () => {
    expect(learned("name-constraints-violated", 0).count).to.equal(0);
  });
});

describe("Dismissals", () => {
  const [a, b, c] = [client, lower().certificate, upper().certificate].map(parsed);

  it("allow everything at first", () => {
    const dismissals = new Dismissals();
    expect(dismissals.count).to.equal(0);
    expect(dismissals.allows([a!, b!, c!])).to.equal(true);
    expect(dismissals.allowsLink(a!, b!)).to.equal(true);
  });

  it("know a run wherever it is in a path, as neighbours and in this order only", () => {
    const dismissals = new Dismissals();
    dismissals.dismissRun([b!, c!]);
    expect(dismissals.count).to.equal(1);
    expect(dismissals.allows([a!, b!, c!])).to.equal(false);
    expect(dismissals.allows([b!, c!, a!])).to.equal(false);
    for (const sound of [[b!, a!, c!], [c!, b!], [c!], [a!, c!]]) {
      expect(dismissals.allows(sound)).to.equal(true);
    }
    expect(dismissals.allowsLink(b!, c!)).to.equal(false);
    expect(dismissals.allowsLink(a!, c!)).to.equal(true);
  });

  it("know several runs under one authority", () => {
    const dismissals = new Dismissals();
    dismissals.dismissRun([a!, c!]);
    dismissals.dismissRun([b!, c!]);
    expect(dismissals.allowsLink(a!, c!)).to.equal(false);
    expect(dismissals.allowsLink(b!, c!)).to.equal(false);
  });

  it("know a run that is longer than a path for no part of it", () => {
    const dismissals = new Dismissals();
    dismissals.dismissRun([a!, b!, c!]);
    expect(dismissals.allows([b!, c!])).to.equal(true);
    expect(dismissals.allowsLink(b!, c!)).to.equal(true);
    expect(dismissals.allows([a!, b!, c!])).to.equal(false);
  });

  it("know a key that has not signed in whichever certificate it is", () => {
    const dismissals = new Dismissals();
    dismissals.dismissLink(a!, b!);
    dismissals.dismissLink(a!, c!);
    expect(dismissals.count).to.equal(2);
    const twin = parsed(lower({ pathLength: 7 }).certificate);
    for (const issuer of [b!, c!, twin]) {
      expect(dismissals.allowsLink(a!, issuer)).to.equal(false);
      expect(dismissals.allows([a!, issuer])).to.equal(false);
    }
    expect(dismissals.allowsLink(c!, b!)).to.equal(true);
    expect(dismissals.allows([c!, b!])).to.equal(true);
  });
});
