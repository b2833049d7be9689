import { expect } from "chai";
import fc from "fast-check";

import { der, distinguishedName } from "@mtls-shield/testkit";

import { DerError } from "../../src/asn1/der-error.ts";
import { DerReader } from "../../src/asn1/der-reader.ts";
import { contextConstructed } from "../../src/asn1/tags.ts";
import { readRelativeName, relativeKey } from "../../src/x509/distinguished-name.ts";
import { bestCpuMs } from "../cpu-time.ts";
import { commonNameOf, nameOf, readName, type Attribute } from "../certificates.ts";

const cn = "2.5.4.3";
const organization = "2.5.4.10";

function utf8(text: string) {
  return der.utf8String(text);
}

function latin1(tag: number, ...octets: readonly number[]) {
  return der.tlv(tag, der.bytes(...octets));
}

function bmpString(text: string) {
  return der.tlv(0x1e, Buffer.from(text, "utf16le").swap16());
}

function universalString(...points: readonly number[]) {
  const content = Buffer.alloc(points.length * 4);
  for (const [index, point] of points.entries()) content.writeUInt32BE(point, index * 4);
  return der.tlv(0x1c, content);
}

describe("DistinguishedName, structure", () => {
  it("reads relative names from general to specific, with every attribute of each", () => {
    const name = readName(
      nameOf(
        [["2.5.4.6", der.printableString("DE")]],
        [
          [organization, utf8("Corp")],
          [cn, utf8("client")],
        ],
      ),
    );
    const texts = name.relativeNames.map((set) => set.map(({ text }) => text));
    expect(texts).to.deep.equal([["DE"], ["Corp", "client"]]);
  });

  it("knows the empty name", () => {
    expect(readName(der.sequence()).isEmpty).to.equal(true);
    expect(readName(commonNameOf(utf8(""))).isEmpty).to.equal(false);
    expect(readName(der.sequence()).text).to.equal("");
  });

  for (const [defect, bytes] of Object.entries({
    "an empty relative name": der.sequence(der.set()),
    "an attribute without a value": der.sequence(der.set(der.sequence(der.oid(cn)))),
    "an attribute with two values": der.sequence(
      der.set(der.sequence(der.oid(cn), utf8("a"), utf8("b"))),
    ),
    "a SEQUENCE in place of a SET": der.sequence(
      der.sequence(der.sequence(der.oid(cn), utf8("a"))),
    ),
    "a value without a type": der.sequence(der.set(der.sequence(utf8("a")))),
    "a value with a tag number in several octets": nameOf([[cn, der.bytes(0x1f, 0x81, 0x01, 0)]]),
  })) {
    it(`refuses ${defect}`, () => {
      expect(() => readName(bytes)).to.throw(DerError);
    });
  }
});

describe("DistinguishedName, strings", () => {
  for (const [type, value, text] of [
    ["UTF8String", utf8("Müller \u{1F511}"), "Müller \u{1F511}"],
    ["UTF8String that begins with U+FEFF", utf8("\uFEFFa"), "\uFEFFa"],
    ["PrintableString", der.printableString("Corp"), "Corp"],
    ["IA5String", der.ia5String("a@b.example"), "a@b.example"],
    ["VisibleString", latin1(0x1a, 0x41), "A"],
    ["NumericString", latin1(0x12, 0x34, 0x32), "42"],
    ["TeletexString, which everybody takes for Latin-1", latin1(0x14, 0xe9), "é"],
    ["BMPString", bmpString("Zürich"), "Zürich"],
    ["UniversalString", universalString(0x5a, 0x1f511), "Z\u{1F511}"],
    ["UniversalString with the last character there is", universalString(0x10ffff), "\u{10FFFF}"],
    ["BMPString next to the surrogates", bmpString("\ud7ff\ue000"), "\ud7ff\ue000"],
  ] as const) {
    it(`reads a ${type}`, () => {
      expect(readName(commonNameOf(value)).commonNames).to.deep.equal([text]);
    });
  }

  const long = new Uint8Array(200).fill(0x61);
  for (const [defect, value] of Object.entries({
    "UTF-8 that is cut short": latin1(0x0c, 0x61, 0xc3),
    "overlong UTF-8": latin1(0x0c, 0xc0, 0xaf),
    "a surrogate in UTF-8": latin1(0x0c, 0xed, 0xa0, 0x80),
    "an octet outside ASCII at the start of a PrintableString": latin1(0x13, 0xe9, 0x61, 0x61),
    "one as its only octet": latin1(0x13, 0xe9),
    "one in its second octet": latin1(0x13, 0x61, 0xe9),
    "one at its end": latin1(0x13, 0x61, 0x61, 0x61, 0x61, 0xe9),
    "one at the start of a long PrintableString": der.tlv(0x13, der.bytes(0xe9), long),
    "one at the end of a long PrintableString": der.tlv(0x13, long, der.bytes(0xe9)),
    "one in an IA5String": latin1(0x16, 0xe9),
    "one in a VisibleString": latin1(0x1a, 0xe9),
    "one in a NumericString": latin1(0x12, 0xe9),
    "a BMPString of three octets": latin1(0x1e, 0, 0x41, 0),
    "a surrogate in a BMPString": bmpString("\u{1F511}"),
    "a UniversalString of five octets": latin1(0x1c, 0, 0, 0, 0x41, 0),
    "the first surrogate in a UniversalString": universalString(0xd800),
    "the last surrogate in a UniversalString": universalString(0xdfff),
    "a UniversalString beyond Unicode": universalString(0x110000),
    "more combining marks in a row than any script needs": utf8(`a${"\u0301".repeat(31)}`),
    "as many in a BMPString": bmpString(`a${"\u0301".repeat(31)}`),
    "as many in a UniversalString": universalString(...new Array<number>(31).fill(0x0301)),
    "as many with ignored characters between them": utf8("\u0301\u200b".repeat(31)),
    "as many that turn into marks when they are decomposed": utf8("\uff9e\u0301".repeat(16)),
  })) {
    it(`refuses ${defect}`, () => {
      expect(() => readName(commonNameOf(value))).to.throw(DerError);
    });
  }

  it("accepts 30 combining marks in a row", () => {
    const marks = "\u0301".repeat(30);
    expect(readName(commonNameOf(utf8(`a${marks}`))).commonNames).to.deep.equal([`a${marks}`]);
  });

  it("compares names of 64 KB in time that grows with their length alone, whatever marks they hold", () => {
    // In reverse order of their combining classes, so that each of the second half has to pass all of the first.
    const run = `a${"\u0301".repeat(15)}${"\u0316".repeat(15)}`;
    const value = utf8(run.repeat(Math.floor(65_536 / Buffer.byteLength(run))));
    const spent = bestCpuMs(() => {
      expect(readName(commonNameOf(value)).comparisonKey).to.have.length.greaterThan(30_000);
    });
    expect(spent, "CPU milliseconds").to.be.lessThan(50);
  });

  it("accepts ASCII in long strings of every ASCII type", () => {
    for (const tag of [0x13, 0x16, 0x1a]) {
      expect(readName(commonNameOf(der.tlv(tag, long))).commonNames[0]).to.have.length(200);
    }
  });
});

describe("DistinguishedName, comparison (RFC 5280 7.1)", () => {
  const corp = readName(commonNameOf(utf8("Example Corp")));

  for (const [difference, value] of Object.entries({
    "in case": utf8("EXAMPLE corp"),
    "in the string type": der.printableString("Example Corp"),
    "in a wider string type": bmpString("Example Corp"),
    "in inner white space": utf8("Example \t  Corp"),
    "in outer white space": utf8("  Example Corp "),
    "in compatibility characters (NFKC)": utf8("Ｅxample Corp"),
    "in what cannot be seen (RFC 4518 2.2)": utf8(
      "Ex\u00ada\u200dm\ufe0fple\u0000 C\u2060orp\u0007",
    ),
    "in controls that are white space": utf8("Example\r\n\u0085Corp"),
  })) {
    it(`takes names that differ ${difference} for the same`, () => {
      const other = readName(commonNameOf(value));
      expect(corp.equals(other)).to.equal(true);
      expect(other.comparisonKey).to.equal(corp.comparisonKey);
    });
  }

  for (const [difference, bytes] of Object.entries({
    "in a letter": commonNameOf(utf8("Example Corq")),
    "in an accent": commonNameOf(utf8("Exàmple Corp")),
    "in white space that one lacks": commonNameOf(utf8("ExampleCorp")),
    "in the attribute's type": nameOf([[organization, utf8("Example Corp")]]),
    "by one more relative name": nameOf([[cn, utf8("Example Corp")]], [[cn, utf8("Example Corp")]]),
    "by being empty": der.sequence(),
  })) {
    it(`tells names apart that differ ${difference}`, () => {
      expect(corp.equals(readName(bytes))).to.equal(false);
    });
  }

  it("tells the octets of a type from those of a value", () => {
    const one = readName(nameOf([["2.5.4.10.61.97", utf8("b")]]));
    const other = readName(nameOf([["2.5.4.10", utf8("a=b")]]));
    expect(one.equals(other)).to.equal(false);
  });

  it("ignores the order of attributes within a relative name, but not that of relative names", () => {
    const a = [cn, utf8("a")] as const;
    const b = [organization, utf8("b")] as const;
    expect(readName(nameOf([a, b])).equals(readName(nameOf([b, a])))).to.equal(true);
    expect(readName(nameOf([a], [b])).equals(readName(nameOf([b], [a])))).to.equal(false);
    expect(readName(nameOf([a, b])).equals(readName(nameOf([a], [b])))).to.equal(false);
  });

  it("compares values that are no strings by their octets", () => {
    const one = readName(commonNameOf(der.integer(1)));
    expect(one.equals(readName(commonNameOf(der.integer(1))))).to.equal(true);
    expect(one.equals(readName(commonNameOf(der.integer(2))))).to.equal(false);
    expect(one.equals(readName(commonNameOf(utf8("#020101"))))).to.equal(false);
  });

  it("is not fooled by text that looks like the key's own punctuation", () => {
    const forged = readName(commonNameOf(utf8('a","2.5.4.10=b')));
    const real = readName(
      nameOf([
        [cn, utf8("a")],
        [organization, utf8("b")],
      ]),
    );
    expect(forged.equals(real)).to.equal(false);
  });

  it("is the same in both directions", () => {
    const name = fc
      .array(fc.constantFrom("a", "A", " ", "ß", "İ", "Ａ", "\u0301", "\t"), { maxLength: 4 })
      .map((characters) => readName(commonNameOf(utf8(characters.join("")))));
    fc.assert(
      fc.property(name, name, (one, other) => {
        expect(one.equals(other)).to.equal(other.equals(one));
        expect(one.equals(one)).to.equal(true);
      }),
      { seed: 71, numRuns: 500 },
    );
  });
});

describe("DistinguishedName, common names", () => {
  it("are listed from general to specific, every one of them", () => {
    const name = readName(
      nameOf(
        [[cn, utf8("general")]],
        [
          [organization, utf8("Corp")],
          [cn, utf8("specific")],
        ],
      ),
    );
    expect(name.commonNames).to.deep.equal(["general", "specific"]);
  });

  it("count even when they are no strings, so that none hides beside another", () => {
    const name = readName(nameOf([[cn, utf8("a")]], [[cn, der.integer(1)]]));
    expect(name.commonNames).to.deep.equal(["a", ""]);
  });
});

describe("DistinguishedName, relative keys", () => {
  const corp = [organization, utf8("Corp")] as const;

  it("are one for each relative name, in their order", () => {
    const name = readName(nameOf([corp], [[cn, utf8("a")]], [corp]));
    expect(name.relativeKeys).to.have.length(3);
    expect(name.relativeKeys[0]).to.equal(name.relativeKeys[2]);
    expect(name.relativeKeys[0]).to.not.equal(name.relativeKeys[1]);
    expect(readName(der.sequence()).relativeKeys).to.deep.equal([]);
  });

  it("are the same for names that RFC 5280 7.1 takes for the same", () => {
    const [key] = readName(nameOf([corp])).relativeKeys;
    for (const value of [utf8(" cORP "), der.printableString("CORP"), bmpString("Corp")]) {
      expect(readName(nameOf([[organization, value]])).relativeKeys).to.deep.equal([key]);
    }
    for (const other of [nameOf([[cn, utf8("Corp")]]), nameOf([[organization, utf8("Corps")]])]) {
      expect(readName(other).relativeKeys).to.not.deep.equal([key]);
    }
  });

  it("hold all attributes of a relative name, whatever their order", () => {
    const client = [cn, utf8("a")] as const;
    const keys = (...attributes: readonly Attribute[]) => readName(nameOf(attributes)).relativeKeys;
    expect(keys(corp, client)).to.deep.equal(keys(client, corp));
    expect(keys(corp, client)).to.not.deep.equal(keys(corp));
  });

  it("are not fooled by text that looks like two attributes", () => {
    const forged = readName(commonNameOf(utf8('a","2.5.4.10=b')));
    const real = readName(
      nameOf([
        [cn, utf8("a")],
        [organization, utf8("b")],
      ]),
    );
    expect(forged.relativeKeys).to.not.deep.equal(real.relativeKeys);
  });
});

describe("DistinguishedName, e-mail addresses", () => {
  const emailAddress = "1.2.840.113549.1.9.1";

  it("are listed from general to specific, every one of them, and nothing else", () => {
    const name = readName(
      nameOf(
        [[emailAddress, der.ia5String("a@A.example")]],
        [
          [cn, utf8("b@b.example")],
          [emailAddress, utf8("c@c.example")],
        ],
      ),
    );
    expect(name.emailAddresses).to.deep.equal(["a@A.example", "c@c.example"]);
    expect(readName(der.sequence()).emailAddresses).to.deep.equal([]);
  });

  it("count even when they are no strings, so that none hides", () => {
    const name = readName(nameOf([[emailAddress, der.integer(1)]]));
    expect(name.emailAddresses).to.deep.equal([""]);
  });
});

describe("readRelativeName", () => {
  const tag = contextConstructed(1);
  const attribute = (type: string, value: Uint8Array) => der.sequence(der.oid(type), value);
  const read = (...attributes: readonly Uint8Array[]) =>
    readRelativeName(DerReader.of(der.constructed(1, ...attributes)), tag);

  it("reads the attributes under another tag than SET", () => {
    const attributes = read(attribute(cn, utf8("a")), attribute(organization, utf8("b")));
    expect(attributes.map(({ text }) => text)).to.deep.equal(["a", "b"]);
  });

  it("has the key that it has within a name", () => {
    const name = readName(nameOf([[cn, utf8("A  b")]]));
    expect(relativeKey(read(attribute(cn, utf8("a b"))))).to.equal(name.relativeKeys[0]);
  });

  it("leaves what follows to the caller", () => {
    const reader = DerReader.of(
      der.concat(der.constructed(1, attribute(cn, utf8("a"))), der.nullValue()),
    );
    readRelativeName(reader, tag);
    expect(reader.atEnd).to.equal(false);
  });

  for (const [defect, attributes] of Object.entries({
    "no attribute": [],
    "an attribute without a value": [der.sequence(der.oid(cn))],
    "an attribute with two values": [der.sequence(der.oid(cn), utf8("a"), utf8("b"))],
    "a string that is not of its alphabet": [attribute(cn, latin1(0x13, 0xe9))],
    "a bad attribute after a good one": [attribute(cn, utf8("a")), der.nullValue()],
  })) {
    it(`refuses ${defect}`, () => {
      expect(() => read(...attributes)).to.throw(DerError);
    });
  }

  it("refuses another tag", () => {
    const bytes = der.set(attribute(cn, utf8("a")));
    expect(() => readRelativeName(DerReader.of(bytes), tag)).to.throw(DerError);
  });
});

describe("DistinguishedName, text (RFC 4514)", () => {
  it("prints the most specific part first, with the usual short names", () => {
    const subject = distinguishedName({
      country: "DE",
      organization: "Corp",
      organizationalUnit: "Unit",
      commonName: "client",
    });
    expect(readName(subject).text).to.equal("CN=client,OU=Unit,O=Corp,C=DE");
  });

  for (const [type, shortName] of [
    ["2.5.4.3", "CN"],
    ["2.5.4.5", "serialNumber"],
    ["2.5.4.6", "C"],
    ["2.5.4.7", "L"],
    ["2.5.4.8", "ST"],
    ["2.5.4.9", "STREET"],
    ["2.5.4.10", "O"],
    ["2.5.4.11", "OU"],
    ["0.9.2342.19200300.100.1.1", "UID"],
    ["0.9.2342.19200300.100.1.25", "DC"],
    ["1.2.840.113549.1.9.1", "emailAddress"],
  ] as const) {
    it(`prints ${type} as ${shortName}`, () => {
      expect(readName(nameOf([[type, utf8("a")]])).text).to.equal(`${shortName}=a`);
    });
  }

  it("joins the attributes of one relative name with +", () => {
    const name = nameOf([
      [cn, utf8("a")],
      [organization, utf8("b")],
    ]);
    expect(readName(name).text).to.equal("CN=a+O=b");
  });

  it("prints unknown types in dotted form, and values that are no strings in hex", () => {
    const name = nameOf([["1.3.6.1.4.1.32473.1", utf8("a")]], [[cn, der.integer(1)]]);
    expect(readName(name).text).to.equal("CN=#020101,1.3.6.1.4.1.32473.1=a");
  });

  for (const [attack, value, text] of [
    ["a second attribute in a value", "a,CN=admin", "CN=a\\,CN\\=admin"],
    ["a second attribute of the same relative name", "a+CN=admin", "CN=a\\+CN\\=admin"],
    ["an escape before a comma", "a\\,CN=admin", "CN=a\\\\\\,CN\\=admin"],
    ["quotes", 'a"b', 'CN=a\\"b'],
    ["separators", "a;b<c>d", "CN=a\\;b\\<c\\>d"],
    ["a leading hash, which would be hex", "#020101", "CN=\\#020101"],
    ["outer spaces", " a ", "CN=\\ a\\ "],
    ["a single space", " ", "CN=\\ "],
    ["a line break, which would forge a log line", "a\r\nb", "CN=a\\0d\\0ab"],
    ["a NUL", "a\0b", "CN=a\\00b"],
    ["a terminal escape", "a\u001b[2Jb", "CN=a\\1b[2Jb"],
    ["a right-to-left override", "a\u202eb", "CN=a\\e2\\80\\aeb"],
    ["a zero-width space", "a\u200bb", "CN=a\\e2\\80\\8bb"],
    ["a line separator", "a\u2028b", "CN=a\\e2\\80\\a8b"],
  ] as const) {
    it(`escapes ${attack}`, () => {
      expect(readName(commonNameOf(utf8(value))).text).to.equal(text);
    });
  }

  it("never holds a control character, whatever the value", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 8 }), (value) => {
        // Lone surrogates cannot be written as UTF-8.
        fc.pre(Buffer.from(value).toString() === value);
        expect(readName(commonNameOf(utf8(value))).text).to.not.match(/[\p{Cc}\p{Cf}]/u);
      }),
      { seed: 4514, numRuns: 500 },
    );
  });
});
