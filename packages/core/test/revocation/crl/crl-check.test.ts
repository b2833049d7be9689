import { expect } from "chai";

import {
  asVersion1,
  authority,
  certificateList,
  crlDistributionPoints,
  der,
  distinguishedName,
  extensions,
  freshestCrl,
  requireTool,
  runOpenssl,
  testKeyPair,
  type CrlChanges,
  type CrlPoint,
  type RawCrlParts,
  type TestCertificate,
  type TestCrl,
} from "@mtls-shield/testkit";

import { createCrlCheck } from "../../../src/revocation/crl/crl-check.ts";
import { noLegacy } from "../../../src/x509/signature.ts";
import { bestCpuMs } from "../../cpu-time.ts";
import { parsed } from "../../certificates.ts";
import { crlCheck, outcomeOf, refusalOf, type CrlSetup } from "./check-crls.ts";
import { parsedList } from "../parsed-list.ts";

const accepted = "accepted";
const isRevoked = "certificate-revoked";
const isOnHold = "certificate-on-hold";
const unknown = "revocation-unknown";

const now = Date.UTC(2030, 0, 1);
const root = authority({ clock: () => now });
const rootName = root.certificate.parts.subject;
const nameOf = (commonName: string) => distinguishedName({ commonName });
const { leaf } = root.client({ serialNumber: 0x1234n });
const path = [leaf, root.certificate];

const listBy = (signer: TestCertificate, changes: CrlChanges = {}) =>
  certificateList(signer, { now, ...changes });
const rootList = (changes: CrlChanges = {}) => listBy(root.certificate, changes);

/** The outcome for the one client below the root. */
const outcome = (lists: readonly TestCrl[], setup: Partial<CrlSetup> = {}) =>
  outcomeOf({ now, lists, ...setup }, path);

/** A certificate under the root's own name that may sign lists, with a key of its own. */
const crlSigner = (issuer = root, usage: Uint8Array | "absent" = extensions.keyUsage("cRLSign")) =>
  issuer.client({
    subject: rootName,
    extensions: { keyUsage: usage, basicConstraints: "absent", subjectAltName: "absent" },
  }).leaf;

describe("createCrlCheck, modes", () => {
  const other = authority({ commonName: "Other Root", clock: () => now });

  it("lets pass, if lists need not cover it, a certificate whose issuer has no list", () => {
    const lists = [listBy(other.certificate, { revoked: [leaf] })];
    expect(outcome(lists, { mode: "if-covered" })).to.equal(accepted);
    expect(outcome([], { mode: "if-covered" })).to.equal(accepted);
    expect(outcome(lists, { mode: "required" })).to.equal(unknown);
    expect(outcome([], { mode: "required" })).to.equal(unknown);
  });

  const unusable: Record<string, CrlChanges> = {
    "is not valid yet": { thisUpdate: now + 1_000 },
    "has expired": { nextUpdate: now - 1_000 },
    "has no number": { extensions: { crlNumber: "absent" } },
    "has a critical number": {
      extensions: {
        crlNumber: extensions.extension("2.5.29.20", der.integer(1), { critical: true }),
      },
    },
    "names two signature algorithms": {
      raw: (sound) => ({ ...sound, outerSignatureAlgorithm: der.sequence(der.oid("1.3.101.112")) }),
    },
    "is signed with an unknown algorithm": {
      raw: (sound) => ({
        ...sound,
        innerSignatureAlgorithm: der.sequence(der.oid("1.3.6.1.4.1.32473.2")),
      }),
    },
    "is for authorities only": { scope: { onlyAuthorities: true } },
    "is for another place": { scope: { uris: ["http://a.example/other.crl"] } },
    "is a delta": { baseCrlNumber: 1, crlNumber: 2 },
    "names certificate issuers without being indirect": {
      revoked: [{ serialNumber: 5, certificateIssuer: rootName }],
    },
  };
  for (const [defect, changes] of Object.entries(unusable)) {
    for (const mode of ["if-covered", "required"] as const) {
      it(`refuses (${mode}) where the only list of the issuer ${defect}`, () => {
        expect(outcome([rootList(changes)], { mode })).to.equal(unknown);
        expect(outcome([rootList(changes), rootList()], { mode })).to.equal(accepted);
      });
    }
  }

  it("refuses at once what a usable list revokes, even if it does not cover every reason", () => {
    const partial = rootList({ scope: { onlyReasons: ["keyCompromise"] }, revoked: [leaf] });
    expect(outcome([partial])).to.equal(isRevoked);
    expect(outcome([rootList(), partial])).to.equal(isRevoked);
    expect(outcome([partial, rootList()])).to.equal(isRevoked);
  });

  it("refuses what either of two current lists revokes, whichever comes first", () => {
    const lists = [rootList({ crlNumber: 2 }), rootList({ crlNumber: 1, revoked: [leaf] })];
    expect(outcome(lists)).to.equal(isRevoked);
    expect(outcome([...lists].reverse())).to.equal(isRevoked);
  });

  it("takes the issuer's name without regard to case and spaces, as in paths", () => {
    const issuer = nameOf("TEST  root");
    expect(outcome([rootList({ issuer, revoked: [leaf] })])).to.equal(isRevoked);
  });

  it("never judges the anchor itself, whatever a list says of it", () => {
    const lists = [rootList({ revoked: [root.certificate] })];
    expect(outcome(lists)).to.equal(accepted);
  });

  it("judges every certificate below the anchor, and names the one that is revoked", () => {
    const ca = root.intermediate();
    const client = ca.client().leaf;
    const whole = [client, ca.certificate, root.certificate];
    const lists = [rootList({ revoked: [ca.certificate] }), listBy(ca.certificate)];
    expect(refusalOf({ now, lists }, whole)).to.include({ code: isRevoked, certificateIndex: 1 });
    const below = [rootList(), listBy(ca.certificate, { revoked: [client] })];
    expect(refusalOf({ now, lists: below }, whole)).to.include({
      code: isRevoked,
      certificateIndex: 0,
    });
  });
});

describe("createCrlCheck, what it tells", () => {
  it("tells serial number, reason, date and list of a revocation, and a hold from the rest", () => {
    const lists = [rootList({ revoked: [{ certificate: leaf, reason: "certificateHold" }] })];
    expect(refusalOf({ now, lists }, path)).to.deep.equal({
      outcome: "refused",
      code: isOnHold,
      certificateIndex: 0,
      details: {
        serialNumber: "1234",
        reason: "certificateHold",
        revokedAt: "2029-12-31T22:00:00.000Z",
        crlIssuer: "CN=Test Root",
      },
    });
    expect(outcome([rootList({ revoked: [leaf] })])).to.equal(isRevoked);
  });

  it("tells why the status is unknown", () => {
    const problem = (...lists: readonly TestCrl[]) =>
      refusalOf({ now, lists }, path).details?.["problem"];
    expect(problem()).to.equal("there is no list for the certificate");
    expect(problem(rootList({ nextUpdate: now - 1_000 }))).to.equal("the list has expired");
    expect(problem(rootList({ scope: { onlyReasons: ["superseded"] } }))).to.equal(
      "the lists do not speak of every reason to revoke",
    );
    expect(problem(rootList({ scope: { onlyReasons: [] } }))).to.equal(
      "there is no list for the certificate",
    );
  });

  it("holds until the second of the earliest nextUpdate of the lists that it relied on is over", () => {
    const ca = root.intermediate();
    const client = ca.client().leaf;
    const lists = [
      rootList({ nextUpdate: now + 9_000 }),
      listBy(ca.certificate, { nextUpdate: now + 5_000 }),
      listBy(ca.certificate, { nextUpdate: now + 2_000, scope: { onlyAuthorities: true } }),
    ];
    const whole = [client, ca.certificate, root.certificate];
    expect(crlCheck({ now, lists })(whole)).to.deep.equal({
      outcome: "accepted",
      until: now + 6_000,
    });
    expect(crlCheck({ now, lists: [], mode: "if-covered" })(whole)).to.deep.equal({
      outcome: "accepted",
    });
  });

  it("takes a list from thisUpdate to nextUpdate, both seconds included", () => {
    const lists = [rootList({ thisUpdate: now, nextUpdate: now + 5_000 })];
    const at = (moment: number) => outcome(lists, { now: moment });
    expect([at(now - 1), at(now), at(now + 5_999), at(now + 6_000)]).to.deep.equal([
      unknown,
      accepted,
      accepted,
      unknown,
    ]);
  });
});

describe("createCrlCheck, versions and entries", () => {
  it("relies on lists of version 1, which RFC 5280 section 5 demands", () => {
    expect(outcome([rootList({ raw: asVersion1 })])).to.equal(accepted);
    expect(outcome([rootList({ raw: asVersion1, revoked: [leaf] })])).to.equal(isRevoked);
  });

  it("refuses what is revoked from a later day on, or since before it was issued", () => {
    for (const revocationDate of [now + 86_400_000, Date.UTC(1990, 0, 1)]) {
      const revoked = [{ certificate: leaf, revocationDate }];
      expect(outcome([rootList({ revoked })])).to.equal(isRevoked);
    }
  });

  it("revokes by removeFromCRL in a complete list, where the reason has no meaning", () => {
    const revoked = [{ certificate: leaf, reason: "removeFromCRL" }] as const;
    expect(outcome([rootList({ revoked })])).to.equal(isRevoked);
  });

  it("refuses what any of several entries revokes, in complete lists and in deltas", () => {
    const twice = (first: "keyCompromise" | "removeFromCRL", second: typeof first) => [
      { certificate: leaf, reason: first },
      { certificate: leaf, reason: second },
    ];
    const delta = (revoked: NonNullable<CrlChanges["revoked"]>) =>
      rootList({ crlNumber: 2, baseCrlNumber: 1, revoked });
    for (const revoked of [
      twice("removeFromCRL", "keyCompromise"),
      twice("keyCompromise", "removeFromCRL"),
    ]) {
      expect(outcome([rootList({ revoked })])).to.equal(isRevoked);
      expect(outcome([rootList(), delta(revoked)])).to.equal(isRevoked);
    }
    expect(outcome([rootList(), delta(twice("removeFromCRL", "removeFromCRL"))])).to.equal(
      accepted,
    );
  });
});

describe("createCrlCheck, delta lists", () => {
  const held = rootList({
    crlNumber: 10,
    revoked: [{ certificate: leaf, reason: "certificateHold" }],
  });
  const release = (changes: CrlChanges = {}) =>
    rootList({
      crlNumber: 11,
      baseCrlNumber: 10,
      revoked: [{ certificate: leaf, reason: "removeFromCRL" }],
      ...changes,
    });

  it("holds until the second of the delta's nextUpdate is over", () => {
    const lists = [held, release({ nextUpdate: now + 3_000 })];
    expect(crlCheck({ now, lists })(path)).to.deep.include({ until: now + 4_000 });
  });

  const useless: Record<string, CrlChanges> = {
    "starts after the complete list": { baseCrlNumber: 11, crlNumber: 12 },
    "is older than the complete list": { baseCrlNumber: 1, crlNumber: 9 },
    "has the complete list's number": { baseCrlNumber: 1, crlNumber: 10 },
    "has no number": { extensions: { crlNumber: "absent" } },
    "is of another scope": { scope: { onlyUsers: true } },
    "names another key": { extensions: { authorityKeyIdentifier: "absent" } },
    "is not valid yet": { thisUpdate: now + 1_000 },
    "has expired": { nextUpdate: now - 1_000 },
    "holds an unknown critical extension": {
      moreExtensions: [extensions.extension("1.2.3", der.nullValue(), { critical: true })],
    },
    "is of another issuer": { issuer: nameOf("Another") },
    "has a broken signature": {
      raw: (sound: RawCrlParts) => ({
        ...sound,
        alterSignature: (signature) => signature.map((octet, at) => (at === 9 ? ~octet : octet)),
      }),
    },
  };
  for (const [defect, changes] of Object.entries(useless)) {
    it(`leaves aside a delta that ${defect}`, () => {
      expect(outcome([held, release(changes)])).to.equal(isOnHold);
    });
  }

  it("refuses a delta of another key under the same name and key identifier", () => {
    const signer = crlSigner();
    const aki = parsed(root.certificate).extensions.all.get(
      String.fromCharCode(0x55, 0x1d, 0x23),
    )!.value;
    const forged = listBy(signer, {
      crlNumber: 11,
      baseCrlNumber: 10,
      revoked: [{ certificate: leaf, reason: "removeFromCRL" }],
      extensions: { authorityKeyIdentifier: extensions.extension("2.5.29.35", aki) },
    });
    expect(outcome([held, forged], { signers: [signer] })).to.equal(isOnHold);
  });

  it("uses the latest of several deltas, also beside unusable later ones", () => {
    const again = { crlNumber: 12, revoked: [leaf] };
    expect(outcome([held, release(), release(again)])).to.equal(isRevoked);
    expect(outcome([held, release(again), release()])).to.equal(isRevoked);
    const moreExtensions = [extensions.extension("1.2.3", der.nullValue(), { critical: true })];
    expect(outcome([held, release({ ...again, moreExtensions }), release()])).to.equal(accepted);
    // What one adds that is not current counts on for whom it revokes.
    for (const dates of [{ thisUpdate: now + 1_000 }, { nextUpdate: now - 1_000 }]) {
      expect(outcome([held, release({ ...again, ...dates }), release()])).to.equal(isRevoked);
    }
  });

  it("uses a delta whether or not a certificate or a list says where the freshest is", () => {
    const place = freshestCrl({ uris: ["http://a.example/delta.crl"] });
    const complete = rootList({ crlNumber: 10, moreExtensions: [place] });
    expect(outcome([complete, release({ revoked: [leaf] })])).to.equal(isRevoked);
  });

  it("lets a sound delta keep an expired complete list in use, as both together are current (RFC 5280 5.2.4)", () => {
    const expired = rootList({ crlNumber: 10, nextUpdate: now - 1_000 });
    expect(outcome([expired, release()])).to.equal(accepted);
    expect(outcome([expired, release({ revoked: [leaf] })])).to.equal(isRevoked);
    expect(outcome([expired, release(useless["has a broken signature"])])).to.equal(unknown);
  });

  it("combines no delta with a list of version 1", () => {
    expect(outcome([rootList({ raw: asVersion1 }), release({ baseCrlNumber: 0 })])).to.equal(
      accepted,
    );
  });
});

describe("createCrlCheck, names of places", () => {
  const outcomeFor = (point: CrlPoint, place: CrlPoint) => {
    const client = root.client({ moreExtensions: [crlDistributionPoints(point)] }).leaf;
    return outcomeOf({ now, lists: [rootList({ scope: place })] }, [client, root.certificate]);
  };
  const dns = der.primitive(2, new TextEncoder().encode("a.example"));
  const address = der.primitive(7, der.bytes(10, 0, 0, 1));

  it("compares URIs octet by octet", () => {
    const uris = ["http://a.example/crls/shard.crl"];
    expect(outcomeFor({ uris: ["http://b.example/", ...uris] }, { uris })).to.equal(accepted);
    for (const odd of ["http://a.example/crls/%73hard.crl", "HTTP://a.example/crls/shard.crl"]) {
      expect(outcomeFor({ uris: [odd] }, { uris })).to.equal(unknown);
    }
  });

  it("compares names of one type only with their like", () => {
    const id = der.primitive(8, der.oidContent("1.2.3"));
    for (const name of [dns, address, id]) {
      expect(outcomeFor({ names: [name] }, { names: [name] })).to.equal(accepted);
    }
    const mail = der.primitive(1, new TextEncoder().encode("a.example"));
    expect(outcomeFor({ names: [dns] }, { names: [mail] })).to.equal(unknown);
    expect(outcomeFor({ names: [dns] }, { uris: ["a.example"] })).to.equal(unknown);
  });

  it("ignores CRL issuers that are no directory names", () => {
    const client = root.client({
      moreExtensions: [
        extensions.extension("2.5.29.31", der.sequence(der.sequence(der.constructed(2, dns)))),
      ],
    }).leaf;
    const lists = [rootList()];
    expect(outcomeOf({ now, lists }, [client, root.certificate])).to.equal(accepted);
    expect(outcomeOf({ now, lists: [] }, [client, root.certificate])).to.equal(unknown);
  });
});

describe("createCrlCheck, signers", () => {
  it("takes no list that a certificate of the path signed which is no known signer", () => {
    const thief = crlSigner();
    expect(outcomeOf({ now, lists: [listBy(thief)] }, [thief, root.certificate])).to.equal(unknown);
  });

  it("takes a signer's own list for its status as a signer, and only where no other list revokes it", () => {
    const signer = crlSigner();
    const own = listBy(signer);
    expect(outcome([own], { signers: [signer] })).to.equal(accepted);
    // As a client it vouches for nobody, itself included.
    const path = [signer, root.certificate];
    expect(outcomeOf({ now, lists: [own], signers: [signer] }, path)).to.equal(unknown);
    const revoking = rootList({ revoked: [{ certificate: signer }] });
    for (const lists of [
      [own, revoking],
      [revoking, own],
    ]) {
      expect(outcomeOf({ now, lists, signers: [signer] }, path)).to.equal("certificate-revoked");
    }
    // Nor does its list say anything of others, then.
    const others = listBy(signer, { revoked: [{ certificate: leaf }] });
    const setup = { now, lists: [others, revoking], signers: [signer] };
    expect(outcomeOf(setup, [leaf, root.certificate])).to.equal(accepted);
  });

  it("takes what a list revoked for revoked when newer ones are withheld, holds apart", () => {
    const signer = crlSigner();
    const expired = { thisUpdate: now - 7_200_000, nextUpdate: now - 3_600_000 };
    const judge = (revoked: CrlChanges["revoked"]) => {
      const lists = [rootList({ ...expired, ...(revoked && { revoked }) }), listBy(signer)];
      return outcomeOf({ now, lists, signers: [signer] }, [leaf, root.certificate]);
    };
    expect(judge(undefined)).to.equal(accepted);
    expect(judge([{ certificate: leaf }])).to.equal("certificate-revoked");
    expect(judge([{ certificate: leaf, reason: "certificateHold" }])).to.equal(accepted);
    expect(judge([{ certificate: signer }])).to.equal(unknown);
  });

  it("takes no list of a certificate that states no usage and is no authority", () => {
    const nobody = crlSigner(root, "absent");
    const verifySigner = () => true;
    expect(outcome([listBy(nobody)], { signers: [nobody], verifySigner })).to.equal(unknown);
    const someCa = root.intermediate({
      subject: rootName,
      extensions: { keyUsage: "absent" },
    }).certificate;
    expect(outcome([listBy(someCa)], { signers: [someCa], verifySigner })).to.equal(accepted);
  });

  it("takes an anchor's list where the anchor states no usage, and none where it states others", () => {
    const outcomeUnder = (usage: Uint8Array | "absent", raw = {}) => {
      const anchor = authority({ clock: () => now, extensions: { keyUsage: usage, ...raw } });
      const client = anchor.client().leaf;
      const lists = [listBy(anchor.certificate)];
      return outcomeOf({ now, lists }, [client, anchor.certificate]);
    };
    expect(outcomeUnder("absent")).to.equal(accepted);
    expect(outcomeUnder("absent", { basicConstraints: "absent" })).to.equal(accepted);
    expect(outcomeUnder(extensions.keyUsage("keyCertSign"))).to.equal(unknown);
    expect(outcomeUnder(extensions.keyUsage("cRLSign"))).to.equal(accepted);
  });

  it("takes no list of a signer whose path leads to another anchor", () => {
    const impostor = authority({ subject: rootName, clock: () => now });
    const signer = crlSigner(impostor);
    const signers = [signer, impostor.certificate];
    expect(outcome([listBy(signer)], { signers })).to.equal(unknown);
    expect(outcome([listBy(impostor.certificate)], { signers })).to.equal(unknown);
  });

  it("asks the injected check about the signer and the anchor of the path, once for all lists", () => {
    const signer = crlSigner();
    const calls: string[] = [];
    const check = crlCheck({
      now,
      lists: [listBy(signer), listBy(signer, { crlNumber: 2 })],
      signers: [signer],
      verifySigner: (one, anchor) => calls.push(`${one.subject.text} ${anchor.fingerprint}`) > 0,
    });
    expect([check(path).outcome, check(path).outcome]).to.deep.equal([accepted, accepted]);
    expect(calls).to.deep.equal([`CN=Test Root ${root.certificate.fingerprint}`]);
  });

  it("remembers that a signer has no path", () => {
    const signer = crlSigner();
    let calls = 0;
    const check = crlCheck({
      now,
      lists: [listBy(signer), listBy(signer, { crlNumber: 2 })],
      signers: [signer],
      verifySigner: () => ++calls < 0,
    });
    expect([check(path).outcome, check(path).outcome, calls]).to.deep.equal([
      "refused",
      "refused",
      1,
    ]);
  });

  it("does not ask for the path of a certificate whose key did not sign the list", () => {
    const bystander = crlSigner();
    const verifySigner = () => {
      throw new Error("asked");
    };
    const setup = { signers: [bystander], verifySigner };
    expect(outcome([listBy(crlSigner())], setup)).to.equal(unknown);
  });

  it("does not recurse for ever where signers vouch for each other", () => {
    const keys = [crlSigner(), crlSigner(), crlSigner()];
    // Every certificate of this issuer, the signers' own included, is judged by lists that the signers sign.
    const lists = keys.map((key, at) => listBy(key, { crlNumber: at + 1 }));
    let deepest = 0;
    let depth = 0;
    const check = createCrlCheck({
      now,
      lists: lists.map(parsedList),
      mode: "required",
      signers: keys.map(parsed),
      legacy: noLegacy,
      verifySigner: (signer, anchor) => {
        deepest = Math.max(deepest, ++depth);
        const verdict = check([signer, anchor]);
        depth--;
        return verdict.outcome === "accepted";
      },
    });
    expect(check([parsed(leaf), parsed(root.certificate)]).outcome).to.equal("accepted");
    expect(deepest).to.be.at.most(keys.length);
  });

  it("does not remember a refusal that only holds while another signer is being verified", () => {
    // The first has somebody else's word for it; the second is judged by the first's list, once that may be relied on.
    const [first, second] = [crlSigner(), crlSigner()];
    const seen: string[] = [];
    const check = createCrlCheck({
      now,
      lists: [listBy(first, { crlNumber: 1 }), listBy(second, { crlNumber: 2 })].map(parsedList),
      mode: "required",
      signers: [first, second].map(parsed),
      legacy: noLegacy,
      verifySigner: (signer, anchor) => {
        const own = signer.fingerprint === first.fingerprint ? "first" : "second";
        seen.push(own);
        const { outcome: found } = check([signer, anchor]);
        return own === "first" || found === "accepted";
      },
    });
    expect(check([parsed(leaf), parsed(root.certificate)]).outcome).to.equal("accepted");
    expect(seen).to.deep.equal(["first", "second", "second"]);
  });

  it("prefers the signer that the key identifier points to, and takes others all the same", () => {
    const many = Array.from({ length: 9 }, () => crlSigner());
    const last = many.at(-1)!;
    const verifySigner = () => true;
    const setup = { signers: many, verifySigner };
    expect(outcome([listBy(last)], setup)).to.equal(accepted);
    const misled = listBy(many[1]!, {
      extensions: {
        authorityKeyIdentifier: extensions.authorityKeyIdentifier(der.bytes(1, 2, 3)),
      },
    });
    expect(outcome([misled], setup)).to.equal(accepted);
    const silent = { extensions: { authorityKeyIdentifier: "absent" } } as const;
    expect(outcome([listBy(many[1]!, silent)], setup)).to.equal(accepted);
    const unnamed = root.client({
      subject: rootName,
      extensions: {
        keyUsage: extensions.keyUsage("cRLSign"),
        subjectKeyIdentifier: "absent",
        subjectAltName: "absent",
      },
    }).leaf;
    expect(outcome([listBy(unnamed)], { signers: [unnamed], verifySigner })).to.equal(accepted);
  });

  it("accepts weak signatures only where the operator says so", () => {
    const ca = authority({ clock: () => now, keyAlgorithm: "rsa-2048" });
    const client = ca.client().leaf;
    const lists = [listBy(ca.certificate, { signatureScheme: "rsa-sha1" })];
    const whole = [client, ca.certificate];
    expect(outcomeOf({ now, lists }, whole)).to.equal(unknown);
    expect(outcomeOf({ now, lists, legacy: new Set(["sha1"]) }, whole)).to.equal(accepted);
    expect(outcomeOf({ now, lists, legacy: new Set(["md5"]) }, whole)).to.equal(unknown);
  });

  it("keeps a verdict to the legacy algorithms that it was made under", () => {
    const ca = authority({ clock: () => now, keyAlgorithm: "rsa-2048" });
    const lists = [parsedList(listBy(ca.certificate, { signatureScheme: "rsa-sha1" }))];
    const outcomeUnder = (legacy: ReadonlySet<"sha1">) =>
      createCrlCheck({
        now,
        lists,
        mode: "required",
        signers: [],
        legacy,
        verifySigner: () => false,
      })([parsed(ca.client().leaf), parsed(ca.certificate)]).outcome;
    expect([outcomeUnder(new Set(["sha1"])), outcomeUnder(new Set())]).to.deep.equal([
      "accepted",
      "refused",
    ]);
  });
});

describe("createCrlCheck, limits", () => {
  it("refuses a certificate with more distribution points than it looks at", () => {
    const withPoints = (count: number) =>
      root.client({
        moreExtensions: [
          crlDistributionPoints(
            ...Array.from({ length: count }, (_, at) => ({ uris: [`http://a.example/${at}`] })),
          ),
        ],
      }).leaf;
    const lists = [rootList()];
    expect(outcomeOf({ now, lists }, [withPoints(64), root.certificate])).to.equal(accepted);
    const refusal = refusalOf({ now, lists, mode: "if-covered" }, [
      withPoints(65),
      root.certificate,
    ]);
    expect(refusal).to.include({ code: unknown });
    expect(refusal.details).to.include({
      problem: "the certificate names too many distribution points",
    });
  });

  it("tries no more than eight certificates of the pool for one list", () => {
    const keyPair = testKeyPair("ecdsa-p256");
    const usages = { keyUsage: extensions.keyUsage("cRLSign") };
    // Anybody may write certificates with the authority's name and the signer's public key.
    const copies = Array.from({ length: 40 }, () =>
      root.intermediate({ subject: rootName, keyPair, extensions: usages }),
    ).map(({ certificate }) => certificate);
    let asked = 0;
    const verifySigner = () => ++asked < 0;
    expect(outcome([listBy(copies[0]!)], { signers: copies, verifySigner })).to.equal(unknown);
    expect(asked).to.equal(8);
  });

  it("looks for no more than 32 paths to signers", () => {
    const keys = Array.from({ length: 5 }, () => testKeyPair("ecdsa-p256"));
    const extension = { keyUsage: extensions.keyUsage("cRLSign") };
    const signers = keys.flatMap((keyPair) =>
      Array.from({ length: 8 }, () =>
        root.intermediate({ subject: rootName, keyPair, extensions: extension }),
      ).map(({ certificate }) => certificate),
    );
    let asked = 0;
    const verifySigner = () => ++asked < 0;
    const lists = signers.filter((_, at) => at % 8 === 0).map((signer) => listBy(signer));
    expect(outcome(lists, { signers, verifySigner })).to.equal(unknown);
    expect(asked).to.equal(32);
  });

  it("checks no more than 100 signatures, and none twice", () => {
    const bad = Array.from({ length: 100 }, (_, at) =>
      rootList({
        crlNumber: at,
        raw: (sound) => ({ ...sound, alterSignature: () => der.bytes(1) }),
      }),
    );
    expect(outcome([...bad, rootList()])).to.equal(unknown);
    const setup = { now, lists: [...bad.slice(1), rootList()] };
    const check = crlCheck(setup);
    expect([check(path).outcome, check(path).outcome]).to.deep.equal([accepted, accepted]);
  });

  it("takes little time for certificates that are stuffed with distribution points and names", () => {
    const names = Array.from({ length: 4_000 }, (_, at) => ({ uris: [`u${at}`] }));
    const oneWithMany = { uris: names.map(({ uris: [uri] }) => uri!) };
    const attributes = Array.from({ length: 900 }, (_, at) =>
      der.sequence(der.oid("2.5.4.3"), der.utf8String(`${at}`)),
    );
    const lists = Array.from({ length: 500 }, (_, at) =>
      rootList({ crlNumber: at, scope: { uris: [`http://a.example/${at}`] } }),
    );
    const stuffed: readonly CrlPoint[][] = [
      names,
      [oneWithMany],
      [{ relative: attributes }],
      Array.from({ length: 64 }, () => ({ relative: attributes.slice(0, 14) })),
      [{ crlIssuers: Array.from({ length: 800 }, (_, at) => nameOf(`${at}`)) }],
    ];
    for (const points of stuffed) {
      const client = root.client({ moreExtensions: [crlDistributionPoints(...points)] }).leaf;
      const check = crlCheck({ now, lists });
      expect(bestCpuMs(() => check([client, root.certificate]))).to.be.below(200);
      expect(check([client, root.certificate])).to.include({ code: unknown });
    }
  });

  it("takes little time for an entry that names 2,500 issuers, before 1,200 with the certificate's serial number", () => {
    const others = Array.from({ length: 2_500 }, (_, at) => der.constructed(4, nameOf(`${at}`)));
    const naming = extensions.extension("2.5.29.29", der.sequence(...others), { critical: true });
    const following = Array.from({ length: 1_200 }, () => ({ certificate: leaf }));
    const list = rootList({
      scope: { indirect: true },
      revoked: [{ serialNumber: 1, moreExtensions: [naming] }, ...following],
    });
    const check = crlCheck({ now, lists: [list] });
    expect(bestCpuMs(() => check(path))).to.be.below(200);
    expect(check(path)).to.include({ outcome: accepted });
  });
});

describe("createCrlCheck and OpenSSL", () => {
  it("agrees with `openssl verify -crl_check_all` on good, revoked, held, expired and foreign lists", function () {
    requireTool(this, "openssl");
    const live = authority();
    const ca = live.intermediate();
    const client = ca.client().leaf;
    const other = live.intermediate({ commonName: "Other" });
    const ofRoot = certificateList(live.certificate);
    const ofCa = (changes: CrlChanges = {}) => certificateList(ca.certificate, changes);
    const past = Date.now() - 5_000;
    const cases: readonly (readonly TestCrl[])[] = [
      [ofRoot, ofCa()],
      [ofRoot, ofCa({ revoked: [client] })],
      [ofRoot, ofCa({ revoked: [{ certificate: client, reason: "certificateHold" }] })],
      [certificateList(live.certificate, { revoked: [ca.certificate] }), ofCa()],
      [ofRoot, ofCa({ nextUpdate: past })],
      [ofRoot, ofCa({ thisUpdate: Date.now() + 60_000 })],
      [ofRoot, certificateList(other.certificate, { issuer: ca.certificate.parts.subject })],
      [ofRoot, ofCa({ scope: { onlyUsers: true } })],
      [ofRoot, ofCa({ scope: { onlyAuthorities: true } })],
      [ofRoot, ofCa({ scope: { uris: ["http://a.example/"] } })],
      [ofRoot],
    ];
    for (const lists of cases) {
      const { status } = runOpenssl(
        ["verify", "-crl_check_all", "-extended_crl"].concat([
          "-CAfile",
          "root.pem",
          "-untrusted",
          "ca.pem",
          "-CRLfile",
          "lists.pem",
          "leaf.pem",
        ]),
        {
          files: {
            "root.pem": live.certificate.pem,
            "ca.pem": ca.certificate.pem,
            "leaf.pem": client.pem,
            "lists.pem": lists.map(({ pem }) => pem).join(""),
          },
        },
      );
      const own = outcomeOf({ lists }, [client, ca.certificate, live.certificate]);
      expect(own === accepted).to.equal(status === 0);
    }
  });
});
