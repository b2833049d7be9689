import { expect } from "chai";
import fc from "fast-check";
import { crc32c } from "../../../src/server/proxy-protocol/crc32c.ts";
import { parseProxyHeader } from "../../../src/server/proxy-protocol/parse-proxy-header.ts";
import {
  binaryHeader,
  extension,
  headerLine,
  ipv4Block,
  ipv6Block,
  signature,
} from "./made-headers.ts";

const hello = Buffer.from("1603010200010001fc0303", "hex");

/** What the whole input and each beginning of it are: the header is there from its last byte on, and nothing is said before. */
function readInPieces(bytes: Buffer): ReturnType<typeof parseProxyHeader> {
  const whole = parseProxyHeader(bytes);
  let known = parseProxyHeader(bytes.subarray(0, 0));
  for (let length = 1; length <= bytes.length; length++) {
    const next = parseProxyHeader(bytes.subarray(0, length));
    if (known.outcome !== "incomplete") expect(next).to.deep.equal(known);
    if (next.outcome === "complete") expect(length).to.be.at.least(next.length);
    known = next;
  }
  expect(known).to.deep.equal(whole);
  return whole;
}

function sourceOf(header: Buffer): unknown {
  const read = readInPieces(Buffer.concat([header, hello]));
  expect(read).to.include({ outcome: "complete", length: header.length });
  return (read as { source?: unknown }).source;
}

function problemOf(header: Buffer): string {
  const read = readInPieces(header);
  expect(read).to.have.property("outcome", "malformed");
  return (read as { problem: string }).problem;
}

describe("parseProxyHeader, version 1", () => {
  const addresses: readonly (readonly [string, unknown])[] = [
    [
      "TCP4 192.0.2.7 198.51.100.1 50000 443",
      { address: "192.0.2.7", port: 50000, family: "IPv4" },
    ],
    [
      "TCP4 255.255.255.255 255.255.255.255 65535 65535",
      { address: "255.255.255.255", port: 65535, family: "IPv4" },
    ],
    ["TCP4 0.0.0.0 0.0.0.0 0 0", { address: "0.0.0.0", port: 0, family: "IPv4" }],
    ["TCP6 2001:DB8:0::7 ::1 50000 443", { address: "2001:db8::7", port: 50000, family: "IPv6" }],
    [
      "TCP6 2001:0db8:0000:0000:0000:0000:0000:0007 2001:0db8:0000:0000:0000:0000:0000:0001 65535 65535",
      { address: "2001:db8::7", port: 65535, family: "IPv6" },
    ],
    // As HAProxy writes the clients of a socket that takes both families.
    [
      "TCP6 ::ffff:192.0.2.7 ::ffff:198.51.100.1 50000 443",
      { address: "::ffff:192.0.2.7", port: 50000, family: "IPv6" },
    ],
    ["UNKNOWN", undefined],
    ["UNKNOWN ", undefined],
    ["UNKNOWN 1.2.3.4 whatever  follows", undefined],
    [
      "UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535",
      undefined,
    ],
  ];
  for (const [fields, source] of addresses) {
    it(`reads PROXY ${fields}`, () => {
      expect(sourceOf(headerLine(fields))).to.deep.equal(source);
    });
  }

  for (const fields of [
    "",
    "TCP4",
    "TCP5 192.0.2.7 198.51.100.1 50000 443",
    "tcp4 192.0.2.7 198.51.100.1 50000 443",
    "UDP4 192.0.2.7 198.51.100.1 50000 443",
    "UNKNOWNX",
    "unknown",
    "UNKNOWN \xe9",
    "UNKNOWN a\tb",
    " TCP4 192.0.2.7 198.51.100.1 50000 443",
    "TCP4  192.0.2.7 198.51.100.1 50000 443",
    "TCP4\t192.0.2.7 198.51.100.1 50000 443",
    "TCP4 192.0.2.7  198.51.100.1 50000 443",
    "TCP4 192.0.2.7 198.51.100.1 50000",
    "TCP4 192.0.2.7 198.51.100.1 50000 443 ",
    "TCP4 192.0.2.7 198.51.100.1 50000 443 1",
    "TCP4 192.0.2.7 198.51.100.1 050000 443",
    "TCP4 192.0.2.7 198.51.100.1 00 443",
    "TCP4 192.0.2.7 198.51.100.1 50000 0443",
    "TCP4 192.0.2.7 198.51.100.1 65536 443",
    "TCP4 192.0.2.7 198.51.100.1 50000 65536",
    "TCP4 192.0.2.7 198.51.100.1 -1 443",
    "TCP4 192.0.2.7 198.51.100.1 +1 443",
    "TCP4 192.0.2.7 198.51.100.1 1e3 443",
    "TCP4 192.0.2.7 198.51.100.1 0x50 443",
    "TCP4 192.0.2.07 198.51.100.1 50000 443",
    "TCP4 192.0.2.256 198.51.100.1 50000 443",
    "TCP4 192.0.2 198.51.100.1 50000 443",
    "TCP4 192.0.2.7 198.51.100 50000 443",
    "TCP4 3221225991 198.51.100.1 50000 443",
    "TCP4 2001:db8::7 2001:db8::1 50000 443",
    "TCP6 192.0.2.7 198.51.100.1 50000 443",
    "TCP6 2001:db8::7 198.51.100.1 50000 443",
    "TCP6 2001:db8:::7 2001:db8::1 50000 443",
    "TCP6 2001:db8::7::1 2001:db8::1 50000 443",
    "TCP6 2001:db8::12345 2001:db8::1 50000 443",
    "TCP6 1:2:3:4:5:6:7 2001:db8::1 50000 443",
    "TCP6 fe80::1%eth0 fe80::2 50000 443",
    "TCP6 [2001:db8::7] [2001:db8::1] 50000 443",
    "TCP4 192.0.2.7\0 198.51.100.1 50000 443",
    "TCP4 192.0.2.7 198.51.100.1 50000 443\r",
    "UNKNOWN\r",
    "UNKNOWN a\rb",
    "TCP4 192.0.2.7\r 198.51.100.1 50000 443",
  ]) {
    it(`refuses ${JSON.stringify(`PROXY ${fields}`)}`, () => {
      expect(problemOf(headerLine(fields))).to.match(/PROXY header/);
    });
  }

  it("refuses a line that ends with LF alone or with LF CR, or holds a CR alone", () => {
    const fields = "PROXY TCP4 192.0.2.7 198.51.100.1 50000 443";
    for (const end of ["\n", "\n\r", "\r\r\n"]) problemOf(Buffer.from(fields + end));
    problemOf(Buffer.from(`PROXY UNKNOWN\nPROXY TCP4 192.0.2.7 198.51.100.1 50000 443\r\n`));
  });

  it("takes 107 bytes and not one more, however many follow without an end", () => {
    const longest = headerLine(`UNKNOWN ${"f".repeat(91)}`);
    expect(longest).to.have.length(107);
    expect(sourceOf(longest)).to.equal(undefined);
    problemOf(headerLine(`UNKNOWN ${"f".repeat(92)}`));
    const endless = Buffer.from(`PROXY UNKNOWN ${"f".repeat(70_000)}`);
    expect(parseProxyHeader(endless.subarray(0, 106)).outcome).to.equal("incomplete");
    for (const length of [107, 108, 70_000]) {
      expect(problemOf(endless.subarray(0, Math.min(length, 300)))).to.include("107");
      expect(parseProxyHeader(endless.subarray(0, length)).outcome).to.equal("malformed");
    }
  });
});

describe("parseProxyHeader, version 2", () => {
  const checksummed = (header: Buffer, at: number): Buffer => {
    header.writeUInt32BE(crc32c(header), at);
    return header;
  };
  const checksum = extension(0x03, Buffer.alloc(4));

  it("reads a TCP connection over IPv4, over IPv6, and the IPv4-mapped", () => {
    expect(sourceOf(binaryHeader())).to.deep.equal({
      address: "192.0.2.7",
      port: 50000,
      family: "IPv4",
    });
    expect(sourceOf(binaryHeader({ kind: 0x21, block: ipv6Block }))).to.deep.equal({
      address: "2001:db8::7",
      port: 50000,
      family: "IPv6",
    });
    const mapped = Buffer.concat([
      Buffer.from("00000000000000000000ffffc000020700000000000000000000ffffc6336401", "hex"),
      Buffer.from("c35001bb", "hex"),
    ]);
    expect(sourceOf(binaryHeader({ kind: 0x21, block: mapped }))).to.deep.equal({
      address: "::ffff:192.0.2.7",
      port: 50000,
      family: "IPv6",
    });
  });

  it("leaves a connection its own address that has no other: LOCAL, unspecified, from a Unix socket", () => {
    for (const header of [
      binaryHeader({ command: 0x20, kind: 0x00, block: Buffer.alloc(0) }),
      // The block of LOCAL is to be skipped, whatever it holds, and the family with it.
      binaryHeader({ command: 0x20 }),
      binaryHeader({ command: 0x20, kind: 0xff, block: Buffer.from("anything") }),
      binaryHeader({ kind: 0x00, block: Buffer.alloc(0) }),
      binaryHeader({ kind: 0x00, block: Buffer.from("anything") }),
      binaryHeader({ kind: 0x31, block: Buffer.alloc(216, "/run/api.sock") }),
    ]) {
      expect(sourceOf(header)).to.equal(undefined);
    }
  });

  it("refuses other versions, commands, families and protocols", () => {
    for (const command of [0x00, 0x01, 0x11, 0x22, 0x2f, 0x31, 0xff]) {
      expect(problemOf(binaryHeader({ command }))).to.include("version or command");
    }
    for (const kind of [0x01, 0x02, 0x10, 0x12, 0x13, 0x20, 0x22, 0x30, 0x32, 0x41, 0xff]) {
      const block = Buffer.alloc(216);
      expect(problemOf(binaryHeader({ kind, block }))).to.include("not about a stream");
    }
  });

  it("refuses a block that is too short for its addresses", () => {
    for (const [kind, size] of [
      [0x11, 12],
      [0x21, 36],
      [0x31, 216],
    ] as const) {
      for (const length of [0, 1, size - 1]) {
        const header = binaryHeader({ kind, block: Buffer.alloc(length) });
        expect(problemOf(header)).to.include("too short");
      }
    }
  });

  it("ignores extensions, those of TLS and of cloud providers among them", () => {
    const extensions = Buffer.concat([
      extension(0x01, Buffer.from("h2")),
      extension(0x02, Buffer.from("api.example")),
      extension(0x04, Buffer.alloc(0)),
      extension(0x20, Buffer.from("0100000000", "hex")),
      extension(0xea, Buffer.from("\x01vpce-08d2bf15fac5001c9")),
    ]);
    expect(sourceOf(binaryHeader({ extensions }))).to.have.property("address", "192.0.2.7");
    expect(sourceOf(binaryHeader({ kind: 0x21, block: ipv6Block, extensions }))).to.be.an("object");
    const block = Buffer.alloc(216);
    expect(sourceOf(binaryHeader({ kind: 0x31, block, extensions }))).to.equal(undefined);
  });

  it("refuses extensions whose lengths do not add up", () => {
    for (const hex of ["04", "0400", "040001", "04000100ff", "04ffff00", "040000040001"]) {
      const extensions = Buffer.from(hex, "hex");
      expect(problemOf(binaryHeader({ extensions })), hex).to.include("do not fill it");
    }
  });

  it("verifies a checksum wherever it stands, and refuses a wrong one, one of another size, and a second one", () => {
    const noop = extension(0x04, Buffer.from("padding"));
    const good = checksummed(binaryHeader({ extensions: Buffer.concat([noop, checksum]) }), 41);
    expect(sourceOf(good)).to.have.property("address", "192.0.2.7");
    for (let at = 16; at < good.length; at++) {
      const changed = Buffer.from(good);
      changed[at] = (changed[at] as number) ^ 1;
      // A changed type or length makes other extensions of it; all that must not be is a changed address.
      const read = parseProxyHeader(changed);
      if (at < 28 || at >= 41) expect(read.outcome, String(at)).to.equal("malformed");
    }
    for (const value of [Buffer.alloc(0), Buffer.alloc(3), Buffer.alloc(5)]) {
      const header = binaryHeader({ extensions: extension(0x03, value) });
      expect(problemOf(header)).to.include("checksum");
    }
    const longer = binaryHeader({ extensions: extension(0x03, Buffer.alloc(5)) });
    expect(problemOf(checksummed(longer, 31))).to.include("checksum");
    const twice = binaryHeader({ extensions: Buffer.concat([checksum, checksum]) });
    expect(problemOf(checksummed(twice, 31))).to.include("checksum");
  });

  it("takes 4096 bytes and not one more, and says so before they have come", () => {
    const padding = (length: number): Buffer => extension(0x04, Buffer.alloc(length - 16 - 12 - 3));
    expect(sourceOf(binaryHeader({ extensions: padding(4_096) }))).to.be.an("object");
    expect(problemOf(binaryHeader({ extensions: padding(4_097) }))).to.include("4096");
    const announced = binaryHeader({ length: 0xffff }).subarray(0, 16);
    expect(problemOf(announced)).to.include("4096");
    expect(problemOf(binaryHeader({ command: 0x20, length: 0xffff }))).to.include("4096");
  });
});

describe("parseProxyHeader, any bytes", () => {
  const octets = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
  const source = fc.oneof(
    fc.record({ address: fc.ipV4(), port: fc.nat(0xffff), family: fc.constant("IPv4" as const) }),
    fc.record({ address: fc.ipV6(), port: fc.nat(0xffff), family: fc.constant("IPv6" as const) }),
  );

  it("refuses other protocols at the first byte that tells", () => {
    for (const bytes of [
      hello,
      Buffer.from("GET / HTTP/1.1\r\n\r\n"),
      Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
      Buffer.from("POST / HTTP/1.1\r\n\r\n"),
      Buffer.from("proxy TCP4 192.0.2.7 198.51.100.1 50000 443\r\n"),
      Buffer.from("PROXY\tTCP4 192.0.2.7 198.51.100.1 50000 443\r\n"),
      Buffer.from(" PROXY TCP4 192.0.2.7 198.51.100.1 50000 443\r\n"),
      Buffer.from("PROXYTCP4 192.0.2.7 198.51.100.1 50000 443\r\n"),
      Buffer.concat([Buffer.from("\r\n"), headerLine("UNKNOWN")]),
      Buffer.from("\r\n\r\n\0\r\nQUIT\r\n"),
    ]) {
      expect(problemOf(bytes)).to.equal("there is no PROXY header");
    }
  });

  it("waits for more of whatever is a beginning", () => {
    for (const header of [headerLine("UNKNOWN"), binaryHeader()]) {
      for (let length = 0; length < header.length; length++) {
        const { outcome } = parseProxyHeader(header.subarray(0, length));
        expect(outcome).to.equal("incomplete");
      }
    }
  });

  it("reads what was written, in both versions, whatever follows", () => {
    fc.assert(
      fc.property(source, source, octets, (from, to, rest) => {
        const version = from.family === "IPv4" ? 4 : 6;
        const target = to.family === from.family ? to : from;
        const fields = `${from.address} ${target.address} ${from.port} ${to.port}`;
        const line = headerLine(`TCP${version} ${fields}`);
        const fromLine = readInPieces(Buffer.concat([line, rest]));
        expect(fromLine).to.include({ outcome: "complete", length: line.length });
        const read = (fromLine as { source: { address: string; port: number } }).source;
        expect(read).to.include({ port: from.port, family: from.family });
        const packed = from.family === "IPv4" ? packIpv4(from.address) : packIpv6(read.address);
        const block = Buffer.concat([packed, packed, Buffer.alloc(4)]);
        block.writeUInt16BE(from.port, 2 * packed.length);
        const binary = binaryHeader({ kind: version === 4 ? 0x11 : 0x21, block });
        expect(readInPieces(Buffer.concat([binary, rest]))).to.deep.equal({
          outcome: "complete",
          length: binary.length,
          source: read,
        });
      }),
    );
  });

  it("throws at nothing, changes its mind about nothing, and takes no more than the header", () => {
    const cut = fc.nat(60);
    const beginning = fc.constantFrom(
      Buffer.alloc(0),
      Buffer.from("PROXY "),
      headerLine("TCP4 192.0.2.7 198.51.100.1 50000 443"),
      signature,
      binaryHeader(),
      binaryHeader({ kind: 0x21, block: ipv6Block, extensions: extension(4, Buffer.alloc(9)) }),
      binaryHeader({ block: ipv4Block, length: 30 }),
    );
    fc.assert(
      fc.property(beginning, cut, octets, (begun, length, rest) => {
        readInPieces(Buffer.concat([begun.subarray(0, length), rest]));
      }),
      { numRuns: 500 },
    );
  });
});

function packIpv4(address: string): Buffer {
  return Buffer.from(address.split(".").map(Number));
}

/** By the operating system's own reading of a URL's host. */
function packIpv6(address: string): Buffer {
  const groups = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const [before = [], after = []] = groups.map((side) => side.split(":").filter(Boolean));
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => "0");
  const hex = [...before, ...zeros, ...after].map((group) => group.padStart(4, "0"));
  return Buffer.from(hex.join(""), "hex");
}
