import { expect } from "chai";
import fc from "fast-check";

import {
  authority,
  extensions,
  fakeClock,
  testKeyPair,
  type AuthorityChanges,
  type TestAuthority,
} from "@mtls-shield/testkit";

import { Budget } from "../../src/base/budget.ts";
import { defaultLimits, type Limits } from "../../src/base/limits.ts";
import { proposePaths } from "../../src/path/build-path.ts";
import { Dismissals } from "../../src/path/dismissals.ts";
import { findPath } from "../../src/path/find-path.ts";
import { SignatureChecks } from "../../src/path/signature-checks.ts";
import { validatePath } from "../../src/path/validate-path.ts";
import type { Certificate } from "../../src/x509/certificate.ts";
import { parsed } from "../certificates.ts";
import { clientContext, trustSet } from "./verify.ts";

const clock = fakeClock(Date.UTC(2030, 5, 15));
const now = clock();
const hourMs = 3_600_000;
const policy = "1.3.6.1.4.1.32473.1";

/** More than these few certificates can use up. */
const limits: Limits = {
  ...defaultLimits,
  pathDepth: 6,
  paths: 100_000,
  signatureChecks: 100_000,
};

/** Faults that refuse some paths over a certificate, and those that refuse all. */
const faults: Readonly<Record<string, AuthorityChanges>> = {
  none: {},
  expired: { notAfter: now - hourMs },
  "no-ca": { extensions: { basicConstraints: extensions.basicConstraints({ ca: false }) } },
  "path-length-0": { pathLength: 0 },
  "path-length-1": { pathLength: 1 },
  "other-names": {
    moreExtensions: [extensions.nameConstraints({ permittedDnsNames: ["other.example"] })],
  },
  "excluded-names": {
    moreExtensions: [extensions.nameConstraints({ excludedDnsNames: ["ca.example"] })],
  },
  server: { moreExtensions: [extensions.extendedKeyUsage("serverAuth")] },
  "needs-policy": {
    moreExtensions: [
      extensions.certificatePolicies(policy),
      extensions.policyConstraints({ requireExplicitPolicy: 0 }),
    ],
  },
  "other-policy": { moreExtensions: [extensions.certificatePolicies("1.3.6.1.4.1.32473.2")] },
  named: {
    moreExtensions: [extensions.subjectAltName({ dnsNames: ["a.ca.example"] })!],
  },
  forged: { raw: (sound) => ({ ...sound, alterSignature: (signature) => signature.fill(1) }) },
  "without-key-identifier": { extensions: { authorityKeyIdentifier: "absent" } },
};

const names = ["A", "B", "C"];
const keys = names.map(() => [testKeyPair("ecdsa-p256"), testKeyPair("ecdsa-p256")] as const);

/** Who issues: one of three names, with one of its two keys. */
const party = fc.record({ name: fc.nat({ max: 2 }), key: fc.nat({ max: 1 }) });

const link = fc.record({
  issuer: party,
  subject: party,
  fault: fc.constantFrom("none", "none", ...Object.keys(faults)),
});

type Party = { readonly name: number; readonly key: number };

const made = new Map<string, Certificate>();

/** An authority that only issues: its own certificate is not looked at. */
function issuerOf({ name, key }: Party): TestAuthority {
  return authority({ clock, commonName: names[name]!, keyPair: keys[name]![key]! });
}

/** Certificates are made once, since there are only a few hundred different ones. */
function certificateOf(issuer: Party, subject: Party, fault: string): Certificate {
  const id = JSON.stringify([issuer, subject, fault]);
  let certificate = made.get(id);
  if (certificate === undefined) {
    const issued = issuerOf(issuer).intermediate({
      commonName: names[subject.name]!,
      keyPair: keys[subject.name]![subject.key]!,
      ...faults[fault],
    });
    certificate = parsed(issued.certificate);
    made.set(id, certificate);
  }
  return certificate;
}

const leaf = parsed(
  issuerOf({ name: 0, key: 0 }).client({
    dnsNames: ["client.corp.example"],
    moreExtensions: [extensions.certificatePolicies(policy)],
  }).leaf,
);
describe("findPath, beside a search that learns nothing", function () {
  this.timeout(120_000);

  it("finds a path exactly where there is one", () => {
    let verified = 0;
    const roots = ["none", "path-length-1", "excluded-names"].map((fault) =>
      authority({ clock, commonName: "Root", ...faults[fault] }),
    );
    const entrances = roots.map((root) =>
      names.flatMap((commonName, name) =>
        keys[name]!.flatMap((keyPair) =>
          ["none", "expired", "path-length-0", "other-names", "named"].map((fault) =>
            parsed(root.intermediate({ commonName, keyPair, ...faults[fault] }).certificate),
          ),
        ),
      ),
    );
    const entrance = fc.nat({ max: entrances[0]!.length - 1 });
    fc.assert(
      fc.property(
        fc.array(link, { minLength: 0, maxLength: 7 }),
        fc.array(entrance, { minLength: 1, maxLength: 2 }),
        fc.nat({ max: roots.length - 1 }),
        (links, chosen, root) => {
          const presented = [
            ...links.map(({ issuer, subject, fault }) => certificateOf(issuer, subject, fault)),
            ...chosen.map((index) => entrances[root]![index]!),
          ];
          const trust = trustSet({ anchors: [roots[root]!.certificate] });
          const found = findPath(leaf, presented, trust, clientContext({ now }), limits);
          const exists = existsPath(presented, trust);
          expect(found.outcome === "verified").to.equal(exists);
          if (exists) verified++;
        },
      ),
      { seed: 5280, numRuns: 1_500 },
    );
    expect(verified).to.be.within(150, 1_350);
  });
});

/** Every path is proposed, and each is judged by itself. */
function existsPath(presented: readonly Certificate[], trust: ReturnType<typeof trustSet>) {
  const notes = { tooDeep: false, exhausted: false };
  for (const path of proposePaths(leaf, presented, trust, limits, notes, new Dismissals())) {
    const budget = new Budget(limits);
    const context = clientContext({ now });
    const signatures = new SignatureChecks(budget, context.legacy);
    if (validatePath(path, context, { budget, signatures }).outcome === "verified") return true;
  }
  return notes.exhausted;
}
