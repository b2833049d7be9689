import { expect } from "chai";
import fc from "fast-check";

import { der } from "@mtls-shield/testkit";

import { DerError } from "../../src/asn1/der-error.ts";
import { DerReader } from "../../src/asn1/der-reader.ts";
import { oid } from "../../src/asn1/oids.ts";
import { contextPrimitive, tags } from "../../src/asn1/tags.ts";

function reader(hex: string): DerReader {
  return DerReader.of(Buffer.from(hex.replaceAll(" ", ""), "hex"));
}

/** One table of inputs that a method of the reader has to refuse with the same message. */
function refuses(
  read: (from: DerReader) => unknown,
  table: Readonly<Record<string, readonly [hex: string, message: string]>>,
): void {
  for (const [name, [hex, message]] of Object.entries(table)) {
    it(`refuses ${name}: ${hex === "" ? "no octets" : hex}`, () => {
      expect(() => read(reader(hex))).to.throw(DerError, message);
    });
  }
}

describe("DerReader.readNull", () => {
  it("reads a NULL under the tag that it has there", () => {
    const from = reader("05 00 80 00");
    from.readNull();
    from.readNull(contextPrimitive(0));
    from.finish();
  });

  refuses(
    (from) => {
      from.readNull();
    },
    {
      "a NULL with something in it": ["05 01 00", "a NULL is not empty"],
    },
  );
});

describe("DerReader, lengths", () => {
  refuses((from) => from.readContent(tags.octetString), {
    "an indefinite length": ["04 80 41 00 00", "a length is indefinite"],
    "a long form where the short one does": ["04 81 01 41", "a length is not minimal"],
    "a long form of 127, the largest short length": [`04 81 7f ${"41".repeat(127)}`, "minimal"],
    "a length with a leading zero octet": [`04 82 00 80 ${"41".repeat(128)}`, "minimal"],
    "a length of 255 in two octets": [`04 82 00 ff ${"41".repeat(255)}`, "minimal"],
    "a length of four octets that needs three": ["04 84 00 ff ff ff", "a length is not minimal"],
    "a length of five octets": ["04 85 00 00 00 00 01 41", "a length is out of range"],
    "the reserved length octet": ["04 ff 41", "a length is out of range"],
    "a length of 4 GiB over nothing": ["04 84 ff ff ff ff", "a value is cut short"],
    "a missing length": ["04", "a length is missing"],
    "a long length without its octets": ["04 82 01", "a length is out of range"],
    "a value that lacks its last octet": ["04 02 41", "a value is cut short"],
    "an empty input": ["", "another type was expected"],
  });

  for (const count of [0, 1, 127, 128, 255, 256, 65_535, 65_536]) {
    it(`reads ${count} octets under the shortest length`, () => {
      const content = new Uint8Array(count).fill(0x41);
      const from = DerReader.of(der.octetString(content));
      expect(from.readContent(tags.octetString).length).to.equal(count);
      expect(from.atEnd).to.equal(true);
    });
  }

  it("never takes an inner value for longer than its wrapper", () => {
    const from = reader("30 03 04 02 41 42").read(tags.sequence);
    expect(() => from.readContent(tags.octetString)).to.throw(DerError, "a value is cut short");
  });

  it("never takes an inner length from beyond its wrapper", () => {
    const long = reader("30 02 04 82 01 00 41").read(tags.sequence);
    expect(() => long.readAny()).to.throw(DerError, "a length is out of range");
    const missing = reader("30 01 04 01 41").read(tags.sequence);
    expect(() => missing.readAny()).to.throw(DerError, "a length is missing");
  });
});

describe("DerReader, tags", () => {
  refuses((from) => from.read(tags.sequence), {
    "another type": ["31 00", "another type was expected"],
    "the primitive form of a constructed type": ["10 00", "another type was expected"],
  });

  refuses((from) => from.readAny(), {
    "a tag number in several octets": ["1f 81 01 00", "another type was expected"],
    "a constructed one as well": ["bf 1f 00", "another type was expected"],
    "the end of the input": ["", "another type was expected"],
  });

  it("tells the next tag, and -1 at the end", () => {
    const from = reader("05 00");
    expect(from.nextTag).to.equal(tags.null);
    from.readAny();
    expect(from.nextTag).to.equal(-1);
  });

  it("tells -1 at the end of an inner value although octets follow it", () => {
    expect(reader("30 00 05 00").read(tags.sequence).nextTag).to.equal(-1);
  });

  it("reads an optional value only when it comes next", () => {
    const from = reader("30 00 05 00");
    expect(from.readOptional(tags.set)).to.equal(undefined);
    expect(from.readOptional(tags.sequence)?.atEnd).to.equal(true);
    expect(from.nextTag).to.equal(tags.null);
  });

  it("returns a whole value with its identifier and length", () => {
    const from = reader("02 01 05 02 01 06");
    expect(from.readWhole(tags.integer).toString("hex")).to.equal("020105");
    expect(from.readAny().toString("hex")).to.equal("020106");
  });

  it("refuses what is left over", () => {
    const from = reader("05 00 00");
    from.readAny();
    expect(() => {
      from.finish();
    }).to.throw(DerError, "bytes are left over");
  });

  it("is content when nothing is left over", () => {
    const from = reader("05 00");
    from.readAny();
    from.finish();
    expect(from.atEnd).to.equal(true);
  });

  it("returns views of the original octets, not copies", () => {
    const bytes = Buffer.from("04024142", "hex");
    const content = DerReader.of(bytes).readContent(tags.octetString);
    bytes[2] = 0x5a;
    expect(content.toString()).to.equal("ZB");
  });

  it("reads a Uint8Array that begins in the middle of its memory", () => {
    const bytes = Uint8Array.from([0xff, 0x02, 0x01, 0x05, 0xff]).subarray(1, 4);
    const from = DerReader.of(bytes);
    expect(from.readSmallInteger()).to.equal(5);
    expect(from.atEnd).to.equal(true);
  });
});

describe("DerReader, BOOLEAN", () => {
  refuses((from) => from.readBoolean(), {
    "01 for true": ["01 01 01", "a BOOLEAN is neither 00 nor FF"],
    "fe for true": ["01 01 fe", "a BOOLEAN is neither 00 nor FF"],
    "no octet": ["01 00", "a BOOLEAN is neither 00 nor FF"],
    "no octet, where an FF follows": ["01 00 ff", "a BOOLEAN is neither 00 nor FF"],
    "two octets": ["01 02 ff ff", "a BOOLEAN is neither 00 nor FF"],
  });

  it("reads FF as true and 00 as false", () => {
    expect(reader("01 01 ff").readBoolean()).to.equal(true);
    expect(reader("01 01 00").readBoolean()).to.equal(false);
  });

  it("reads a flag that is left out as false, and does not move", () => {
    const from = reader("05 00");
    expect(from.readFlag()).to.equal(false);
    expect(from.nextTag).to.equal(tags.null);
  });

  it("reads a flag that is set as true", () => {
    expect(reader("01 01 ff").readFlag()).to.equal(true);
  });

  it("refuses a flag whose default is written out", () => {
    expect(() => reader("01 01 00").readFlag()).to.throw(DerError, "a default value is encoded");
  });
});

describe("DerReader, INTEGER", () => {
  refuses((from) => from.readInteger(), {
    "an empty one": ["02 00", "an INTEGER is empty"],
    "a needless 00 in front": ["02 02 00 7f", "superfluous"],
    "two needless 00 in front": ["02 03 00 00 80", "superfluous"],
    "a needless ff in front of a negative number": ["02 02 ff 80", "superfluous"],
    "minus one in two octets": ["02 02 ff ff", "superfluous"],
  });

  for (const [value, hex] of Object.entries({
    "0": "02 01 00",
    "127": "02 01 7f",
    "128": "02 02 00 80",
    "-1": "02 01 ff",
    "-128": "02 01 80",
    "-129": "02 02 ff 7f",
  })) {
    it(`reads ${value} in its shortest form`, () => {
      const content = reader(hex).readInteger().toString("hex");
      expect(content).to.equal(hex.slice(6).replaceAll(" ", ""));
    });
  }

  refuses((from) => from.readSmallInteger(), {
    "a negative number where none may stand": ["02 01 ff", "an INTEGER is negative"],
    "the least negative number that one octet holds": ["02 01 80", "an INTEGER is negative"],
    "a number of five octets": ["02 05 00 80 00 00 00", "an INTEGER is out of range"],
    "a number that a double cannot hold": [`02 09 7f ${"ff".repeat(8)}`, "out of range"],
  });

  it("reads small numbers up to four octets", () => {
    expect(reader("02 01 00").readSmallInteger()).to.equal(0);
    expect(reader("02 02 00 ff").readSmallInteger()).to.equal(255);
    expect(reader("02 04 7f ff ff ff").readSmallInteger()).to.equal(2 ** 31 - 1);
  });
});

describe("DerReader, implicit tags", () => {
  const tag = contextPrimitive(1);

  it("stand for those of INTEGERs and BIT STRINGs, whose content stays the same", () => {
    expect(reader("81 02 00 80").readInteger(tag).toString("hex")).to.equal("0080");
    expect(reader("81 02 00 80").readSmallInteger(tag)).to.equal(128);
    expect(reader("81 02 01 06").readNamedBits(tag)).to.equal(0b110_0000);
  });

  refuses((from) => from.readInteger(tag), {
    "the universal tag of an INTEGER": ["02 01 05", "another type was expected"],
    "another number": ["80 01 05", "another type was expected"],
    "a constructed value": ["a1 01 05", "another type was expected"],
    "a padded number under the tag": ["81 02 00 7f", "superfluous"],
  });

  refuses((from) => from.readSmallInteger(tag), {
    "the universal tag of a small INTEGER": ["02 01 05", "another type was expected"],
    "a negative number under the tag": ["81 01 ff", "an INTEGER is negative"],
    "no octet under the tag": ["81 00", "an INTEGER is empty"],
  });

  refuses((from) => from.readNamedBits(tag), {
    "the universal tag of a BIT STRING": ["03 02 07 80", "another type was expected"],
    "a trailing zero bit under the tag": ["81 02 06 80", "has bits that DER leaves out"],
  });
});

describe("DerReader, BIT STRING", () => {
  refuses((from) => from.readOctetAlignedBits(), {
    "unused bits": ["03 02 03 f8", "does not hold whole octets"],
    "no octet that tells the unused bits": ["03 00", "does not hold whole octets"],
  });

  it("reads whole octets, even none", () => {
    expect(reader("03 03 00 41 42").readOctetAlignedBits().toString()).to.equal("AB");
    expect(reader("03 01 00").readOctetAlignedBits().length).to.equal(0);
  });

  refuses((from) => from.readNamedBits(), {
    "no octet at all": ["03 00", "a BIT STRING is malformed"],
    "eight unused bits": ["03 02 08 80", "a BIT STRING is malformed"],
    "255 unused bits": ["03 02 ff 80", "a BIT STRING is malformed"],
    "more than 32 bits": ["03 06 00 80 00 00 00 01", "a BIT STRING is malformed"],
    "unused bits of an empty one": ["03 01 07", "an empty BIT STRING has unused bits"],
    "an unused bit that is set": ["03 02 07 c0", "has bits that DER leaves out"],
    "a trailing zero bit": ["03 02 06 80", "has bits that DER leaves out"],
    "a trailing zero octet": ["03 03 00 80 00", "has bits that DER leaves out"],
    "an octet of zeros": ["03 02 00 00", "has bits that DER leaves out"],
  });

  it("reads named bits, the first as the lowest", () => {
    expect(reader("03 02 07 80").readNamedBits()).to.equal(0b1);
    expect(reader("03 02 01 06").readNamedBits()).to.equal(0b110_0000);
    expect(reader("03 03 07 00 80").readNamedBits()).to.equal(0b1_0000_0000);
    expect(reader("03 01 00").readNamedBits()).to.equal(0);
  });

  it("reads any set of named bits that DER writes", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 30 })), (positions) => {
        const expected = positions.reduce((bits, position) => bits | (1 << position), 0);
        const read = DerReader.of(der.namedBits(...positions)).readNamedBits();
        expect(read).to.equal(expected);
      }),
      { seed: 5280, numRuns: 500 },
    );
  });
});

describe("DerReader, OBJECT IDENTIFIER", () => {
  refuses((from) => from.readOid(), {
    "an empty one": ["06 00", "is cut short"],
    "a padded arc": ["06 04 55 04 80 03", "has a padded arc"],
    "a padded first arc": ["06 03 80 55 04", "has a padded arc"],
    "an arc without its last octet": ["06 03 55 04 83", "is cut short"],
    "65 octets, though each arc is sound": [`06 41 ${"01".repeat(65)}`, "is too long"],
    "one arc of 65 octets": [`06 41 ${"81".repeat(64)}01`, "is too long"],
    "an arc cut off by the end of the value": ["06 02 55 84 03", "is cut short"],
  });

  it("reads an identifier as the key that oid() makes", () => {
    expect(reader("06 03 55 04 03").readOid()).to.equal(oid("2.5.4.3"));
  });

  it("reads identifiers of up to 64 octets", () => {
    expect(reader(`06 40 ${"81".repeat(63)}01`).readOid()).to.have.length(64);
  });

  it("tells identifiers apart that differ by a multiple of 2^32 in one arc (CVE-2025-66030)", () => {
    const key = DerReader.of(der.oid(`2.5.29.${19n + (1n << 32n)}`)).readOid();
    expect(key).to.not.equal(oid("2.5.29.19"));
  });
});

describe("DerReader, anything", () => {
  it("throws nothing but DerError for arbitrary bytes, and never reads beyond them", () => {
    const methods = [
      (from: DerReader) => from.readAny(),
      (from: DerReader) => from.readBoolean(),
      (from: DerReader) => from.readInteger(),
      (from: DerReader) => from.readSmallInteger(),
      (from: DerReader) => from.readNamedBits(),
      (from: DerReader) => from.readOctetAlignedBits(),
      (from: DerReader) => from.readOid(),
      (from: DerReader) => from.read(tags.sequence).readAny(),
    ];
    let values = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...methods.keys()),
        fc.constantFrom(0x01, 0x02, 0x03, 0x06, 0x30),
        fc.uint8Array({ maxLength: 12 }),
        fc.boolean(),
        (method, tag, rest, fits) => {
          const bytes = Uint8Array.from(fits ? [tag, rest.length, ...rest] : [tag, ...rest]);
          const from = DerReader.of(bytes);
          try {
            const value = methods[method]!(from);
            values++;
            if (Buffer.isBuffer(value)) expect(value.length).to.be.at.most(bytes.length);
          } catch (error) {
            expect(error).to.be.instanceOf(DerError);
          }
        },
      ),
      { seed: 690, numRuns: 5_000 },
    );
    expect(values, "values that were really read").to.be.greaterThan(250);
  });

  it("reads back whatever a DER writer wrote", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(1n << 80n), max: 1n << 80n }), (value) => {
        const content = DerReader.of(der.integer(value)).readInteger();
        const read = BigInt.asIntN(content.length * 8, BigInt(`0x${content.toString("hex")}`));
        expect(read).to.equal(value);
      }),
      { seed: 690, numRuns: 1_000 },
    );
  });
});
