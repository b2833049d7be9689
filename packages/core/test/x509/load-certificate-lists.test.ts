import { expect } from "chai";

import { authority, certificateList, der, extensions } from "@mtls-shield/testkit";

import { parseCertificateList } from "../../src/x509/certificate-list.ts";
import { loadCertificateLists } from "../../src/x509/load-certificate-lists.ts";
import { parsed } from "../certificates.ts";

const root = authority();
const listOf = (serialNumber: number) =>
  certificateList(root.certificate, { revoked: [{ serialNumber }] });
const one = listOf(1);
const two = listOf(2);

/** Pieces in memory that is used again, as a file is read: a chunk that was kept would change. */
async function* pieces(bytes: string | Uint8Array, length = 1_000) {
  const whole = Buffer.from(bytes as Uint8Array);
  const memory = Buffer.alloc(length);
  for (let at = 0; at < whole.length; at += length) {
    await Promise.resolve();
    const size = whole.copy(memory, 0, at, at + length);
    yield memory.subarray(0, size);
  }
}

/** The serial numbers among the first few that each list revokes, or what is wrong. */
async function load(bytes: string | Uint8Array, length?: number, maxBytes = 1_000_000) {
  const lists = await loadCertificateLists(pieces(bytes, length), { maxBytes });
  if (typeof lists === "string") return lists;
  return lists.map(({ entries }) =>
    [1, 2, 3].filter((serial) => entries.find(Buffer.of(serial)).length > 0),
  );
}

/** A list with so many entries. */
function large(count: number): Uint8Array {
  const tail = Buffer.from(der.time(Date.now()));
  const head = Buffer.of(0x30, 21, 0x02, 4);
  const entries = Array.from({ length: count }, (_, index) => {
    const serial = Buffer.alloc(4);
    serial.writeUInt32BE(0x10000000 + index);
    return Buffer.concat([head, serial, tail]);
  });
  return certificateList(root.certificate, {
    raw: (sound) => ({ ...sound, revokedCertificates: der.tlv(0x30, Buffer.concat(entries)) }),
  }).der;
}

describe("loadCertificateLists", () => {
  it("reads one list in DER, in whatever pieces it comes", async () => {
    for (const length of [1, 2, 7, 1_000]) {
      expect(await load(one.der, length)).to.deep.equal([[1]]);
    }
  });

  it("reads every list in PEM, with text around them, in whatever pieces it comes", async () => {
    const text = `first\n${one.pem}second\r\n${two.pem.replaceAll("\n", "\r\n")}end`;
    for (const length of [1, 2, 7, 1_000, 10_000]) {
      expect(await load(text, length)).to.deep.equal([[1], [2]]);
    }
  });

  it("reads what was signed, so that the signature can be checked", async () => {
    for (const bytes of [one.der, one.pem]) {
      const lists = await loadCertificateLists(pieces(bytes), { maxBytes: 10_000 });
      const [list] = typeof lists === "string" ? [] : lists;
      expect(list?.verify(parsed(root.certificate).publicKey)).to.equal("valid");
    }
  });

  it("does not look at a chunk any more once it asked for the next", async () => {
    const source = large(50_000);
    expect(await load(source, 4_096, 10_000_000)).to.deep.equal([[]]);
    const lists = await loadCertificateLists(pieces(source, 4_096), { maxBytes: 10_000_000 });
    const [list] = typeof lists === "string" ? [] : lists;
    expect(list?.entries.find(Buffer.of(0x10, 0, 0, 9))).to.have.length(1);
    expect(list?.verify(parsed(root.certificate).publicKey)).to.equal("valid");
  });

  const certificate = root.certificate;
  const pem = (label: string, body: string) =>
    `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;
  const cut = Buffer.from(one.der.subarray(0, -1));
  const problems: Record<string, readonly [bytes: string | Uint8Array, problem: string]> = {
    nothing: ["", "there is nothing"],
    "a text without a block": ["hello\n", "there is neither DER nor a PEM block"],
    "a certificate in PEM": [certificate.pem, "a block is a CERTIFICATE, not an X509 CRL"],
    "a private key": [certificate.privateKeyPem, "a block is a PRIVATE KEY, not an X509 CRL"],
    "a certificate in DER": [certificate.der, "another type was expected"],
    "a list in DER that is cut short": [cut, "a value is cut short"],
    "two lists in DER": [Buffer.concat([one.der, two.der]), "bytes are left over"],
    "a list in PEM that is cut short": [
      one.pem.slice(0, -30),
      "the last block (X509 CRL) has no END line",
    ],
    "a PEM block that is cut short within": [
      pem("X509 CRL", cut.toString("base64")),
      "a value is cut short",
    ],
    "a PEM block that holds more than a list": [
      pem("X509 CRL", Buffer.concat([one.der, Buffer.of(0)]).toString("base64")),
      "bytes are left over",
    ],
    "a PEM block that holds no list": [
      pem("X509 CRL", Buffer.from(der.sequence(der.nullValue())).toString("base64")),
      "another type was expected",
    ],
    "a second list that is none": [
      one.pem + pem("X509 CRL", Buffer.from(der.sequence(der.nullValue())).toString("base64")),
      "list 2: another type was expected",
    ],
    "more octets than are allowed": ["a\n".repeat(600_000), "there are more than 1000000 octets"],
    "DER that claims 4 GB": [
      Buffer.of(0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0x00),
      "the value is longer than 1000000 octets",
    ],
  };
  for (const [what, [bytes, problem]] of Object.entries(problems)) {
    it(`says what is wrong with ${what}`, async () => {
      expect(await load(bytes, 100_000)).to.equal(problem);
    });
  }

  it("refuses thousands of lists in one source", async () => {
    const tiny = pem("X509 CRL", Buffer.from(der.sequence()).toString("base64"));
    expect(await load(tiny.repeat(4_097), 10_000)).to.equal("there are more than 4096 lists");
  });

  it("closes its source where it stops early", async () => {
    let isClosed = false;
    async function* endless() {
      try {
        for (;;) {
          await Promise.resolve();
          yield Buffer.from("x\n".repeat(100));
        }
      } finally {
        isClosed = true;
      }
    }
    expect(await loadCertificateLists(endless(), { maxBytes: 1_000 })).to.be.a("string");
    expect(isClosed).to.be.true;
  });

  it("passes on what the source throws", async () => {
    const broken = (async function* () {
      yield one.der.subarray(0, 5);
      await Promise.resolve();
      throw new Error("the disk is gone");
    })();
    let thrown: unknown;
    await loadCertificateLists(broken, { maxBytes: 1_000 }).catch((error: unknown) => {
      thrown = error;
    });
    expect(thrown).to.be.an("error").with.property("message", "the disk is gone");
  });

  it("passes on a failure that is none of the list's", async () => {
    const failure = new TypeError("a bug");
    for (const last of [0, 8]) {
      let calls = 0;
      const pause = () => (calls++ === last ? Promise.reject(failure) : Promise.resolve());
      const thrown: unknown = await loadCertificateLists(pieces(large(50_000), 300_000), {
        maxBytes: 10_000_000,
        pause,
      }).catch((error: unknown) => error);
      expect(thrown).to.equal(failure);
      expect(calls).to.equal(last + 1);
    }
  });

  it("pauses often while it decodes, reads and packs, whatever the size of the chunks", async () => {
    const bytes = large(100_000);
    const text = pem("X509 CRL", Buffer.from(bytes).toString("base64").replace(/.{64}/g, "$&\n"));
    const count = async (source: string | Uint8Array, length: number): Promise<number> => {
      let pauses = 0;
      const lists = await loadCertificateLists(pieces(source, length), {
        maxBytes: 10_000_000,
        pause: () => Promise.resolve(pauses++).then(() => undefined),
      });
      expect(lists).to.have.length(1);
      return pauses;
    };
    expect(await count(bytes, 10_000_000)).to.be.within(15, 30);
    expect(await count(bytes, 1_000)).to.be.within(15, 30);
    expect(await count(text, 10_000_000)).to.be.within(18, 35);
    expect(await count("\n".repeat(1_000_000) + one.pem, 10_000_000)).to.be.above(3);
    expect(await count(`${"\n".repeat(5_000)}${one.pem}`, 1)).to.be.above(3);
  });
});

describe("parseCertificateList, fields of any length", () => {
  it("refuses names and extensions that would keep others waiting", () => {
    const long = extensions.extension("1.2.3", der.tlv(0x04, Buffer.alloc(300_000)));
    const made = certificateList(root.certificate, { moreExtensions: [long] });
    expect(parseCertificateList(made.der)).to.equal("a field is too long");
  });
});
