import { expect } from "chai";

import { authority, der, extensions } from "@mtls-shield/testkit";

import {
  checkAnchorIsCa,
  checkIsCa,
  findPathLengthViolation,
} from "../../../src/path/checks/basic-constraints.ts";
import { parsed } from "../../certificates.ts";

const ca = parsed(authority().certificate);
const client = parsed(authority().client().leaf);
const silent = parsed(authority({ extensions: { basicConstraints: "absent" } }).certificate);
const old = parsed(
  authority({ raw: (sound) => ({ ...sound, version: der.bytes(), extensions: [] }) }).certificate,
);

describe("checkIsCa", () => {
  it("passes only what says that it is an authority", () => {
    expect(checkIsCa(ca)).to.equal(undefined);
    for (const one of [client, silent, old]) expect(checkIsCa(one)).to.equal("issuer-not-ca");
  });
});

describe("checkAnchorIsCa", () => {
  it("passes an anchor of version 1 as well", () => {
    expect(checkAnchorIsCa(ca)).to.equal(undefined);
    expect(checkAnchorIsCa(old)).to.equal(undefined);
    for (const one of [client, silent]) expect(checkAnchorIsCa(one)).to.equal("issuer-not-ca");
  });
});

describe("findPathLengthViolation", () => {
  const named = (commonName: string, pathLength?: number) =>
    parsed(
      authority({
        commonName: "Issuer",
      }).intermediate({ commonName, ...(pathLength === undefined ? {} : { pathLength }) })
        .certificate,
    );

  /** With no other limit than those of the authorities. */
  const violation = (authorities: Parameters<typeof findPathLengthViolation>[0]) =>
    findPathLengthViolation(authorities, Infinity);

  it("finds none among authorities without limits", () => {
    expect(violation([named("a"), named("b"), named("c")])).to.equal(undefined);
  });

  it("finds the first authority that is one too many", () => {
    expect(violation([named("a", 1), named("b"), named("c"), named("d")])).to.equal(2);
  });

  it("does not count the anchor itself, nor self-issued authorities", () => {
    const self = parsed(
      authority({ commonName: "s" }).intermediate({ commonName: "S" }).certificate,
    );
    expect(violation([named("a", 0)])).to.equal(undefined);
    expect(violation([named("a", 0), self, self])).to.equal(undefined);
    expect(violation([named("a", 0), self, named("b")])).to.equal(2);
  });

  it("takes the limit of a self-issued authority all the same", () => {
    const limited = parsed(
      authority({ commonName: "s" }).intermediate({ commonName: "s", pathLength: 0 }).certificate,
    );
    expect(violation([named("a"), limited, named("b")])).to.equal(2);
  });

  it("starts with the limit of whoever asks, which no authority can raise", () => {
    const authorities = [named("a", 9), named("b"), named("c")];
    expect(findPathLengthViolation(authorities, 2)).to.equal(undefined);
    expect(findPathLengthViolation(authorities, 1)).to.equal(2);
    expect(findPathLengthViolation(authorities, 0)).to.equal(1);
    const renewed = parsed(
      authority({ commonName: "s" }).intermediate({ commonName: "S" }).certificate,
    );
    expect(findPathLengthViolation([named("a"), renewed], 0)).to.equal(undefined);
  });

  it("reads no limit where the certificate is none of an authority", () => {
    const leaf = parsed(
      authority().client({
        extensions: { basicConstraints: extensions.basicConstraints({ ca: false }) },
      }).leaf,
    );
    expect(violation([leaf, named("a")])).to.equal(undefined);
  });
});
