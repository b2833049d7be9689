import { createHash } from "node:crypto";

import { expect } from "chai";

import {
  authority,
  brokenCertificates,
  extensions,
  fakeClock,
  soundChain,
  testKeyPair,
  type BrokenCertificateName,
  type TestAuthority,
  type TestCertificate,
} from "@mtls-shield/testkit";

import { profiles } from "../../src/path/profile.ts";
import { parsed } from "../certificates.ts";
import { outcomeOf, verify, verifyIssued } from "./verify.ts";

const clock = fakeClock(Date.UTC(2030, 5, 15));
const now = clock();
const hourMs = 3_600_000;

/** Broken certificates whose fault no certificate of the path has alone. */
const withoutIndex: readonly BrokenCertificateName[] = [
  "unknown-root",
  "missing-intermediate",
  "self-signed-leaf",
];

/** Broken certificates whose intermediate is at fault, beside those that say so in their names. */
const atIntermediate: readonly BrokenCertificateName[] = [
  "impostor-root",
  "name-constraints-malformed",
  "path-length-exceeded",
  "policy-mappings",
  "root-path-length-exceeded",
];

function expectedIndex(name: BrokenCertificateName): number | undefined {
  if (withoutIndex.includes(name)) return undefined;
  return name.includes("intermediate") || atIntermediate.includes(name) ? 1 : 0;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

describe("verifyClient", () => {
  it("verifies the sound chain, and returns its path from the client to the anchor", () => {
    const issued = soundChain({ clock });
    const verification = verifyIssued(issued, { now });
    expect(verification).to.include({ outcome: "verified", by: "path" });
    const path = verification.outcome === "verified" ? verification.path : [];
    expect(path.map(({ fingerprint }) => fingerprint)).to.deep.equal(
      [...issued.chain, issued.root].map(({ fingerprint }) => fingerprint),
    );
    expect(verification).to.deep.include({
      validFrom: parsed(issued.leaf).notBefore,
      validUntil: parsed(issued.leaf).notAfter + 1_000,
      warnings: [],
    });
  });

  it("remarks what was badly issued, in whichever certificate of the path", () => {
    const issued = authority({ clock, serialNumber: 0n }).client({
      extensions: { authorityKeyIdentifier: "absent" },
    });
    const verification = verifyIssued(issued, { now });
    if (verification.outcome === "refused") throw new Error(verification.reason.code);
    expect(
      verification.warnings.map(({ code, certificateIndex }) => [code, certificateIndex]),
    ).to.deep.equal([
      ["serial-number-not-positive", 1],
      ["authority-key-identifier-missing", 0],
    ]);
  });

  for (const { name, defect, expected, make } of Object.values(brokenCertificates).filter(
    (broken) => broken.expected !== "certificate-malformed",
  )) {
    it(`refuses with ${expected}, and names the certificate, when ${defect} (${name})`, () => {
      const verification = verifyIssued(make({ clock }), { now });
      if (verification.outcome === "verified") throw new Error("It was verified.");
      expect(verification.reason).to.include({
        code: expected,
        certificateIndex: expectedIndex(name),
      });
    });
  }

  for (const keyAlgorithm of [
    "rsa-2048",
    "rsa-3072",
    "ecdsa-p256",
    "ecdsa-p384",
    "ecdsa-p521",
    "ed25519",
    "ed448",
  ] as const) {
    it(`verifies a chain whose keys are all of ${keyAlgorithm}`, function () {
      this.timeout(60_000);
      const issued = authority({ keyAlgorithm })
        .intermediate({ keyAlgorithm })
        .client({ keyAlgorithm });
      expect(outcomeOf(verifyIssued(issued))).to.equal("verified");
    });
  }

  it("verifies RSASSA-PSS signatures", () => {
    const issued = authority({ keyAlgorithm: "rsa-2048" }).client({
      signatureScheme: "rsa-pss-sha256",
    });
    expect(outcomeOf(verifyIssued(issued))).to.equal("verified");
  });

  it("tells which issuer is unknown, and whose certificate is at fault", () => {
    const stranger = authority({ commonName: "Stranger" }).client();
    const unknown = verify(stranger.chain, { anchors: [authority().certificate] });
    expect(unknown).to.have.nested.property("reason.details.issuer", "CN=Stranger");
    const expired = verifyIssued(brokenCertificates["expired-intermediate"].make({ clock }), {
      now,
    });
    expect(expired).to.have.nested.property("reason.details.subject", "CN=Test Intermediate 1");
  });

  it("verifies nobody against an empty trust set", () => {
    expect(outcomeOf(verify(soundChain().chain, {}))).to.equal("issuer-unknown");
    const self = authority().certificate;
    expect(outcomeOf(verify([self], {}))).to.equal("certificate-self-signed");
  });

  it("needs clientAuth to be named when that is asked for", () => {
    const silent = authority().client({ extensions: { extendedKeyUsage: "absent" } });
    expect(outcomeOf(verifyIssued(silent))).to.equal("verified");
    expect(outcomeOf(verifyIssued(silent, { extendedKeyUsage: "required" }))).to.equal(
      "extended-key-usage-invalid",
    );
    const outspoken = authority().client();
    expect(outcomeOf(verifyIssued(outspoken, { extendedKeyUsage: "required" }))).to.equal(
      "verified",
    );
  });
});

describe("verifyClient, what a client sends", () => {
  it("does not trust a root that the client brings along", () => {
    const issued = soundChain();
    const namesake = authority().certificate;
    const sent = [...issued.chain, issued.root];
    expect(outcomeOf(verify(sent, { anchors: [namesake] }))).to.equal("issuer-unknown");
    const other = authority({ commonName: "Other Root" }).certificate;
    expect(outcomeOf(verify(sent, { anchors: [other] }))).to.equal("issuer-unknown");
    expect(outcomeOf(verify(sent, {}))).to.equal("issuer-unknown");
  });

  it("verifies when the client sends its root, too much, or in any order", () => {
    const issued = soundChain();
    const [leaf, intermediate] = issued.chain;
    const stray = authority({ commonName: "Stray" }).intermediate().certificate;
    const trust = { anchors: [issued.root] };
    expect(outcomeOf(verify([leaf!, intermediate!, issued.root], trust))).to.equal("verified");
    expect(outcomeOf(verify([leaf!, issued.root, stray, intermediate!], trust))).to.equal(
      "verified",
    );
    expect(outcomeOf(verify([leaf!, leaf!, intermediate!], trust))).to.equal("verified");
  });

  it("takes intermediates from the trust set when the client leaves them out", () => {
    const issued = soundChain();
    const [leaf, intermediate] = issued.chain;
    const trust = { anchors: [issued.root], intermediates: [intermediate!] };
    expect(outcomeOf(verify([leaf!], trust))).to.equal("verified");
  });

  it("does not trust an intermediate of the set by itself", () => {
    const issued = soundChain();
    const [leaf, intermediate] = issued.chain;
    expect(outcomeOf(verify([leaf!], { intermediates: [intermediate!] }))).to.equal(
      "issuer-unknown",
    );
  });

  it("trusts an intermediate that is an anchor, and nothing beside it", () => {
    const root = authority();
    const anchored = root.intermediate({ commonName: "Anchored" });
    const sibling = root.intermediate({ commonName: "Sibling" });
    const trust = { anchors: [anchored.certificate] };
    expect(outcomeOf(verify(anchored.client().chain, trust))).to.equal("verified");
    expect(outcomeOf(verify(sibling.client().chain, trust))).to.equal("issuer-unknown");
    expect(outcomeOf(verify(root.client().chain, trust))).to.equal("issuer-unknown");
  });

  it("verifies below an anchored intermediate although its own root has expired", () => {
    const root = authority({ clock, notAfter: now - hourMs });
    const anchored = root.intermediate();
    const verification = verify(
      anchored.client().chain,
      { anchors: [anchored.certificate] },
      { now },
    );
    expect(outcomeOf(verification)).to.equal("verified");
  });

  it("does not let a client issue for others, however sound its own certificate is", () => {
    const root = authority();
    const client = root.client({ commonName: "client" });
    const issuing: TestAuthority = authority({ commonName: "client", keyPair: client.leaf });
    const forged = issuing.client({ commonName: "admin" });
    const verification = verify([forged.leaf, client.leaf], { anchors: [root.certificate] });
    expect(verification).to.have.nested.property("reason.code", "issuer-not-ca");
    expect(verification).to.have.nested.property("reason.certificateIndex", 1);
  });

  it("does not take a client's own certificate for its issuer, even when it is an authority", () => {
    const root = authority();
    const intermediate = root.intermediate();
    expect(
      outcomeOf(
        verify([intermediate.certificate, intermediate.certificate], {
          anchors: [root.certificate],
          intermediates: [intermediate.certificate],
        }),
      ),
    ).to.equal("key-usage-invalid");
  });

  it("does not verify an anchor that is presented as a client", () => {
    const usages = {
      extensions: { keyUsage: extensions.keyUsage("digitalSignature", "keyCertSign") },
    };
    const root = authority(usages);
    const trust = { anchors: [root.certificate] };
    expect(outcomeOf(verify([root.certificate], trust))).to.equal("certificate-self-signed");
    expect(outcomeOf(verify([root.certificate, root.certificate], trust))).to.equal(
      "certificate-self-signed",
    );
    const twin = authority({ ...usages, keyPair: root.certificate });
    expect(
      outcomeOf(verify([root.certificate, twin.certificate], trust)),
      "with another certificate of the same key and name",
    ).to.equal("certificate-self-signed");
  });
});

describe("verifyClient, pinned clients", () => {
  const self = authority({ clock, commonName: "pinned" });
  const pinned = authority({ clock, commonName: "Issuer" }).client({ commonName: "pinned" }).leaf;
  const keyHash = (certificate: TestCertificate) =>
    sha256(certificate.publicKey.export({ type: "spki", format: "der" }));

  it("are verified by their own certificate, without a path", () => {
    const verification = verify([pinned], { pinned: [pinned.fingerprint] }, { now });
    expect(verification).to.include({ outcome: "verified", by: "pin" });
    expect(
      outcomeOf(verify([self.certificate], { pinned: [self.certificate.fingerprint] }, { now })),
    ).to.equal("verified");
  });

  it("are verified by their public key, also in a renewed certificate", () => {
    const renewed = authority({ clock }).client({ keyPair: pinned }).leaf;
    for (const one of [pinned, renewed]) {
      const verification = verify([one], { pinned: [keyHash(pinned)] }, { now });
      expect(verification).to.include({ outcome: "verified", by: "key-pin" });
    }
  });

  it("need their dates all the same", () => {
    const trust = { pinned: [pinned.fingerprint] };
    const { notAfter, notBefore } = parsed(pinned);
    const early = verify([pinned], trust, { now: notBefore - 1 });
    expect(early).to.have.nested.property("reason.code", "certificate-not-yet-valid");
    expect(early).to.have.nested.property("reason.certificateIndex", 0);
    expect(outcomeOf(verify([pinned], trust, { now: notAfter + 999 }))).to.equal("verified");
    expect(outcomeOf(verify([pinned], trust, { now: notAfter + 1_000 }))).to.equal(
      "certificate-expired",
    );
  });

  it("hold as long as their own certificate", () => {
    const { notBefore, notAfter } = parsed(pinned);
    expect(verify([pinned], { pinned: [pinned.fingerprint] }, { now })).to.include({
      validFrom: notBefore,
      validUntil: notAfter + 1_000,
    });
  });

  it("are accepted as they were issued, with a remark, whatever the profile", () => {
    const zero = authority({ clock }).client({ serialNumber: 0n }).leaf;
    for (const profile of profiles) {
      const verification = verify([zero], { pinned: [zero.fingerprint] }, { now, profile });
      if (verification.outcome === "refused") throw new Error(verification.reason.code);
      expect(verification.warnings.map(({ code }) => code)).to.deep.equal([
        "serial-number-not-positive",
      ]);
    }
  });

  it("make nobody else trusted: not whom they issue, not another certificate of the same name", () => {
    const trust = { pinned: [self.certificate.fingerprint] };
    expect(outcomeOf(verify(self.client().chain, trust, { now }))).to.equal("issuer-unknown");
    const namesake = authority({ clock, commonName: "pinned" }).certificate;
    expect(outcomeOf(verify([namesake], trust, { now }))).to.equal("certificate-self-signed");
  });

  it("are not verified by a pinned certificate that they only send along", () => {
    const stranger = authority({ clock }).client().leaf;
    const trust = { pinned: [pinned.fingerprint, keyHash(pinned)] };
    expect(outcomeOf(verify([stranger, pinned], trust, { now }))).to.equal("issuer-unknown");
  });

  it("stand beside anchors, whose clients need a path still", () => {
    const issued = soundChain({ clock });
    const trust = { anchors: [issued.root], pinned: [pinned.fingerprint] };
    const verification = verify(issued.chain, trust, { now });
    expect(verification).to.include({ outcome: "verified", by: "path" });
  });
});

describe("verifyClient, names of issuers", () => {
  it("finds the right one of several roots with the same name", () => {
    const roots = Array.from({ length: 5 }, () => authority({ commonName: "Same Root" }));
    const anchors = roots.map(({ certificate }) => certificate);
    for (const root of roots) {
      const verification = verify(root.client().chain, { anchors });
      expect(verification.outcome).to.equal("verified");
      const path = verification.outcome === "verified" ? verification.path : [];
      expect(path.at(-1)?.fingerprint).to.equal(root.certificate.fingerprint);
    }
  });

  it("finds it too when the certificates have no key identifiers", () => {
    const bare = {
      extensions: { subjectKeyIdentifier: "absent", authorityKeyIdentifier: "absent" },
    } as const;
    const roots = Array.from({ length: 5 }, () => authority({ commonName: "Same Root", ...bare }));
    const anchors = roots.map(({ certificate }) => certificate);
    for (const root of roots) {
      const issued = root.intermediate(bare).client(bare);
      expect(outcomeOf(verify(issued.chain, { anchors }))).to.equal("verified");
    }
  });

  it("finds it too when the key identifiers point to the wrong one", () => {
    const [right, wrong] = [
      authority({ commonName: "Same Root" }),
      authority({ commonName: "Same Root" }),
    ];
    const [wrongKeyId] = wrong.certificate.parts.extensions;
    const keyIdOfWrong = Buffer.from(wrongKeyId!).subarray(-20);
    const issued = right.client({
      extensions: { authorityKeyIdentifier: extensions.authorityKeyIdentifier(keyIdOfWrong) },
    });
    const anchors = [wrong.certificate, right.certificate];
    expect(outcomeOf(verify(issued.chain, { anchors }))).to.equal("verified");
    expect(outcomeOf(verify(issued.chain, { anchors: [wrong.certificate] }))).to.equal(
      "signature-invalid",
    );
  });

  it("does not confuse one key under two names", () => {
    const keyPair = testKeyPair("ecdsa-p256");
    const a = authority({ commonName: "Name A", keyPair });
    const b = authority({ commonName: "Name B", keyPair });
    const issued = a.client();
    expect(outcomeOf(verify(issued.chain, { anchors: [b.certificate] }))).to.equal(
      "issuer-unknown",
    );
    expect(outcomeOf(verify(issued.chain, { anchors: [b.certificate, a.certificate] }))).to.equal(
      "verified",
    );
  });
});

describe("verifyClient, cross-certificates", () => {
  const keyPair = testKeyPair("ecdsa-p256");
  const old = authority({ clock, commonName: "Old Root" });
  const fresh = authority({ clock, commonName: "New Root" });
  const viaOld = old.intermediate({ keyPair, commonName: "Issuing" });
  const viaFresh = fresh.intermediate({ keyPair, commonName: "Issuing" });
  const client = viaOld.client().leaf;
  const crossed = [client, viaOld.certificate, viaFresh.certificate];

  it("lead to whichever root is trusted", () => {
    for (const { certificate } of [old, fresh]) {
      expect(outcomeOf(verify(crossed, { anchors: [certificate] }, { now }))).to.equal("verified");
    }
  });

  it("lead around an authority that has expired", () => {
    const expired = old.intermediate({
      keyPair,
      commonName: "Issuing",
      notAfter: now - hourMs,
    }).certificate;
    const sent = [client, expired, viaFresh.certificate];
    const anchors = [old.certificate, fresh.certificate];
    expect(outcomeOf(verify(sent, { anchors }, { now }))).to.equal("verified");
  });

  it("lead over a bridge between two hierarchies", () => {
    const bridge = fresh.intermediate({ keyPair: old.certificate, commonName: "Old Root" });
    const sent = [client, viaOld.certificate, bridge.certificate];
    expect(outcomeOf(verify(sent, { anchors: [fresh.certificate] }, { now }))).to.equal("verified");
  });

  it("do not make two authorities that only vouch for each other trusted", () => {
    const a = testKeyPair("ecdsa-p256");
    const b = testKeyPair("ecdsa-p256");
    const over = (commonName: string, pair: typeof a) =>
      authority({ clock, commonName, keyPair: pair });
    const aByB = over("B", b).intermediate({ keyPair: a, commonName: "A" });
    const bByA = over("A", a).intermediate({ keyPair: b, commonName: "B" });
    const sent = [aByB.client().leaf, aByB.certificate, bByA.certificate];
    const verification = verify(sent, { anchors: [old.certificate] }, { now });
    expect(outcomeOf(verification)).to.equal("issuer-unknown");
  });
});

describe("verifyClient, the most useful reason", () => {
  it("is that of the path that came furthest", () => {
    const root = authority({ clock });
    const expired = root.client({ notAfter: now - hourMs });
    const namesake = authority({
      clock,
      extensions: { keyUsage: extensions.keyUsage("cRLSign") },
    });
    const anchors = [namesake.certificate, root.certificate];
    const verification = verify(expired.chain, { anchors }, { now });
    expect(outcomeOf(verification)).to.equal("certificate-expired");
  });

  it("does not turn into a search limit because the client sends what the trust set holds", () => {
    let issuing = authority({ clock });
    for (let level = 0; level < 7; level++) issuing = issuing.intermediate();
    const { chain, root } = issuing.client({ notAfter: now - hourMs });
    const trust = { anchors: [root], intermediates: chain.slice(1) };
    expect(outcomeOf(verify(chain, trust, { now }))).to.equal("certificate-expired");
  });
});
