import { expect } from "chai";
import fc from "fast-check";

import { der, distinguishedName, extensions } from "@mtls-shield/testkit";

import { DerError } from "../../src/asn1/der-error.ts";
import { CrlEntries, type CrlEntry } from "../../src/x509/crl-entries.ts";
import { doAtOnce } from "../../src/base/sliced-work.ts";
import { bestCpuMs } from "../cpu-time.ts";
import { plainCrlEntries } from "./plain-crl-entries.ts";

const now = Date.UTC(2030, 0, 1);
const signature = Buffer.from("a signature that nobody foresaw");

interface Reading {
  readonly version?: 1 | 2;
  readonly signature?: Buffer;
}

function work(entries: readonly Uint8Array[], reading: Reading = {}) {
  const sequence = Buffer.from(der.tlv(0x30, Buffer.concat(entries)));
  return CrlEntries.read(sequence, { version: 2, signature, ...reading });
}

function read(entries: readonly Uint8Array[], reading?: Reading): CrlEntries {
  return doAtOnce(work(entries, reading));
}

function entry(
  serialNumber: Uint8Array | bigint | number,
  options: { date?: Uint8Array; extensions?: readonly Uint8Array[] } = {},
): Uint8Array {
  const { date = der.time(now), extensions: list = [] } = options;
  return der.sequence(
    typeof serialNumber === "object" ? der.tlv(0x02, serialNumber) : der.integer(serialNumber),
    date,
    list.length === 0 ? der.bytes() : der.sequence(...list),
  );
}

const reasonCode = (...octets: readonly number[]) =>
  extensions.extension("2.5.29.21", der.tlv(0x0a, der.bytes(...octets)));

const issuedBy = (commonName: string) =>
  extensions.extension(
    "2.5.29.29",
    der.sequence(der.constructed(4, distinguishedName({ commonName }))),
    { critical: true },
  );

const content = (serialNumber: bigint | number) => Buffer.from(der.integerContent(serialNumber));

/** Entries as a CRL writes them, fast: the writer of the testkit would take minutes for a million. */
function usualEntries(serials: readonly Buffer[]): readonly Buffer[] {
  const tail = Buffer.from(der.time(now));
  return serials.map((serial) =>
    Buffer.concat([
      Buffer.of(0x30, 2 + serial.length + tail.length, 0x02, serial.length),
      serial,
      tail,
    ]),
  );
}

const issuerText = ({ certificateIssuer }: CrlEntry): string | undefined => {
  const [name] = certificateIssuer ?? [];
  return name?.type === "directory" ? name.value.text : undefined;
};

describe("CrlEntries", () => {
  it("finds serial numbers of every length, also those that begin with another's octets", () => {
    const serials = Array.from({ length: 64 }, (_, index) => Buffer.alloc(index + 1, 0x11));
    const entries = read(serials.map((serial) => entry(serial)));
    for (const serial of serials) expect(entries.find(serial)).to.have.length(1);
    expect(entries.find(Buffer.alloc(65, 0x11))).to.be.empty;
    expect(entries.find(Buffer.alloc(0))).to.be.empty;
    expect(entries.count).to.equal(64);
  });

  it("tells serial numbers apart that differ in one octet", () => {
    const serials = Array.from({ length: 20 }, (_, index) => {
      const serial = Buffer.alloc(20, 0x11);
      serial[index] = 0x12;
      return serial;
    });
    const found = read(
      serials.map((serial, index) => entry(serial, { extensions: [reasonCode(index)] })),
    );
    serials.forEach((serial, index) => {
      expect(found.find(serial)).to.have.length(1);
      expect(found.find(serial)[0]).to.deep.equal(
        read([entry(1, { extensions: [reasonCode(index)] })]).find(Buffer.of(1))[0],
      );
    });
    expect(found.find(Buffer.alloc(20, 0x11))).to.be.empty;
  });

  it("keeps every date that can be written", () => {
    const dates = {
      "500101000000Z": Date.UTC(1950, 0, 1),
      "491231235959Z": Date.UTC(2049, 11, 31, 23, 59, 59),
      "000229120000Z": Date.UTC(2000, 1, 29, 12),
      "20500101000000Z": Date.UTC(2050, 0, 1),
      "20680119031407Z": Date.UTC(2068, 0, 19, 3, 14, 7),
      "20680119031408Z": Date.UTC(2068, 0, 19, 3, 14, 8),
      "19320101000000Z": Date.UTC(1932, 0, 1),
      "19311213204551Z": Date.UTC(1931, 11, 13, 20, 45, 51),
      "99991231235959Z": Date.UTC(9999, 11, 31, 23, 59, 59),
      "00000101000000Z": new Date(0).setUTCFullYear(0, 0, 1),
    };
    const written = Object.keys(dates).map((text) =>
      der.tlv(text.length === 13 ? 0x17 : 0x18, Buffer.from(text)),
    );
    const entries = read(written.map((date, index) => entry(index, { date })));
    for (const [index, [text, milliseconds]] of Object.entries(dates).entries()) {
      expect(entries.find(content(index))[0]?.revocationDate, text).to.equal(milliseconds);
    }
  });

  it("keeps invalidity dates and reasons of many octets beside the others", () => {
    const invalidity = (text: string) =>
      extensions.extension("2.5.29.24", der.tlv(0x18, Buffer.from(text)));
    const entries = read([
      entry(1, { extensions: [reasonCode(1), invalidity("20290101000000Z")] }),
      entry(2, { extensions: [reasonCode(0x7f, 0xff)] }),
      entry(3, { extensions: [reasonCode(0x00, 0xff)] }),
      entry(4, { extensions: [reasonCode(0x00, 0xfe)] }),
      entry(5, { extensions: [invalidity("19000101000000Z"), reasonCode(4), issuedBy("A")] }),
      entry(6),
    ]);
    const [first, ...others] = [1, 2, 3, 4, 5, 6].map(
      (serial) => entries.find(content(serial))[0]!,
    );
    expect(first).to.deep.equal({
      revocationDate: now,
      reason: "keyCompromise",
      invalidityDate: Date.UTC(2029, 0, 1),
      certificateIssuer: undefined,
    });
    expect(others.map(({ reason }) => reason)).to.deep.equal([
      "reason 32767",
      "reason 255",
      "reason 254",
      "superseded",
      "unspecified",
    ]);
    expect(others[3]?.invalidityDate).to.equal(Date.UTC(1900, 0, 1));
    expect(others.map(issuerText)).to.deep.equal([undefined, undefined, undefined, "CN=A", "CN=A"]);
  });

  it("keeps the order of the list among entries with one serial number", () => {
    const codes = Array.from({ length: 300 }, (_, index) => index % 6);
    const noise = (index: number) => entry(1_000 + index);
    const entries = read(
      codes.flatMap((code, index) => [
        noise(index),
        entry(7, code === 5 ? {} : { extensions: [reasonCode(code)] }),
      ]),
    );
    const names = codes.map(
      (code) =>
        read([entry(1, code === 5 ? {} : { extensions: [reasonCode(code)] })]).find(
          Buffer.of(1),
        )[0]!.reason,
    );
    expect(entries.find(Buffer.of(7)).map(({ reason }) => reason)).to.deep.equal(names);
  });

  for (const count of [1, 255, 256, 65_535, 65_536]) {
    it(`tells ${count} certificate issuers apart`, function () {
      this.timeout(60_000);
      const list = Array.from({ length: count }, (_, index) => [
        entry(index, { extensions: [issuedBy(`${index}`)] }),
        entry(1_000_000 + index),
      ]).flat();
      const entries = read([entry(-1), ...list]);
      expect(entries.namesIssuers).to.be.true;
      expect(issuerText(entries.find(Buffer.of(0xff))[0]!)).to.equal(undefined);
      for (const index of [0, 1, 127, 254, 255, 256, 65_534, 65_535]) {
        if (index >= count) continue;
        for (const serial of [index, 1_000_000 + index]) {
          expect(issuerText(entries.find(content(serial))[0]!)).to.equal(`CN=${index}`);
        }
      }
    });
  }

  it("shares the names of entries with one serial number and one issuer", () => {
    const list = [
      entry(7, { extensions: [issuedBy("A")] }),
      entry(7),
      entry(7, { extensions: [issuedBy("A")] }),
    ];
    const [one, two, three] = read(list).find(Buffer.of(7));
    expect(one?.certificateIssuer).to.equal(two?.certificateIssuer);
    expect(one?.certificateIssuer).to.equal(three?.certificateIssuer);
  });

  it("shares names also where they are too long to be remembered, or too many", () => {
    const longNames = extensions.extension(
      "2.5.29.29",
      der.sequence(
        ...Array.from({ length: 200 }, (_, at) => der.primitive(2, Buffer.from(`n${at}`))),
      ),
    );
    const entries = read([
      entry(7, { extensions: [longNames] }),
      entry(7),
      ...Array.from({ length: 2_000 }, (_, at) => entry(8, { extensions: [issuedBy(`${at}`)] })),
    ]);
    const [one, two] = entries.find(Buffer.of(7));
    expect(one?.certificateIssuer).to.have.length(200).and.to.equal(two?.certificateIssuer);
    const texts = Array.from({ length: 2_000 }, (_, at) => `CN=${at}`);
    for (let round = 0; round < 2; round++) {
      expect(entries.find(Buffer.of(8)).map(issuerText)).to.deep.equal(texts);
    }
  });

  it("refuses an entry that is longer than anybody needs", () => {
    const names = Array.from({ length: 3_000 }, () =>
      der.primitive(2, Buffer.from("x".repeat(20))),
    );
    const long = entry(1, {
      extensions: [extensions.extension("2.5.29.29", der.sequence(...names))],
    });
    expect(() => read([long])).to.throw(DerError, "an entry is too long");
  });

  it("reads the same whatever the signature is, and never looks up by the same hash", () => {
    const serials = Array.from({ length: 500 }, (_, index) => content(index * 256));
    for (const seed of ["a", "b", "c", ""]) {
      const entries = read(usualEntries(serials), { signature: Buffer.from(seed) });
      for (const serial of serials) expect(entries.find(serial)).to.have.length(1);
      expect(entries.find(content(255))).to.be.empty;
    }
  });

  it("yields after every slice of entries, and sooner where they take longer to read", () => {
    const slices = (list: readonly Uint8Array[]): number => [...work(list)].length;
    const serials = Array.from({ length: 100_000 }, (_, index) => content(index));
    expect(slices([])).to.equal(0);
    expect(slices(usualEntries(serials))).to.be.within(9, 12);
    const named = entry(1, { extensions: [issuedBy("A")] });
    expect(slices(Array.from({ length: 10_000 }, () => named))).to.be.above(20);
  });

  it("takes a million entries without time or memory that their serial numbers decide", function () {
    this.timeout(120_000);
    const count = 200_000;
    const lists: Record<string, (index: number) => Buffer> = {
      sequential: (index) => content(index),
      "with equal low bits": (index) => content(BigInt(index) << 96n),
      "with equal high bits": (index) => content((0x71n << 120n) + BigInt(index)),
      "equal to one another": () => content(77),
    };
    for (const [what, serialOf] of Object.entries(lists)) {
      const serials = Array.from({ length: count }, (_, index) => serialOf(index));
      const encoded = usualEntries(serials);
      expect(
        bestCpuMs(() => read(encoded)),
        what,
      ).to.be.below(1_500);
      if (what === "equal to one another") continue;
      const entries = read(encoded);
      const lookUpAll = () => {
        for (let index = 0; index < count; index += 10) {
          expect(entries.find(serials[index]!).length).to.equal(1);
        }
      };
      // 20,000 of them: were they all in one bucket, each would take a millisecond.
      expect(bestCpuMs(lookUpAll), what).to.be.below(1_500);
    }
  });
});

describe("CrlEntries, and the plainest way to read them", () => {
  const times = fc.oneof(
    fc
      .date({ min: new Date("1950-01-01"), max: new Date("2049-12-31"), noInvalidDate: true })
      .map((date) => der.utcTime(date.getTime())),
    fc
      .date({ min: new Date("1900-01-01"), max: new Date("2200-12-31"), noInvalidDate: true })
      .map((date) => der.generalizedTime(date.getTime())),
    fc
      .stringMatching(/^[0-9]{2}[01][0-9][0-3][0-9][0-2][0-9][0-6][0-9][0-6][0-9]Z$/)
      .map((text) => der.tlv(0x17, Buffer.from(text))),
  );
  const someExtensions = fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: 0, max: 255 }).map((code) => reasonCode(code)) },
      fc.constantFrom(
        issuedBy("A"),
        issuedBy("B"),
        extensions.extension("2.5.29.24", der.generalizedTime(now)),
        extensions.extension("1.2.3", der.nullValue()),
        extensions.extension("1.2.4", der.nullValue(), { critical: true }),
        extensions.extension("2.5.29.21", der.tlv(0x0a, der.bytes(1)), { critical: true }),
      ),
    ),
    { maxLength: 2 },
  );
  const serials = fc.oneof(
    fc.bigInt({ min: -300n, max: 300n }).map(der.integerContent),
    fc.uint8Array({ minLength: 0, maxLength: 70 }),
  );
  const entries = fc
    .tuple(serials, times, someExtensions)
    .map(([serial, date, list]) => entry(serial, { date, extensions: list }));
  const changes = fc.array(
    fc.record({ at: fc.nat(400), octet: fc.integer({ min: 0, max: 255 }), isCut: fc.boolean() }),
    { maxLength: 2 },
  );
  const versions = fc.constantFrom(1 as const, 2 as const, 2 as const, 2 as const);

  function compare(bytes: Uint8Array, version: 1 | 2): "read" | "refused" {
    const expected = plainCrlEntries(bytes, version);
    let found: CrlEntries | DerError;
    try {
      found = doAtOnce(CrlEntries.read(Buffer.from(bytes), { version, signature }));
    } catch (error) {
      if (!(error instanceof DerError)) throw error;
      found = error;
    }
    if (expected === undefined || found instanceof DerError) {
      expect(found instanceof DerError ? undefined : "read").to.equal(expected);
      return "refused";
    }
    expect([found.count, found.hasUnprocessedCritical]).to.deep.equal([
      expected.entries.length,
      expected.isCritical,
    ]);
    for (const { serialNumber } of expected.entries) {
      const plain = expected.entries.filter((one) => one.serialNumber === serialNumber);
      const bare = plain.map(({ revocationDate, reason, invalidityDate, certificateIssuer }) => ({
        revocationDate,
        reason,
        invalidityDate,
        certificateIssuer: JSON.stringify(certificateIssuer),
      }));
      const named = found.find(Buffer.from(serialNumber, "hex")).map((one) => ({
        ...one,
        certificateIssuer: JSON.stringify(one.certificateIssuer),
      }));
      expect(named).to.deep.equal(bare);
    }
    return "read";
  }

  it("agree on entries of every shape", function () {
    this.timeout(60_000);
    const outcomes = new Set<string>();
    fc.assert(
      fc.property(fc.array(entries, { maxLength: 6 }), versions, (list, version) => {
        outcomes.add(compare(der.tlv(0x30, Buffer.concat(list)), version));
      }),
      { numRuns: 2_000 },
    );
    expect([...outcomes].sort()).to.deep.equal(["read", "refused"]);
  });

  it("agree when octets of usual entries are changed", function () {
    this.timeout(60_000);
    const usual = fc
      .tuple(
        fc.uint8Array({ minLength: 1, maxLength: 20 }),
        fc.constantFrom([], [reasonCode(1)], [reasonCode(10)]),
      )
      .map(([serial, list]) => entry(serial, { extensions: list }));
    fc.assert(
      fc.property(
        fc.array(usual, { minLength: 1, maxLength: 4 }),
        changes,
        versions,
        (list, changed, version) => {
          const body = Buffer.concat(list);
          for (const { at, octet } of changed) body[at % body.length] = octet;
          compare(der.tlv(0x30, body), version);
        },
      ),
      { numRuns: 4_000 },
    );
  });

  it("agree on every change of one octet, and on every cut", () => {
    const seeds = [
      entry(0x40, { extensions: [reasonCode(1)] }),
      entry(0x80),
      entry(-129),
      entry(7, { date: der.utcTime(Date.UTC(1999, 11, 31, 23, 59, 59)) }),
    ];
    for (const seed of seeds) {
      for (let at = 0; at < seed.length; at++) {
        for (let octet = 0; octet < 256; octet++) {
          const body = Buffer.concat([seed, entry(9)]);
          body[at] = octet;
          compare(der.tlv(0x30, body), 2);
        }
        compare(der.tlv(0x30, seed.subarray(0, at)), 2);
      }
      compare(der.tlv(0x30, seed), 1);
    }
  });
});
