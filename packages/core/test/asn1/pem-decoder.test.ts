import { expect } from "chai";
import fc from "fast-check";

import { PemDecoder } from "../../src/asn1/pem-decoder.ts";
import { parsePem } from "../../src/asn1/pem.ts";
import { bestCpuMs } from "../cpu-time.ts";

function block(body: string, label = "X509 CRL"): string {
  return `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;
}

/** The blocks as `label:hexadecimal`, or what is wrong, when the text comes in pieces of so many octets. */
function decode(text: string, pieceLength = text.length): readonly string[] | string {
  const blocks: string[] = [];
  let current = "";
  const decoder = new PemDecoder({
    begin: (label) => {
      current = `${label}:`;
      return label === "REFUSED" ? "this label is refused" : undefined;
    },
    write: (bytes) => {
      current += bytes.toString("hex");
      return current.includes("dead") ? "these bytes are refused" : undefined;
    },
    end: () => {
      blocks.push(current);
      return current.endsWith("00") ? "this end is refused" : undefined;
    },
  });
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += pieceLength) {
    // As a source that uses its memory again.
    const piece = Buffer.from(bytes.subarray(at, at + pieceLength));
    const problem = decoder.write(piece);
    piece.fill(0xff);
    if (problem !== undefined) return problem;
  }
  return decoder.end() ?? blocks;
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const hex = (text: string): string => Buffer.from(text).toString("hex");

describe("PemDecoder", () => {
  it("decodes blocks with text between them, in whatever pieces they come", () => {
    const long = "x".repeat(1_000);
    const lines = base64(long).replace(/.{64}/g, "$&\n");
    const text = `Revoked: 7\n${block(base64("a"))}\n\nmore - text --\n${block(lines, "OTHER 1")}end`;
    for (const newline of ["\n", "\r\n", "\r"]) {
      for (const pieceLength of [1, 2, 3, 7, 64, text.length * 2]) {
        expect(decode(text.replaceAll("\n", newline), pieceLength)).to.deep.equal([
          `X509 CRL:${hex("a")}`,
          `OTHER 1:${hex(long)}`,
        ]);
      }
    }
  });

  it("decodes one long line, blank lines, and lines with blanks around them", () => {
    const long = "y".repeat(40_000);
    expect(decode(block(base64(long)), 1_000)).to.deep.equal([`X509 CRL:${hex(long)}`]);
    const text =
      "-----BEGIN X509 CRL----- \n\n  aGVs \t\n \t\nbG8=\t \n\n-----END X509 CRL-----\t ";
    for (const pieceLength of [1, 3, 100]) {
      expect(decode(text, pieceLength)).to.deep.equal([`X509 CRL:${hex("hello")}`]);
    }
  });

  it("finds nothing in nothing, and nothing in a text without blocks", () => {
    expect(decode("")).to.deep.equal([]);
    expect(decode("just text\n")).to.deep.equal([]);
  });

  it("stops where its sink refuses", () => {
    expect(decode(block("YQ==", "REFUSED"))).to.equal("this label is refused");
    expect(decode(block("3q0="))).to.equal("these bytes are refused");
    expect(decode(block("3q3e"))).to.equal("these bytes are refused");
    expect(decode(block("3q3e"), 28)).to.equal("these bytes are refused");
    expect(decode(block("AAAA"))).to.equal("this end is refused");
  });

  const faults: Record<string, readonly [text: string, problem: string]> = {
    "a block within a block": [
      "-----BEGIN A-----\n-----BEGIN A-----\n",
      "line 2: a block begins within another",
    ],
    "an END line alone": ["-----END A-----\n", "line 1: an END line without its BEGIN"],
    "an END line of another label": [
      "-----BEGIN A-----\nYQ==\n-----END B-----\n",
      "line 3: an END line without its BEGIN",
    ],
    "a block without END": ["-----BEGIN A-----\nYQ==\n", "the last block (A) has no END line"],
    "a BEGIN line at the very end": ["-----BEGIN A-----", "the last block (A) has no END line"],
    "a boundary with something before it": [
      `\r\n\r\nx${block("YQ==")}`,
      "line 3: a boundary line is malformed",
    ],
    "a boundary with a byte order mark before it": [
      `\uFEFF${block("YQ==")}`,
      "line 1: a boundary line is malformed",
    ],
    "a boundary in lower case": ["-----begin a-----\n", "line 1: a boundary line is malformed"],
    "an END line that is malformed": [
      "-----BEGIN A-----\nYQ==\n-----END A----\n",
      "line 3 is not base64",
    ],
    "an END line with blanks before it": [
      "-----BEGIN A-----\nYQ==\n -----END A-----\n",
      "line 3 is not base64",
    ],
    "an empty block": [block(""), "the block that ends in line 3 is not base64"],
    "padding alone": [block("===="), "line 2 is not base64"],
    "too much padding": [block("Y==="), "line 2 is not base64"],
    "missing padding": [block("aGVsbG8"), "the block that ends in line 3 is not base64"],
    "half the padding": [block("YQ="), "the block that ends in line 3 is not base64"],
    "padding in the middle": [block("YQ==YQ=="), "line 2 is not base64"],
    "padding after padding": [block("YQ==\n="), "line 3 is not base64"],
    "a character within the padding": [block("YQ=Q"), "line 2 is not base64"],
    "bits beyond the last octet": [block("YR=="), "line 2 is not base64"],
    "bits beyond the last octet but one": [block("YWJ="), "line 2 is not base64"],
    "characters of no base64": [block("aGV!sbG8="), "line 2 is not base64"],
    "characters of base64url": [block("-_-_"), "line 2 is not base64"],
    "white space within a line": [block("aGVs bG8="), "line 2 is not base64"],
    "header lines of the legacy format": [
      block("Proc-Type: 4,ENCRYPTED\nYQ=="),
      "line 2 is not base64",
    ],
    "an octet beyond ASCII": [block("aGVs\u00e9"), "line 2 is not base64"],
    "a line of text without an end": [`a\n${"x".repeat(20_000)}`, "line 2 is too long"],
    "a boundary that never ends": [
      `-----BEGIN A-----\n-----END ${"A".repeat(20_000)}`,
      "line 2 is too long",
    ],
  };
  for (const [what, [text, problem]] of Object.entries(faults)) {
    it(`says what is wrong with ${what}`, () => {
      for (const pieceLength of [1, 5, 100_000]) {
        expect(decode(text, pieceLength)).to.equal(problem);
      }
    });
  }

  it("takes what `parsePem` takes and nothing else, and reads the same in it", () => {
    const fragment = fc.constantFrom(
      ...["-----BEGIN A-----", "-----END A-----", "-----END B-----", "-----", "\n", "\r\n", "\r"],
      ...["YWJj", "YWI=", "YQ==", "YR==", "Y", "=", " ", "\t", "x y", "-", "!", "dGV4dGV4dGV4dA"],
    );
    const texts = fc.oneof(
      fc.array(fragment, { maxLength: 14 }).map((parts) => parts.join("")),
      fc
        .array(fragment, { maxLength: 6 })
        .map((parts) => `-----BEGIN A-----\n${parts.join("")}\n-----END A-----\n`),
    );
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 30 }), (text, pieceLength) => {
        const expected = parsePem(text);
        const found = decode(text, pieceLength);
        if (typeof expected === "string") expect(found, text).to.be.a("string");
        else {
          const blocks = expected.map(({ label, bytes }) => `${label}:${bytes.toString("hex")}`);
          expect(found, text).to.deep.equal(blocks);
        }
      }),
      { numRuns: 3_000 },
    );
  });

  it("takes time by the length of the text, whatever is in it", () => {
    const texts = {
      "line ends": "\n".repeat(1_000_000),
      "carriage returns": "\r".repeat(1_000_000),
      "short lines": "a\n".repeat(500_000),
      "empty blocks": "-----BEGIN A-----\nYQ==\n-----END A-----\n".repeat(25_000),
      blanks: `-----BEGIN A-----\n${" ".repeat(1_000_000)}`,
      "short lines of base64": `-----BEGIN A-----\n${"YWJj\n".repeat(200_000)}`,
    };
    for (const [what, text] of Object.entries(texts)) {
      const ms = bestCpuMs(() => {
        decodeOnly(text);
      });
      expect(ms, what).to.be.below(500);
    }
  });
});

function decodeOnly(text: string): void {
  const ignore = (): undefined => undefined;
  const decoder = new PemDecoder({ begin: ignore, write: ignore, end: ignore });
  expect(decoder.write(Buffer.from(text))).to.equal(undefined);
}
