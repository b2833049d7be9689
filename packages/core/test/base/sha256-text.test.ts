import { expect } from "chai";

import { parseSha256 } from "../../src/base/sha256-text.ts";

// SHA-256 of "abc"; its base64 holds both characters in which base64url differs.
const hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
const base64 = Buffer.from(hex, "hex").toString("base64");
const differing = `ff${"fb".repeat(31)}`;
const differingUrl = Buffer.from(differing, "hex").toString("base64url");

describe("parseSha256", () => {
  for (const text of [
    hex,
    hex.toUpperCase(),
    hex.replace(/..(?=.)/g, "$&:"),
    hex.toUpperCase().replace(/..(?=.)/g, "$&:"),
    base64,
    base64.replace("=", ""),
    `sha256:${hex}`,
    `SHA-256:${hex}`,
    `sha256/${base64}`,
    `sha256=${hex}`,
    `sha256//${base64}`,
    `  sha256: ${hex}\n`,
  ]) {
    it(`reads ${JSON.stringify(text)}`, () => {
      expect(parseSha256(text)).to.equal(hex);
    });
  }

  it("reads zeros with colons between them", () => {
    expect(parseSha256(new Array(32).fill("00").join(":"))).to.equal("00".repeat(32));
  });

  it("tells a slash that is a digit from the second one of sha256//", () => {
    const slashed = `ff${"00".repeat(31)}`;
    const digits = Buffer.from(slashed, "hex").toString("base64");
    expect(digits).to.match(/^\//);
    for (const text of [digits, `sha256/${digits}`, `sha256//${digits}`, `sha256:${digits}`]) {
      expect(parseSha256(text)).to.equal(slashed);
      expect(parseSha256(text.replace("=", ""))).to.equal(slashed);
    }
  });

  it("reads base64url", () => {
    expect(differingUrl).to.match(/[-_]/);
    expect(parseSha256(differingUrl)).to.equal(differing);
  });

  for (const [name, text] of Object.entries({
    "a SHA-1 value": "a9993e364706816aba3e25717850c26c9cd0d89d",
    "a SHA-1 value in base64": Buffer.alloc(20, 1).toString("base64"),
    "a SHA-384 value": "00".repeat(48),
    "63 digits": hex.slice(1),
    "65 digits": `${hex}0`,
    "a letter that is no digit": `g${hex.slice(1)}`,
    "colons in the wrong places": `b:a${hex.slice(2)}`,
    "colons around some octets only": `ba:78${hex.slice(4)}`,
    "base64 of 31 octets": Buffer.alloc(31, 1).toString("base64"),
    "base64 of 33 octets": Buffer.alloc(33, 1).toString("base64"),
    "base64 mixed with base64url": `-/${base64.slice(2)}`,
    "base64 with bits beyond the last octet": `${base64.slice(0, 42)}1=`,
    "another algorithm's name": `sha512:${hex}`,
    "a line break inside": `${hex.slice(0, 32)}\n${hex.slice(32)}`,
    nothing: "",
    "only a prefix": "sha256:",
  })) {
    it(`reads no value from ${name}`, () => {
      expect(parseSha256(text)).to.equal(undefined);
    });
  }
});
