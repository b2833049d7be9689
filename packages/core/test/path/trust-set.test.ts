import { expect } from "chai";

import { authority, der, distinguishedName } from "@mtls-shield/testkit";

import { commonNameOf, parsed, readName } from "../certificates.ts";
import type { Certificate } from "../../src/x509/certificate.ts";
import { isSameTrust, TrustSet } from "../../src/path/trust-set.ts";
import { trustSet } from "./verify.ts";

describe("TrustSet", () => {
  const utf8 = authority({ subject: commonNameOf(der.utf8String("Root")) }).certificate;
  const printable = authority({ subject: commonNameOf(der.printableString("ROOT")) }).certificate;
  const other = authority({ commonName: "Other" }).certificate;

  it("finds every authority of a name, in whichever spelling it is asked for", () => {
    const set = trustSet({ anchors: [utf8, printable, other] });
    for (const name of [
      commonNameOf(der.utf8String("Root")),
      commonNameOf(der.printableString("ROOT")),
      commonNameOf(der.utf8String(" root ")),
    ]) {
      const found = set.anchorsNamed(readName(name)).map(({ fingerprint }) => fingerprint);
      expect(found).to.deep.equal([utf8.fingerprint, printable.fingerprint]);
    }
  });

  it("finds nothing under another name, and nothing in an empty set", () => {
    const name = readName(distinguishedName({ commonName: "Stranger" }));
    expect(trustSet({ anchors: [utf8] }).anchorsNamed(name)).to.deep.equal([]);
    expect(trustSet({}).anchorsNamed(name)).to.deep.equal([]);
  });

  it("keeps anchors and intermediates apart", () => {
    const set = trustSet({ anchors: [utf8], intermediates: [other] });
    expect(set.anchorsNamed(parsed(other).subject)).to.deep.equal([]);
    expect(set.intermediatesNamed(parsed(utf8).subject)).to.deep.equal([]);
    expect(set.intermediatesNamed(parsed(other).subject)).to.have.length(1);
  });

  it("knows which certificates it holds, and takes no namesake for one of them", () => {
    const set = trustSet({ anchors: [utf8], intermediates: [other] });
    expect([set.holds(parsed(utf8)), set.holds(parsed(other))]).to.deep.equal([true, true]);
    const namesake = authority({ commonName: "Other", keyPair: other }).certificate;
    expect([set.holds(parsed(printable)), set.holds(parsed(namesake))]).to.deep.equal([
      false,
      false,
    ]);
  });
});

describe("isSameTrust", () => {
  const [one, other] = [authority(), authority()].map(({ certificate }) => parsed(certificate)) as [
    Certificate,
    Certificate,
  ];
  const usual = { name: "a", anchors: [one], intermediates: [other], pinned: new Set(["00"]) };
  const setOf = (changes: Partial<typeof usual> = {}) => new TrustSet({ ...usual, ...changes });

  it("is so for other objects of the same content, and where there are none", () => {
    expect(isSameTrust([setOf()], [setOf()])).to.equal(true);
    expect(isSameTrust(undefined, undefined)).to.equal(true);
  });

  for (const [what, others] of [
    ["the name", [setOf({ name: "b" })]],
    ["an anchor", [setOf({ anchors: [other] })]],
    ["an intermediate", [setOf({ intermediates: [] })]],
    ["a pin", [setOf({ pinned: new Set() })]],
    [
      "an anchor that became an intermediate",
      [setOf({ anchors: [], intermediates: [one, other] })],
    ],
    ["one set more", [setOf(), setOf({ name: "b" })]],
    ["no set", []],
    ["the server's own trust", undefined],
  ] as const) {
    it(`is not so where the difference is ${what}`, () => {
      expect(isSameTrust([setOf()], others)).to.equal(false);
      expect(isSameTrust(others, [setOf()])).to.equal(false);
    });
  }
});
