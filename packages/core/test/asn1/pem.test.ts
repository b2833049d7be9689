import { expect } from "chai";

import { parsePem, parseSinglePem, printPem } from "../../src/asn1/pem.ts";

function block(body: string, label = "CERTIFICATE"): string {
  return `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;
}

/** The blocks as `label:text`, or what is wrong. */
function read(text: string): readonly string[] | string {
  const blocks = parsePem(text);
  return typeof blocks === "string"
    ? blocks
    : blocks.map(({ label, bytes }) => `${label}:${bytes.toString()}`);
}

describe("parsePem", () => {
  it("reads one block", () => {
    expect(read(block("aGVsbG8="))).to.deep.equal(["CERTIFICATE:hello"]);
  });

  it("reads several blocks with text between them (RFC 7468 5.2)", () => {
    const text = `subject=CN = a\n${block("YQ==")}issuer=CN = b\n${block("Yg==", "PRIVATE KEY")}`;
    expect(read(text)).to.deep.equal(["CERTIFICATE:a", "PRIVATE KEY:b"]);
  });

  for (const [name, newline] of [
    ["Unix", "\n"],
    ["Windows", "\r\n"],
    ["old Mac", "\r"],
  ] as const) {
    it(`reads ${name} line ends`, () => {
      expect(read(block("aGVs\nbG8=").replaceAll("\n", newline))).to.deep.equal([
        "CERTIFICATE:hello",
      ]);
    });
  }

  it("reads lines that end in spaces, and a body of several lines", () => {
    const text = "-----BEGIN CERTIFICATE----- \n  aGVs \nbG8=\t\n-----END CERTIFICATE-----\t ";
    expect(read(text)).to.deep.equal(["CERTIFICATE:hello"]);
  });

  it("finds nothing in a text without blocks", () => {
    expect(read("just text\n")).to.deep.equal([]);
  });

  const faults: Readonly<Record<string, readonly [text: string, message: string]>> = {
    "a block within a block": [
      "-----BEGIN CERTIFICATE-----\n-----BEGIN CERTIFICATE-----\n",
      "line 2: a block begins within another",
    ],
    "an END line alone": ["-----END CERTIFICATE-----\n", "line 1: an END line without its BEGIN"],
    "an END line of another label": [
      "-----BEGIN CERTIFICATE-----\nYQ==\n-----END PRIVATE KEY-----\n",
      "line 3: an END line without its BEGIN",
    ],
    "a block without END": [
      "-----BEGIN CERTIFICATE-----\nYQ==\n",
      "the last block (CERTIFICATE) has no END line",
    ],
    "a boundary with something before it": [
      `x${block("YQ==")}`,
      "line 1: a boundary line is malformed",
    ],
    "a boundary with a byte order mark before it": [
      `\uFEFF${block("YQ==")}`,
      "line 1: a boundary line is malformed",
    ],
    "a boundary in lower case": [
      "-----begin certificate-----\nYQ==\n-----end certificate-----\n",
      "line 1: a boundary line is malformed",
    ],
    "a boundary with four dashes at its end": [
      "-----BEGIN CERTIFICATE----\nYQ==\n-----END CERTIFICATE-----\n",
      "line 1: a boundary line is malformed",
    ],
    "something after a boundary": [
      "-----BEGIN CERTIFICATE----- YQ==\n-----END CERTIFICATE-----\n",
      "line 1: a boundary line is malformed",
    ],
    "an empty block": [block(""), "the block that ends in line 3 is not base64"],
    "characters that Node's decoder would skip": [
      block("aGV!sbG8="),
      "the block that ends in line 3 is not base64",
    ],
    "white space within a line": [
      block("aGVs bG8="),
      "the block that ends in line 3 is not base64",
    ],
    "base64url characters": [block("-_-_"), "the block that ends in line 3 is not base64"],
    "missing padding": [block("aGVsbG8"), "the block that ends in line 3 is not base64"],
    "padding in the middle": [block("YQ==YQ=="), "the block that ends in line 3 is not base64"],
    "bits beyond the last octet": [block("YR=="), "the block that ends in line 3 is not base64"],
    "header lines of the legacy format": [
      block("Proc-Type: 4,ENCRYPTED\nYQ=="),
      "the block that ends in line 4 is not base64",
    ],
  };

  for (const [name, [text, message]] of Object.entries(faults)) {
    it(`says what is wrong with ${name}`, () => {
      expect(read(text)).to.equal(message);
    });
  }
});

describe("parseSinglePem", () => {
  const readAlone = (text: string) => {
    const bytes = parseSinglePem(text, "CERTIFICATE");
    return typeof bytes === "string" ? bytes : `${bytes.toString()}!`;
  };

  it("reads one block, with white space around it at most", () => {
    for (const text of [block("aGVsbG8="), `\n\t ${block("aGVsbG8=")}\r\n\n`]) {
      expect(readAlone(text)).to.equal("hello!");
    }
    expect(readAlone(block("aGVsbG8=").replaceAll("\n", "\r\n"))).to.equal("hello!");
  });

  for (const [what, text, problem] of [
    ["nothing", "", "the text is not a PEM block alone"],
    ["white space", " \n", "the text is not a PEM block alone"],
    ["base64 alone", "aGVsbG8=", "the text is not a PEM block alone"],
    ["text before", `a\n${block("YQ==")}`, "the text is not a PEM block alone"],
    ["text after", `${block("YQ==")}a`, "the text is not a PEM block alone"],
    ["an END line alone", "-----END CERTIFICATE-----", "the text is not a PEM block alone"],
    ["two blocks", block("YQ==") + block("YQ=="), "the text is not one PEM block"],
    [
      "text between two blocks",
      `${block("YQ==")}text\n${block("YQ==")}`,
      "the text is not one PEM block",
    ],
    ["a line with text", "-----BEGIN a-----", "line 1: a boundary line is malformed"],
    ["another label", block("YQ==", "X509 CRL"), "the block is a X509 CRL, not a CERTIFICATE"],
    [
      "a label in small letters",
      block("YQ==", "certificate"),
      "line 1: a boundary line is malformed",
    ],
    ["no base64", block("Y*=="), "the block that ends in line 3 is not base64"],
    ["an empty block", block(""), "the block that ends in line 3 is not base64"],
    [
      "a BEGIN line alone",
      "-----BEGIN CERTIFICATE-----",
      "the last block (CERTIFICATE) has no END line",
    ],
    [
      "another END line",
      "-----BEGIN CERTIFICATE-----\nYQ==\n-----END X509 CRL-----",
      "line 3: an END line without its BEGIN",
    ],
  ] as const) {
    it(`says what is wrong with ${what}`, () => {
      expect(readAlone(text)).to.equal(problem);
    });
  }
});

describe("printPem", () => {
  it("writes what is read again, in lines of 64 characters (RFC 7468 2)", () => {
    for (const length of [1, 47, 48, 49, 1_000]) {
      const bytes = Buffer.alloc(length, "mtls");
      const text = printPem({ label: "CERTIFICATE", bytes });
      expect(parseSinglePem(text, "CERTIFICATE")).to.deep.equal(bytes);
      const lines = text.split("\n").slice(1, -2);
      expect(lines.slice(0, -1).every((line) => line.length === 64)).to.equal(true);
    }
  });

  it("writes a block of nothing without an empty line", () => {
    const text = "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n";
    expect(printPem({ label: "CERTIFICATE", bytes: Buffer.alloc(0) })).to.equal(text);
  });
});
