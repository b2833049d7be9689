import { expect } from "chai";

import {
  authority,
  certificateList,
  crlDistributionPoints,
  der,
  distinguishedName,
  extensions,
  testKeyPair,
  type CrlChanges,
  type CrlEntryChanges,
  type CrlPoint,
  type CrlScope,
  type LeafChanges,
  type TestAuthority,
  type TestCertificate,
  type TestCrl,
} from "@mtls-shield/testkit";

import { outcomeOf } from "./check-crls.ts";

/**
 * The scenarios of NIST PKITS 4.4, 4.5, 4.14 and 4.15, made anew, each under the number that it has there. As there, the
 * status of every certificate has to be known. What PKITS calls "undetermined" is `revocation-unknown` here.
 */
const accepted = "accepted";
const isRevoked = "certificate-revoked";
const isOnHold = "certificate-on-hold";
const undetermined = "revocation-unknown";

const root = authority();
const rootList = (changes: CrlChanges = {}) => certificateList(root.certificate, changes);

/** A CA below the root, a client below the CA. */
function hierarchy(leaf: LeafChanges = {}, name = "CA") {
  const ca = root.intermediate({ commonName: name });
  return { ca, ...ca.client(leaf) };
}

const pathOf = (...path: readonly TestCertificate[]) => [...path, root.certificate];
const nameOf = (commonName: string) => distinguishedName({ commonName });
const subjectOf = (one: TestCertificate) => one.parts.subject;

/** Flips a bit at the end: no key has made this signature. */
const badlySigned = (sound: Parameters<NonNullable<CrlChanges["raw"]>>[0]) => ({
  ...sound,
  alterSignature: (signature: Uint8Array) =>
    signature.map((octet, at) => (at === signature.length - 1 ? octet ^ 1 : octet)),
});

describe("createCrlCheck, PKITS 4.4: basic revocation", () => {
  const { ca, leaf } = hierarchy();
  const path = pathOf(leaf, ca.certificate);
  const caList = (changes: CrlChanges = {}, signer = ca.certificate) =>
    certificateList(signer, changes);
  const outcome = (...lists: readonly TestCrl[]) => outcomeOf({ lists }, path);

  it("4.4.1 refuses where there is no list of the CA", () => {
    expect(outcome(rootList())).to.equal(undetermined);
  });

  it("4.4.2 refuses a revoked CA", () => {
    expect(outcome(rootList({ revoked: [ca.certificate] }), caList())).to.equal(isRevoked);
  });

  it("4.4.3 refuses a revoked client", () => {
    expect(outcome(rootList(), caList({ revoked: [leaf] }))).to.equal(isRevoked);
    expect(outcome(rootList(), caList())).to.equal(accepted);
  });

  it("4.4.4 refuses where the list's signature is wrong", () => {
    expect(outcome(rootList(), caList({ raw: badlySigned }))).to.equal(undetermined);
  });

  it("4.4.5 refuses where the list has another issuer's name", () => {
    expect(outcome(rootList(), caList({ issuer: nameOf("Nobody") }))).to.equal(undetermined);
  });

  it("4.4.6 refuses where the list is another CA's", () => {
    const other = root.intermediate({ commonName: "Other" });
    expect(outcome(rootList(), caList({}, other.certificate))).to.equal(undetermined);
  });

  it("4.4.7 accepts with a good list beside a bad one, in either order", () => {
    const bad = caList({ raw: badlySigned, revoked: [leaf] });
    expect(outcome(rootList(), bad, caList())).to.equal(accepted);
    expect(outcome(rootList(), caList(), bad)).to.equal(accepted);
  });

  const unknownExtension = extensions.extension("1.3.6.1.4.1.32473.1", der.nullValue(), {
    critical: true,
  });

  it("4.4.8 refuses where an entry has an unknown critical extension", () => {
    const entry = { serialNumber: 5, moreExtensions: [unknownExtension] };
    expect(outcome(rootList(), caList({ revoked: [entry] }))).to.equal(undetermined);
  });

  it("4.4.9 and 4.4.10 refuse where the list has an unknown critical extension", () => {
    expect(outcome(rootList(), caList({ moreExtensions: [unknownExtension] }))).to.equal(
      undetermined,
    );
    const both = caList({ moreExtensions: [unknownExtension], revoked: [leaf] });
    expect(outcome(rootList(), both)).to.equal(undetermined);
  });

  it("4.4.11 and 4.4.12 refuse where nextUpdate is past, of this century or the last", () => {
    for (const nextUpdate of [Date.now() - 2_000, Date.UTC(1999, 0, 1)]) {
      const old = caList({ thisUpdate: Date.UTC(1998, 0, 1), nextUpdate });
      expect(outcome(rootList(), old)).to.equal(undetermined);
    }
  });

  it("4.4.13 accepts a nextUpdate in GeneralizedTime", () => {
    expect(outcome(rootList(), caList({ nextUpdate: Date.UTC(2051, 0, 1) }))).to.equal(accepted);
  });

  it("4.4.14 and 4.4.15 compare negative serial numbers as bytes", () => {
    const one = ca.client({ serialNumber: -1n }).leaf;
    const lists = [rootList(), caList({ revoked: [{ serialNumber: -1 }] })];
    expect(outcomeOf({ lists }, pathOf(one, ca.certificate))).to.equal(isRevoked);
    const other = ca.client({ serialNumber: 255n }).leaf;
    expect(outcomeOf({ lists }, pathOf(other, ca.certificate))).to.equal(accepted);
  });

  it("4.4.16 to 4.4.18 compare serial numbers of 20 octets whole", () => {
    const long = (1n << 158n) + 0x12n;
    const lists = [rootList(), caList({ revoked: [{ serialNumber: long }] })];
    const outcomeFor = (serialNumber: bigint) =>
      outcomeOf({ lists }, pathOf(ca.client({ serialNumber }).leaf, ca.certificate));
    expect(outcomeFor(long + 1n)).to.equal(accepted);
    expect(outcomeFor(long + (1n << 157n))).to.equal(accepted);
    expect(outcomeFor(long)).to.equal(isRevoked);
  });

  describe("with separate keys for certificates and CRLs", () => {
    const certKey = root.intermediate({
      commonName: "Separate",
      extensions: { keyUsage: extensions.keyUsage("keyCertSign") },
    });
    const crlKey = root.intermediate({
      commonName: "Separate",
      extensions: { keyUsage: extensions.keyUsage("cRLSign"), basicConstraints: "absent" },
    }).certificate;
    const client = certKey.client().leaf;
    const separate = (changes: CrlChanges, ofRoot: CrlChanges = {}) =>
      outcomeOf(
        { lists: [rootList(ofRoot), certificateList(crlKey, changes)], signers: [crlKey] },
        pathOf(client, certKey.certificate),
      );

    it("4.4.19 accepts the CRL key, whose certificate is in the pool", () => {
      expect(separate({})).to.equal(accepted);
    });

    it("4.4.20 refuses a client that the CRL key's list revokes", () => {
      expect(separate({ revoked: [client] })).to.equal(isRevoked);
    });

    it("4.4.21 refuses where the CRL key's own certificate is revoked", () => {
      expect(separate({}, { revoked: [crlKey] })).to.equal(undetermined);
    });

    it("refuses a list that the certificate key signed without cRLSign", () => {
      const lists = [rootList(), certificateList(certKey.certificate)];
      expect(outcomeOf({ lists }, pathOf(client, certKey.certificate))).to.equal(undetermined);
    });
  });
});

describe("createCrlCheck, PKITS 4.5: self-issued certificates", () => {
  const place = { directoryNames: [nameOf("self-issued certificates")] };

  /** A CA with its first key, and a certificate of its own for another key of it. */
  function rollover(
    extra: readonly Uint8Array[] = [],
    usage = extensions.keyUsage("keyCertSign", "cRLSign"),
  ) {
    const first = root.intermediate({ commonName: "Rollover" });
    const second = first.intermediate({
      subject: subjectOf(first.certificate),
      keyPair: testKeyPair("ecdsa-p256"),
      moreExtensions: extra,
      extensions: { keyUsage: usage },
    });
    return { first, second };
  }

  it("4.5.1 and 4.5.2 judge the old key's clients by the new key's list", () => {
    // The new key has the root's certificate, the old one is certified by the new.
    const { first: fresh, second: old } = rollover();
    const good = old.client().leaf;
    const bad = old.client().leaf;
    const lists = [rootList(), certificateList(fresh.certificate, { revoked: [bad] })];
    const outcome = (leaf: TestCertificate) =>
      outcomeOf({ lists }, pathOf(leaf, old.certificate, fresh.certificate));
    expect([outcome(good), outcome(bad)]).to.deep.equal([accepted, isRevoked]);
  });

  it("4.5.3 to 4.5.5 judge by the new key's list, the new key being certified by the old", () => {
    const { first: old, second: fresh } = rollover([crlDistributionPoints(place)]);
    const clients = { new: fresh.client().leaf, old: old.client().leaf, bad: old.client().leaf };
    const lists = [
      rootList(),
      certificateList(fresh.certificate, { revoked: [clients.bad] }),
      certificateList(old.certificate, { scope: place }),
    ];
    const setup = { lists, signers: [fresh.certificate, old.certificate] };
    const below = (leaf: TestCertificate) => outcomeOf(setup, pathOf(leaf, old.certificate));
    expect(outcomeOf(setup, pathOf(clients.new, fresh.certificate, old.certificate))).to.equal(
      accepted,
    );
    expect([below(clients.old), below(clients.bad)]).to.deep.equal([accepted, isRevoked]);
  });

  it("4.5.6 and 4.5.7 judge by the list of a self-issued CRL key, which a list of its own covers", () => {
    const { first: ca, second: crlKey } = rollover(
      [crlDistributionPoints(place)],
      extensions.keyUsage("cRLSign"),
    );
    const good = ca.client().leaf;
    const bad = ca.client().leaf;
    const lists = (ofKey: CrlChanges = {}) => [
      rootList(),
      certificateList(crlKey.certificate, { revoked: [bad] }),
      certificateList(ca.certificate, { scope: place, ...ofKey }),
    ];
    const outcome = (leaf: TestCertificate, ofKey?: CrlChanges) =>
      outcomeOf(
        { lists: lists(ofKey), signers: [crlKey.certificate, ca.certificate] },
        pathOf(leaf, ca.certificate),
      );
    expect([outcome(good), outcome(bad)]).to.deep.equal([accepted, isRevoked]);
    expect(outcome(good, { revoked: [crlKey.certificate] })).to.equal(undetermined);
  });
});

describe("createCrlCheck, PKITS 4.14: distribution points", () => {
  const caName = "Points CA";
  const relative = (text: string) => [der.sequence(der.oid("2.5.4.3"), der.utf8String(text))];
  const below = (text: string) =>
    der.sequence(
      der.contentOf(nameOf(caName)),
      der.set(der.sequence(der.oid("2.5.4.3"), der.utf8String(text))),
    );

  /** What comes of a client with these distribution points and one list of this scope. */
  function outcome(points: readonly CrlPoint[], scope?: CrlScope, revokes = false): string {
    const { ca, leaf } = hierarchy(
      points.length === 0 ? {} : { moreExtensions: [crlDistributionPoints(...points)] },
      caName,
    );
    const list = certificateList(ca.certificate, {
      ...(scope === undefined ? {} : { scope }),
      revoked: revokes ? [leaf] : [],
    });
    return outcomeOf({ lists: [rootList(), list] }, pathOf(leaf, ca.certificate));
  }

  const here = { directoryNames: [nameOf("here")] };
  const there = { directoryNames: [nameOf("there")] };

  it("4.14.1 to 4.14.3 want one name to be that of the list's scope", () => {
    expect(outcome([here], here)).to.equal(accepted);
    expect(outcome([here], here, true)).to.equal(isRevoked);
    expect(outcome([there], here)).to.equal(undetermined);
  });

  it("4.14.4 to 4.14.8 resolve relative names against the list's issuer", () => {
    expect(outcome([{ relative: relative("x") }], { relative: relative("x") })).to.equal(accepted);
    expect(outcome([{ relative: relative("x") }], { directoryNames: [below("x")] })).to.equal(
      accepted,
    );
    expect(outcome([{ relative: relative("x") }], { directoryNames: [below("x")] }, true)).to.equal(
      isRevoked,
    );
    expect(outcome([{ directoryNames: [below("x")] }], { relative: relative("x") })).to.equal(
      accepted,
    );
    expect(outcome([{ relative: relative("y") }], { relative: relative("x") })).to.equal(
      undetermined,
    );
  });

  it("4.14.9 wants a name for a list with a scope, also of certificates without points", () => {
    expect(outcome([], here)).to.equal(undetermined);
    expect(outcome([], { directoryNames: [nameOf(caName)] })).to.equal(accepted);
  });

  it("4.14.10 accepts a list without a scope for any distribution point", () => {
    expect(outcome([here])).to.equal(accepted);
  });

  it("4.14.11 to 4.14.14 keep to what lists are for: users, authorities, attribute certificates", () => {
    const { ca, leaf } = hierarchy();
    const outcomeWith = (ofRoot: CrlScope, ofCa: CrlScope) =>
      outcomeOf(
        { lists: [rootList({ scope: ofRoot }), certificateList(ca.certificate, { scope: ofCa })] },
        pathOf(leaf, ca.certificate),
      );
    expect(outcomeWith({ onlyAuthorities: true }, { onlyUsers: true })).to.equal(accepted);
    expect(outcomeWith({ onlyUsers: true }, {})).to.equal(undetermined);
    expect(outcomeWith({}, { onlyAuthorities: true })).to.equal(undetermined);
    expect(outcomeWith({}, { onlyAttributes: true })).to.equal(undetermined);
  });

  describe("onlySomeReasons", () => {
    const some = ["keyCompromise", "cACompromise"] as const;
    const others = [
      "affiliationChanged",
      "superseded",
      "cessationOfOperation",
      "certificateHold",
      "privilegeWithdrawn",
      "aACompromise",
    ] as const;
    const { ca, leaf } = hierarchy({
      moreExtensions: [
        crlDistributionPoints({ ...here, reasons: some }, { ...there, reasons: others }),
      ],
    });

    /** Two lists by reasons, in two places or everywhere. */
    const outcomeWith = (
      revoked: { readonly some?: CrlEntryChanges; readonly others?: CrlEntryChanges },
      places: readonly [CrlScope, CrlScope] = [{}, {}],
    ) =>
      outcomeOf(
        {
          lists: [
            rootList(),
            certificateList(ca.certificate, {
              scope: { ...places[0], onlyReasons: some },
              revoked: revoked.some === undefined ? [] : [revoked.some],
            }),
            certificateList(ca.certificate, {
              scope: { ...places[1], onlyReasons: others },
              revoked: revoked.others === undefined ? [] : [revoked.others],
            }),
          ],
        },
        pathOf(leaf, ca.certificate),
      );

    it("4.14.15 and 4.14.16 refuse what either list revokes, a hold included", () => {
      const entry = { certificate: leaf };
      expect(outcomeWith({ some: { ...entry, reason: "keyCompromise" } })).to.equal(isRevoked);
      expect(outcomeWith({ others: { ...entry, reason: "certificateHold" } })).to.equal(isOnHold);
    });

    it("4.14.17 refuses where lists together do not cover every reason", () => {
      const lists = [
        rootList(),
        certificateList(ca.certificate, { scope: { onlyReasons: some } }),
        certificateList(ca.certificate, { scope: { onlyReasons: others.slice(1) } }),
      ];
      expect(outcomeOf({ lists }, pathOf(leaf, ca.certificate))).to.equal(undetermined);
    });

    it("4.14.18 accepts two lists that cover every reason together", () => {
      expect(outcomeWith({})).to.equal(accepted);
    });

    it("4.14.19 to 4.14.21 accept them at two distribution points, and refuse what either revokes", () => {
      const places = [here, there] as const;
      const entry = { certificate: leaf };
      expect(outcomeWith({}, places)).to.equal(accepted);
      expect(outcomeWith({ some: { ...entry, reason: "keyCompromise" } }, places)).to.equal(
        isRevoked,
      );
      expect(outcomeWith({ others: { ...entry, reason: "affiliationChanged" } }, places)).to.equal(
        isRevoked,
      );
    });

    it("does not count reasons that the distribution point leaves out", () => {
      // Each list is for the other's reasons at its place, so nothing is covered.
      expect(outcomeWith({}, [there, here])).to.equal(undetermined);
    });
  });

  describe("indirect lists", () => {
    const signer = root.intermediate({ commonName: "Signing CA" });
    const signerName = subjectOf(signer.certificate);
    const elsewhere = { crlIssuers: [signerName] };

    /** A client whose CA leaves its lists to the signing CA, at a distribution point of that kind. */
    const delegating = (point: CrlPoint = elsewhere, leaf: LeafChanges = {}) =>
      hierarchy({ ...leaf, moreExtensions: [crlDistributionPoints(point)] }, "Delegating CA");

    const judge = (
      { ca, leaf }: { readonly ca: TestAuthority; readonly leaf: TestCertificate },
      changes: CrlChanges,
    ) =>
      outcomeOf(
        {
          lists: [
            rootList(),
            certificateList(signer.certificate, { scope: { indirect: true }, ...changes }),
          ],
          signers: [signer.certificate],
        },
        pathOf(leaf, ca.certificate),
      );

    it("4.14.22 and 4.14.23 judge the signing CA's own clients, whose entries come first or name it", () => {
      const own = (leaf: TestCertificate, revoked: readonly CrlEntryChanges[]) =>
        judge({ ca: signer, leaf }, { revoked });
      const { leaf } = signer.client({ serialNumber: 77n });
      const other = { serialNumber: 1, certificateIssuer: nameOf("Delegating CA") };
      expect(own(leaf, [])).to.equal(accepted);
      expect(own(leaf, [{ serialNumber: 77 }])).to.equal(isRevoked);
      expect(own(leaf, [other, { serialNumber: 77 }])).to.equal(accepted);
      const named = { serialNumber: 77, certificateIssuer: signerName };
      expect(own(leaf, [other, named])).to.equal(isRevoked);
    });

    it("4.14.24 and 4.14.25 accept another CA's client that no entry of its own issuer names", () => {
      expect(judge(delegating(), {})).to.equal(accepted);
      const sameNumber = { serialNumber: 77, certificateIssuer: nameOf("Third CA") };
      const made = delegating(elsewhere, { serialNumber: 77n });
      expect(judge(made, { revoked: [{ serialNumber: 77 }, sameNumber] })).to.equal(accepted);
    });

    it("4.14.26 refuses a client whose distribution point does not name the indirect list's signer", () => {
      expect(judge(hierarchy({}, "Delegating CA"), {})).to.equal(undetermined);
    });

    it("4.14.27 refuses where the distribution point names somebody else as the signer", () => {
      expect(judge(delegating({ crlIssuers: [nameOf("Somebody")] }), {})).to.equal(undetermined);
    });

    it("4.14.28 and 4.14.29 accept a signer that is no CA, at a full or a relative name", () => {
      const crlKey = root.client({
        commonName: "CRL signer",
        extensions: { keyUsage: extensions.keyUsage("cRLSign"), extendedKeyUsage: "absent" },
      }).leaf;
      const crlIssuers = [subjectOf(crlKey)];
      const full = der.sequence(
        der.contentOf(subjectOf(crlKey)),
        der.set(der.sequence(der.oid("2.5.4.3"), der.utf8String("x"))),
      );
      const points: readonly (readonly [CrlPoint, CrlScope])[] = [
        [{ crlIssuers, ...here }, here],
        [{ crlIssuers, relative: relative("x") }, { directoryNames: [full] }],
        [{ crlIssuers, relative: relative("x") }, { relative: relative("x") }],
        [{ crlIssuers }, { directoryNames: crlIssuers }],
      ];
      for (const [point, scope] of points) {
        const { ca, leaf } = delegating(point);
        const list = certificateList(crlKey, { scope: { ...scope, indirect: true } });
        const setup = { lists: [rootList(), list], signers: [crlKey] };
        expect(outcomeOf(setup, pathOf(leaf, ca.certificate))).to.equal(accepted);
      }
    });

    it("4.14.30 accepts a signer whose status is told only by the list that it signs", () => {
      const { ca, leaf } = delegating({ crlIssuers: [nameOf("Circular")] });
      const crlKey = ca.client({
        commonName: "Circular",
        moreExtensions: [crlDistributionPoints({ crlIssuers: [nameOf("Circular")] })],
        extensions: { keyUsage: extensions.keyUsage("cRLSign") },
      }).leaf;
      const list = certificateList(crlKey, { scope: { indirect: true } });
      const setup = { lists: [rootList(), list], signers: [crlKey, ca.certificate] };
      expect(outcomeOf(setup, pathOf(leaf, ca.certificate))).to.equal(accepted);
    });

    it("4.14.31 to 4.14.34 tell issuers of one list apart", () => {
      const a = delegating(elsewhere, { serialNumber: 5n });
      const revoked = (...issuers: readonly string[]) =>
        issuers.map((name) => ({ serialNumber: 5, certificateIssuer: nameOf(name) }));
      expect(judge(a, { revoked: revoked("Delegating CA") })).to.equal(isRevoked);
      expect(judge(a, { revoked: revoked("B", "Delegating CA", "C") })).to.equal(isRevoked);
      expect(judge(a, { revoked: revoked("B", "C") })).to.equal(accepted);
      const sticky = [...revoked("Delegating CA"), { serialNumber: 6 }];
      const six = delegating(elsewhere, { serialNumber: 6n });
      expect(judge(six, { revoked: sticky })).to.equal(isRevoked);
    });

    it("4.14.35 refuses where the names of point and scope differ", () => {
      const scope = { ...there, indirect: true };
      expect(judge(delegating({ ...here, ...elsewhere }), { scope })).to.equal(undetermined);
    });

    it("refuses another's list that does not say that it is indirect", () => {
      expect(judge(delegating(), { scope: {} })).to.equal(undetermined);
    });
  });
});

describe("createCrlCheck, PKITS 4.15: delta lists", () => {
  const { ca, leaf } = hierarchy();
  const list = (changes: CrlChanges) => certificateList(ca.certificate, changes);
  const outcome = (...lists: readonly TestCrl[]) =>
    outcomeOf({ lists: [rootList(), ...lists] }, pathOf(leaf, ca.certificate));
  const on = (reason: CrlEntryChanges["reason"]) => ({
    revoked: [{ certificate: leaf, ...(reason === undefined ? {} : { reason }) }],
  });
  const base = { crlNumber: 10 };
  const delta = { crlNumber: 11, baseCrlNumber: 10 };

  it("4.15.1 refuses where there is a delta and no complete list", () => {
    expect(outcome(list(delta))).to.equal(undetermined);
  });

  it("4.15.2 accepts a client that is on neither", () => {
    expect(outcome(list(base), list(delta))).to.equal(accepted);
  });

  it("4.15.3 refuses a client that the complete list revokes", () => {
    expect(outcome(list({ ...base, ...on("keyCompromise") }), list(delta))).to.equal(isRevoked);
  });

  it("4.15.4 refuses a client that the delta revokes", () => {
    expect(outcome(list(base), list({ ...delta, ...on("keyCompromise") }))).to.equal(isRevoked);
  });

  it("4.15.5 accepts a client whose hold the delta ends", () => {
    const held = list({ ...base, ...on("certificateHold") });
    expect(outcome(held)).to.equal(isOnHold);
    expect(outcome(held, list({ ...delta, ...on("removeFromCRL") }))).to.equal(accepted);
  });

  it("4.15.6 refuses a client that was on hold, and that the delta revokes", () => {
    const held = list({ ...base, ...on("certificateHold") });
    expect(outcome(held, list({ ...delta, ...on("keyCompromise") }))).to.equal(isRevoked);
  });

  it("4.15.7 accepts a client whose hold began and ended after the complete list", () => {
    expect(outcome(list(base), list({ ...delta, ...on("removeFromCRL") }))).to.equal(accepted);
  });

  it("4.15.8 and 4.15.9 combine a delta that starts before the complete list", () => {
    const early = { crlNumber: 12, baseCrlNumber: 5 };
    expect(outcome(list(base), list(early))).to.equal(accepted);
    expect(outcome(list(base), list({ ...early, ...on("superseded") }))).to.equal(isRevoked);
  });

  it("4.15.10 refuses an expired complete list that the delta does not reach back to", () => {
    const expired = { ...base, nextUpdate: Date.now() - 1_000 };
    expect(outcome(list(expired), list({ crlNumber: 12, baseCrlNumber: 11 }))).to.equal(
      undetermined,
    );
    expect(outcome(list(expired), list(delta))).to.equal(accepted);
  });
});
