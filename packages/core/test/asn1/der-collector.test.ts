import { expect } from "chai";

import { der } from "@mtls-shield/testkit";

import { DerCollector } from "../../src/asn1/der-collector.ts";

/** The value as hexadecimal, or what is wrong, when it comes in pieces of so many octets. */
function collect(bytes: Uint8Array, pieceLength: number, maxBytes = 100_000): string {
  const collector = new DerCollector(maxBytes);
  for (let at = 0; at < bytes.length; at += pieceLength) {
    const problem = collector.write(bytes.subarray(at, at + pieceLength));
    if (problem !== undefined) return problem;
  }
  const value = collector.finish();
  return typeof value === "string" ? value : value.toString("hex");
}

describe("DerCollector", () => {
  it("puts a value together, in whatever pieces it comes", () => {
    for (const length of [0, 1, 127, 128, 255, 256, 65_536]) {
      const value = der.tlv(0x30, Buffer.alloc(length, 7));
      for (const pieceLength of [1, 2, 3, 5, 1_000, value.length]) {
        expect(collect(value, pieceLength)).to.equal(Buffer.from(value).toString("hex"));
      }
    }
  });

  it("copies what it takes", () => {
    const collector = new DerCollector(10);
    const piece = Buffer.of(0x04, 0x01, 0x07);
    collector.write(piece);
    piece.fill(0);
    expect(collector.finish()).to.deep.equal(Buffer.of(0x04, 0x01, 0x07));
  });

  const faults: Record<string, readonly [bytes: Uint8Array, problem: string]> = {
    nothing: [der.bytes(), "a value is cut short"],
    "a tag alone": [der.bytes(0x30), "a value is cut short"],
    "half a length": [der.bytes(0x30, 0x82, 0x01), "a value is cut short"],
    "a value that is cut short": [der.bytes(0x30, 0x02, 0x01), "a value is cut short"],
    "bytes after the value": [der.bytes(0x30, 0x01, 0x01, 0x01), "bytes are left over"],
    "an indefinite length": [der.bytes(0x30, 0x80, 0, 0), "a length is indefinite"],
    "a length of five octets": [der.bytes(0x30, 0x85, 1, 1, 1, 1, 1), "a length is out of range"],
    "a value that claims 4 GB": [
      der.bytes(0x30, 0x84, 0xff, 0xff, 0xff, 0xff),
      "the value is longer than 100000 octets",
    ],
  };
  for (const [what, [bytes, problem]] of Object.entries(faults)) {
    it(`says what is wrong with ${what}`, () => {
      for (const pieceLength of [1, 2, 100]) expect(collect(bytes, pieceLength)).to.equal(problem);
    });
  }
});
