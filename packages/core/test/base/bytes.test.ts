import { expect } from "chai";

import { asBuffer, equalBytes, sha256, toHex } from "../../src/base/bytes.ts";

describe("bytes", () => {
  it("turns a Uint8Array into a Buffer over the same memory, even in its middle", () => {
    const bytes = Uint8Array.from([1, 2, 3, 4]).subarray(1, 3);
    const buffer = asBuffer(bytes);
    expect([...buffer]).to.deep.equal([2, 3]);
    bytes[0] = 9;
    expect([...buffer]).to.deep.equal([9, 3]);
  });

  it("returns a Buffer as it is", () => {
    const buffer = Buffer.from("a");
    expect(asBuffer(buffer)).to.equal(buffer);
  });

  it("prints lower-case hex", () => {
    expect(toHex(Uint8Array.from([0x00, 0xab, 0xff]))).to.equal("00abff");
  });

  it("compares contents, and takes no prefix for the whole", () => {
    const a = Uint8Array.from([1, 2]);
    expect(equalBytes(a, Buffer.from([1, 2]))).to.equal(true);
    expect(equalBytes(a, Uint8Array.from([1, 3]))).to.equal(false);
    expect(equalBytes(a, Uint8Array.from([1, 2, 3]))).to.equal(false);
    expect(equalBytes(a, Uint8Array.from([1]))).to.equal(false);
    expect(equalBytes(Uint8Array.from([]), Uint8Array.from([]))).to.equal(true);
  });

  it("hashes the parts as one (FIPS 180-4, B.1)", () => {
    const digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    expect(toHex(sha256(Buffer.from("abc")))).to.equal(digest);
    expect(toHex(sha256(Buffer.from("a"), Buffer.from("bc")))).to.equal(digest);
  });
});
