import { expect } from "chai";

import {
  authority,
  der,
  extensions,
  testKeyPair,
  type TestAuthority,
  type TestCertificate,
} from "@mtls-shield/testkit";

import { defaultLimits, type Limits } from "../../src/base/limits.ts";
import { proposePaths, type SearchNotes } from "../../src/path/build-path.ts";
import { Dismissals } from "../../src/path/dismissals.ts";
import { commonNameOf, parsed } from "../certificates.ts";
import { trustSet, type TrustParts } from "./verify.ts";

/** The proposed paths, each as the names that the test gave its certificates, and what the search noted. */
function search(
  named: Readonly<Record<string, TestCertificate>>,
  [client, ...presented]: readonly string[],
  trust: TrustParts,
  limits: Partial<Limits> = {},
): SearchNotes & { readonly paths: readonly string[] } {
  const names = new Map(
    Object.entries(named).map(([name, { fingerprint }]) => [fingerprint, name]),
  );
  const notes: SearchNotes = { tooDeep: false, exhausted: false };
  const read = (name: string) => parsed(named[name]!);
  const found = proposePaths(
    read(client!),
    presented.map(read),
    trustSet(trust),
    { ...defaultLimits, ...limits },
    notes,
    new Dismissals(),
  );
  const paths = [...found].map((path) =>
    path.map(({ fingerprint }) => names.get(fingerprint)).join(" "),
  );
  return { paths, ...notes };
}

const nothingNoted = { tooDeep: false, exhausted: false };

describe("proposePaths", () => {
  const root = authority({ commonName: "Root" });
  const issuing = root.intermediate({ commonName: "Issuing" });
  const named = {
    client: issuing.client().leaf,
    issuing: issuing.certificate,
    root: root.certificate,
  };

  it("goes from the client over what it sent to the anchor", () => {
    expect(search(named, ["client", "issuing"], { anchors: [root.certificate] })).to.deep.equal({
      paths: ["client issuing root"],
      ...nothingNoted,
    });
  });

  it("goes over the intermediates of the trust set", () => {
    const trust = { anchors: [root.certificate], intermediates: [issuing.certificate] };
    expect(search(named, ["client"], trust).paths).to.deep.equal(["client issuing root"]);
  });

  it("tries every certificate once, however often the client sends it and wherever else it is", () => {
    const trust = { anchors: [root.certificate], intermediates: [issuing.certificate] };
    const sent = ["client", "issuing", "issuing", "root", "client", "issuing", "root"];
    expect(search(named, sent, trust).paths).to.deep.equal(["client issuing root"]);
    const alone = { anchors: [root.certificate] };
    expect(search(named, sent, alone).paths).to.deep.equal(["client issuing root"]);
  });

  it("proposes nothing without an anchor at the end", () => {
    expect(search(named, ["client", "issuing", "root"], {})).to.deep.equal({
      paths: [],
      ...nothingNoted,
    });
  });

  it("does not go past what is missing", () => {
    expect(search(named, ["client"], { anchors: [root.certificate] }).paths).to.deep.equal([]);
  });

  it("proposes the nearest anchor first, and those above it after", () => {
    const trust = { anchors: [root.certificate, issuing.certificate] };
    expect(search(named, ["client"], trust).paths).to.deep.equal(["client issuing"]);
    const cross = authority({ commonName: "Cross" });
    const crossed = cross.intermediate({ commonName: "Root", keyPair: root.certificate });
    expect(
      search(
        { ...named, crossed: crossed.certificate, cross: cross.certificate },
        ["client", "issuing", "crossed"],
        { anchors: [cross.certificate, root.certificate] },
      ).paths,
    ).to.deep.equal(["client issuing root", "client issuing crossed cross"]);
  });

  it("never ends a path with the client's own certificate", () => {
    expect(search(named, ["root", "root"], { anchors: [root.certificate] }).paths).to.deep.equal(
      [],
    );
  });
});

describe("proposePaths, loops", () => {
  it("do not go through the same name with the same key twice", () => {
    const [a, b] = [testKeyPair("ecdsa-p256"), testKeyPair("ecdsa-p256")];
    const make = (commonName: string, keyPair: typeof a): TestAuthority =>
      authority({ commonName, keyPair });
    const aByB = make("B", b).intermediate({ keyPair: a, commonName: "A" });
    const bByA = make("A", a).intermediate({ keyPair: b, commonName: "B" });
    const selfA = make("A", a).certificate;
    const named = {
      client: aByB.client().leaf,
      aByB: aByB.certificate,
      bByA: bByA.certificate,
      selfA,
    };
    const outsider = authority({ commonName: "Outsider" }).certificate;
    expect(
      search(named, ["client", "aByB", "bByA", "selfA"], { anchors: [outsider] }),
    ).to.deep.equal({ paths: [], ...nothingNoted });
  });

  it("are no loops where the name is the same and the key another: a root that renewed its key", () => {
    const old = authority({ commonName: "Root" });
    const renewed = authority({ commonName: "Root" });
    const link = old.intermediate({ commonName: "Root", keyPair: renewed.certificate });
    const named = {
      client: renewed.client().leaf,
      link: link.certificate,
      old: old.certificate,
    };
    expect(search(named, ["client", "link"], { anchors: [old.certificate] }).paths).to.include(
      "client link old",
    );
  });

  it("are no loops where the key is the same and the name another", () => {
    const keyPair = testKeyPair("ecdsa-p256");
    const root = authority({ commonName: "Root" });
    const upper = root.intermediate({ commonName: "Upper", keyPair });
    const lower = upper.intermediate({ commonName: "Lower", keyPair });
    const named = {
      client: lower.client().leaf,
      lower: lower.certificate,
      upper: upper.certificate,
      root: root.certificate,
    };
    expect(
      search(named, ["client", "lower", "upper"], { anchors: [root.certificate] }).paths,
    ).to.deep.equal(["client lower upper root"]);
  });
});

describe("proposePaths, key identifiers", () => {
  const keyId = (octet: number) => der.bytes(octet, octet, octet, octet);
  const withKeyId = (octet: number | undefined) =>
    authority({
      commonName: "Same Name",
      extensions: {
        subjectKeyIdentifier:
          octet === undefined ? "absent" : extensions.subjectKeyIdentifier(keyId(octet)),
      },
    }).certificate;
  const named = {
    other: withKeyId(2),
    silent: withKeyId(undefined),
    right: withKeyId(1),
    client: authority({ commonName: "Same Name" }).client({
      extensions: { authorityKeyIdentifier: extensions.authorityKeyIdentifier(keyId(1)) },
    }).leaf,
    quiet: authority({ commonName: "Same Name" }).client({
      extensions: { authorityKeyIdentifier: "absent" },
    }).leaf,
  };
  const anchors = [named.other, named.silent, named.right];

  it("bring the matching one first, then one without, and leave out none", () => {
    expect(search(named, ["client"], { anchors }).paths).to.deep.equal([
      "client right",
      "client silent",
      "client other",
    ]);
  });

  it("change no order where the client's certificate has none", () => {
    expect(search(named, ["quiet"], { anchors }).paths).to.deep.equal([
      "quiet other",
      "quiet silent",
      "quiet right",
    ]);
  });
});

describe("proposePaths, forks", () => {
  const dayMs = 24 * 3_600_000;
  const root = authority({ commonName: "Root" });
  const outsider = authority({ commonName: "Outsider" });
  const middle = root.intermediate({ commonName: "Middle" });
  const keyPair = testKeyPair("ecdsa-p256");
  const issuing = { commonName: "Issuing", keyPair };
  const near = root.intermediate(issuing);
  const named = {
    root: root.certificate,
    middle: middle.certificate,
    near: near.certificate,
    far: middle.intermediate(issuing).certificate,
    lost: outsider.intermediate(issuing).certificate,
    renewed: root.intermediate({ ...issuing, notAfter: Date.now() + 400 * dayMs }).certificate,
    client: near.client().leaf,
  };
  const trust = { anchors: [root.certificate] };

  it("take the way that is nearer to an anchor first", () => {
    expect(search(named, ["client", "far", "near", "middle"], trust).paths).to.deep.equal([
      "client near root",
      "client far middle root",
    ]);
  });

  it("take of an authority's certificates the one that ends last first", () => {
    expect(search(named, ["client", "near", "renewed"], trust).paths).to.deep.equal([
      "client renewed root",
      "client near root",
    ]);
  });

  it("spend no step on what leads to no anchor, however large it is", () => {
    // Eight authorities without a way out, all of which have certified each other and the client's.
    const prison = Array.from({ length: 8 }, (_, index) =>
      authority({ commonName: `Prison ${index}` }),
    );
    const walls = prison.flatMap((issuer) => [
      issuer.intermediate(issuing),
      ...prison.map(({ certificate }, index) =>
        issuer.intermediate({ commonName: `Prison ${index}`, keyPair: certificate }),
      ),
    ]);
    const all: Record<string, TestCertificate> = { ...named };
    for (const [index, { certificate }] of walls.entries()) all[`wall${index}`] = certificate;
    const sent = ["client", ...Object.keys(all).filter((name) => name.startsWith("wall")), "near"];
    expect(search(all, sent, trust)).to.deep.equal({
      paths: ["client near root"],
      ...nothingNoted,
    });
  });

  it("know no way that leads back over an authority of the path", () => {
    const back = authority({ commonName: "Issuing", keyPair }).intermediate({
      commonName: "Back",
    });
    const over = back.intermediate(issuing).certificate;
    const all = { ...named, back: back.certificate, over };
    expect(search(all, ["client", "over", "back", "near"], trust).paths).to.deep.equal([
      "client near root",
    ]);
  });
});

describe("proposePaths, names that RFC 5280 7.1 takes for the same", () => {
  const spellings = {
    "the same octets": commonNameOf(der.utf8String("Example CA")),
    "another case": commonNameOf(der.utf8String("EXAMPLE ca")),
    "another string type": commonNameOf(der.printableString("Example CA")),
    "other white space": commonNameOf(der.utf8String(" Example   CA ")),
  };
  const keyPair = testKeyPair("ecdsa-p256");
  const client = authority({ keyPair, subject: spellings["the same octets"] }).client().leaf;

  for (const [spelling, subject] of Object.entries(spellings)) {
    it(`lead to an anchor in ${spelling}`, () => {
      const anchor = authority({ keyPair, subject }).certificate;
      expect(search({ client, anchor }, ["client"], { anchors: [anchor] }).paths).to.deep.equal([
        "client anchor",
      ]);
    });

    it(`lead to an intermediate in ${spelling}, of the set or of the client`, () => {
      const root = authority({ commonName: "Root" });
      const issuing = root.intermediate({ keyPair, subject }).certificate;
      const named = { client, issuing, root: root.certificate };
      const anchors = [root.certificate];
      for (const [sent, intermediates] of [
        [["client", "issuing"], []],
        [["client"], [issuing]],
      ] as const) {
        expect(search(named, sent, { anchors, intermediates }).paths).to.deep.equal([
          "client issuing root",
        ]);
      }
    });
  }

  it("lead to no anchor in another name", () => {
    const anchor = authority({ keyPair, commonName: "Example CB" }).certificate;
    expect(search({ client, anchor }, ["client"], { anchors: [anchor] }).paths).to.deep.equal([]);
  });
});

describe("proposePaths, limits", () => {
  it("give up branches that grow too long, and say so", () => {
    let issuing = authority({ commonName: "Root" });
    const root = issuing.certificate;
    const named: Record<string, TestCertificate> = { root };
    const sent = ["client"];
    for (const name of ["a", "b", "c"]) {
      issuing = issuing.intermediate({ commonName: name });
      named[name] = issuing.certificate;
      sent.push(name);
    }
    named["client"] = issuing.client().leaf;
    expect(search(named, sent, { anchors: [root] }, { pathDepth: 3 })).to.deep.equal({
      paths: ["client c b a root"],
      ...nothingNoted,
    });
    expect(search(named, sent, { anchors: [root] }, { pathDepth: 2 })).to.deep.equal({
      paths: [],
      tooDeep: true,
      exhausted: false,
    });
  });

  it("give up a search that goes on for ever, and say so", () => {
    const named: Record<string, TestCertificate> = {};
    const names = Array.from({ length: 9 }, (_, index) => `ca${index}`);
    for (const name of names) named[name] = authority({ commonName: "One Name" }).certificate;
    named["client"] = authority({ commonName: "One Name" }).client().leaf;
    named["root"] = authority({ commonName: "One Name" }).certificate;
    const found = search(named, ["client", ...names], { anchors: [named["root"]] });
    expect(found.paths[0]).to.equal("client root");
    expect(found.exhausted).to.equal(true);
    expect(search(named, ["client", ...names], {}), "no way leads to an anchor").to.deep.equal({
      paths: [],
      ...nothingNoted,
    });
  });
});
