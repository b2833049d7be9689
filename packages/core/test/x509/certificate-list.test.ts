import { expect } from "chai";

import {
  asVersion1,
  authority,
  certificateList,
  der,
  distinguishedName,
  extensions,
  freshestCrl,
  requireTool,
  runOpenssl,
  type CrlChanges,
  type CrlEntryChanges,
  type RawCrlParts,
} from "@mtls-shield/testkit";

import { oid } from "../../src/asn1/oids.ts";
import { parseCertificateList } from "../../src/x509/certificate-list.ts";
import { reasonFlags } from "../../src/x509/distribution-points.ts";
import { parsed } from "../certificates.ts";
import { parsedList } from "../revocation/parsed-list.ts";
import { encode, nodesOf, replaceNode, treeOf } from "./der-mutator.ts";

const now = Date.UTC(2030, 0, 1);
const root = authority({ clock: () => now });

const listWith = (changes: CrlChanges) =>
  parsedList(certificateList(root.certificate, { now, ...changes }));

/** What the parser says of a list whose parts are changed: the list, or why it is none. */
const parseRaw = (change: (sound: RawCrlParts) => Partial<RawCrlParts>, changes: CrlChanges = {}) =>
  parseCertificateList(
    certificateList(root.certificate, {
      now,
      ...changes,
      raw: (sound) => ({ ...sound, ...change(sound) }),
    }).der,
  );

const entryOf = (changes: CrlEntryChanges) =>
  listWith({ revoked: [{ serialNumber: 7, ...changes }] }).entries.find(Buffer.of(7))[0];

/** A list of everything that the parser reads. */
const rich = () =>
  certificateList(root.certificate, {
    now,
    baseCrlNumber: 1,
    crlNumber: 2,
    scope: {
      uris: ["http://a.example/crl"],
      directoryNames: [distinguishedName({ commonName: "Place" })],
      onlyUsers: true,
      onlyReasons: ["keyCompromise", "aACompromise"],
      indirect: true,
    },
    moreExtensions: [
      freshestCrl({ relative: [der.sequence(der.oid("2.5.4.3"), der.utf8String("delta"))] }),
      extensions.extension(
        "2.5.29.18",
        der.sequence(der.primitive(2, new TextEncoder().encode("ca.example"))),
      ),
      extensions.extension("1.3.6.1.4.1.32473.1", der.nullValue()),
    ],
    revoked: [
      {
        serialNumber: 300,
        reason: "certificateHold",
        invalidityDate: now - 5_000,
        certificateIssuer: distinguishedName({ commonName: "Other" }),
      },
      { serialNumber: -1 },
    ],
  });

describe("parseCertificateList", () => {
  it("reads issuer, dates and what is signed", () => {
    const made = certificateList(root.certificate, { now });
    const list = parsedList(made);
    expect(list.version).to.equal(2);
    expect(list.issuer.text).to.equal("CN=Test Root");
    expect(list.thisUpdate).to.equal(now - 3_600_000);
    expect(list.nextUpdate).to.equal(now + 24 * 3_600_000);
    expect(list.signatureAlgorithmsMatch).to.be.true;
    expect(list.isDelta).to.be.false;
    expect(list.entries.count).to.equal(0);
    expect(list.verify(parsed(root.certificate).publicKey)).to.equal("valid");
  });

  it("copies the bytes, so that later changes do not matter", () => {
    const { der: bytes } = certificateList(root.certificate, { revoked: [{ serialNumber: 7 }] });
    const list = parsedList({ der: bytes });
    bytes.fill(0);
    expect(list.verify(parsed(root.certificate).publicKey)).to.equal("valid");
    expect(list.entries.find(Buffer.of(7))).to.have.length(1);
    expect(list.issuer.text).to.equal("CN=Test Root");
  });

  it("reads a list of version 1, which has no extensions", () => {
    const list = parsedList(certificateList(root.certificate, { raw: asVersion1 }));
    expect([list.version, list.extensions.crlNumber]).to.deep.equal([1, undefined]);
  });

  it("tells that the two signature algorithms differ", () => {
    const { algorithm } = { algorithm: der.sequence(der.oid("1.3.101.112")) };
    const list = parseRaw(() => ({ outerSignatureAlgorithm: algorithm }));
    expect(list).to.have.property("signatureAlgorithmsMatch", false);
  });

  it("keeps a list with an unknown signature algorithm, which nobody can have signed", () => {
    const unknown = der.sequence(der.oid("1.3.6.1.4.1.32473.2"));
    const list = parseRaw(() => ({ innerSignatureAlgorithm: unknown }));
    expect(list).to.have.property("signatureAlgorithm", undefined);
  });

  it("throws for what is no bytes at all, which is a bug of its caller and no bad list", () => {
    expect(() => parseCertificateList(undefined as never)).to.throw(TypeError);
  });

  const malformed: Record<string, (sound: RawCrlParts) => Partial<RawCrlParts>> = {
    "version 1 is written": () => ({ version: der.integer(0) }),
    "the version is 3": () => ({ version: der.integer(2) }),
    "a version 1 list has extensions": () => ({ version: der.bytes() }),
    "a version 1 list has entry extensions": (sound) => ({
      ...asVersion1(sound),
      revokedCertificates: entries(der.sequence(extensions.extension("1.2.3", der.nullValue()))),
    }),
    "the issuer is empty": () => ({ issuer: der.sequence() }),
    "thisUpdate is missing": () => ({ thisUpdate: der.bytes(), nextUpdate: der.bytes() }),
    "nextUpdate is missing": () => ({ nextUpdate: der.bytes() }),
    "thisUpdate is a GeneralizedTime before 2050": () => ({ thisUpdate: der.generalizedTime(now) }),
    "nextUpdate is a GeneralizedTime before 2050": () => ({ nextUpdate: der.generalizedTime(now) }),
    "bytes follow the extensions": () => ({ afterExtensions: der.nullValue() }),
    "the extensions are an empty list": () => ({
      extensions: [],
      afterExtensions: der.constructed(0, der.sequence()),
    }),
    "bytes follow within the extensions' field": (sound) => ({
      extensions: [],
      afterExtensions: der.constructed(0, der.sequence(...sound.extensions), der.nullValue()),
    }),
    "an extension stands twice": ({ extensions: [first = der.bytes()] }) => ({
      extensions: [first, first],
    }),
    "an entry has no date": () => ({
      revokedCertificates: der.sequence(der.sequence(der.integer(1))),
    }),
    "an entry's serial number is padded": () => ({
      revokedCertificates: der.sequence(
        der.sequence(der.tlv(0x02, der.bytes(0, 1)), der.time(now)),
      ),
    }),
    "an entry's serial number is longer than 64 octets": () => ({
      revokedCertificates: der.sequence(der.sequence(der.integer(1n << 520n), der.time(now))),
    }),
    "an entry's extensions are empty": () => ({ revokedCertificates: entries(der.sequence()) }),
    "bytes follow an entry's extensions": () => ({
      revokedCertificates: entries(
        der.sequence(extensions.extension("1.2.3", der.nullValue())),
        der.nullValue(),
      ),
    }),
    "a reason code is an INTEGER": () => entryWith("2.5.29.21", der.integer(1)),
    "a reason code is negative": () => entryWith("2.5.29.21", der.tlv(0x0a, der.bytes(0xff))),
    "bytes follow a reason code": () =>
      entryWith("2.5.29.21", der.concat(der.tlv(0x0a, der.bytes(1)), der.nullValue())),
    "an invalidity date is a UTCTime": () => entryWith("2.5.29.24", der.utcTime(now)),
    "a certificate issuer is no list of names": () => entryWith("2.5.29.29", der.sequence()),
    "a CRL number is negative": () => extensionWith("2.5.29.20", der.integer(-1)),
    "a CRL number is longer than 64 octets": () =>
      extensionWith("2.5.29.20", der.integer(1n << 520n)),
    "bytes follow a CRL number": () =>
      extensionWith("2.5.29.20", der.concat(der.integer(1), der.nullValue())),
    "a delta's base number is negative": () => extensionWith("2.5.29.27", der.integer(-1)),
    "a flag of the issuing distribution point is written although false": () =>
      extensionWith("2.5.29.28", der.sequence(der.primitive(1, der.bytes(0)))),
    "a flag of the issuing distribution point has two octets": () =>
      extensionWith("2.5.29.28", der.sequence(der.primitive(4, der.bytes(0xff, 0xff)))),
    "a flag of the issuing distribution point is not DER": () =>
      extensionWith("2.5.29.28", der.sequence(der.primitive(4, der.bytes(1)))),
    "the issuing distribution point has fields in a wrong order": () =>
      extensionWith(
        "2.5.29.28",
        der.sequence(der.primitive(2, der.bytes(0xff)), der.primitive(1, der.bytes(0xff))),
      ),
  };
  for (const [defect, change] of Object.entries(malformed)) {
    it(`says what is wrong when ${defect}`, () => {
      expect(parseRaw(change)).to.be.a("string");
    });
  }

  it("names the date that is missing", () => {
    expect(parseRaw(() => ({ nextUpdate: der.bytes() }))).to.equal("nextUpdate is missing");
  });
});

describe("CertificateList, extensions", () => {
  it("reads every one that RFC 5280 has", () => {
    const { extensions: found, isDelta } = parsedList(rich());
    expect(isDelta).to.be.true;
    expect([found.crlNumber, found.baseCrlNumber]).to.deep.equal([2n, 1n]);
    expect(found.authorityKeyIdentifier?.keyIdentifier).to.have.length(20);
    expect(found.issuerAltName).to.deep.equal([{ type: "dns", value: "ca.example" }]);
    expect(found.freshestCrl?.[0]?.name?.type).to.equal("relative");
    const scope = found.issuingDistributionPoint!;
    expect(scope).to.deep.include({
      onlyContainsUserCerts: true,
      onlyContainsCaCerts: false,
      onlyContainsAttributeCerts: false,
      onlySomeReasons: reasonFlags.keyCompromise | reasonFlags.aACompromise,
      indirectCrl: true,
    });
    expect(scope.name?.type === "full" ? scope.name.names.map(({ type }) => type) : [])
      .to.deep //
      .equal(["directory", "uri"]);
    expect(found.all.has(oid("1.3.6.1.4.1.32473.1"))).to.be.true;
    expect(found.unprocessedCritical).to.deep.equal([]);
  });

  it("reads the flags for authorities and attribute certificates, and an empty scope as every certificate", () => {
    const flags = (scope: NonNullable<CrlChanges["scope"]>) =>
      listWith({ scope }).extensions.issuingDistributionPoint;
    expect(flags({ onlyAuthorities: true })).to.include({ onlyContainsCaCerts: true });
    expect(flags({ onlyAttributes: true })).to.include({ onlyContainsAttributeCerts: true });
    expect(flags({})).to.include({ name: undefined, onlySomeReasons: undefined });
  });

  it("reads CRL numbers of 20 octets and more", () => {
    expect(listWith({ crlNumber: (1n << 160n) + 5n }).extensions.crlNumber).to.equal(
      (1n << 160n) + 5n,
    );
  });

  it("names the critical ones that it does not know, those of certificates included", () => {
    const list = listWith({
      moreExtensions: [
        extensions.extension("1.3.6.1.4.1.32473.1", der.nullValue(), { critical: true }),
        extensions.keyUsage("cRLSign"),
      ],
    });
    expect(list.extensions.unprocessedCritical).to.deep.equal([
      oid("1.3.6.1.4.1.32473.1"),
      oid("2.5.29.15"),
    ]);
  });
});

describe("CertificateList, entries", () => {
  it("finds an entry by the octets of its serial number", () => {
    const { entries: found } = listWith({
      revoked: [{ serialNumber: 128 }, { serialNumber: -128 }, { serialNumber: 0x8000n }],
    });
    expect(found.count).to.equal(3);
    expect(found.find(Buffer.of(0x00, 0x80))).to.have.length(1);
    expect(found.find(Buffer.of(0x80))).to.have.length(1);
    expect(found.find(Buffer.of(0x00, 0x80, 0x00))).to.have.length(1);
    expect(found.find(Buffer.of(0x80, 0x00))).to.be.empty;
    expect(found.find(Buffer.of(0x00))).to.be.empty;
  });

  it("finds nothing in an empty list, whether the field is absent or empty", () => {
    expect(listWith({}).entries.find(Buffer.of(1))).to.be.empty;
    const list = parseRaw(() => ({ revokedCertificates: der.sequence() }));
    expect(typeof list === "string" ? list : list.entries.count).to.equal(0);
  });

  it("returns every entry of one serial number", () => {
    const { entries: found } = listWith({
      revoked: [
        { serialNumber: 7, reason: "superseded" },
        { serialNumber: 8 },
        { serialNumber: 7, reason: "keyCompromise" },
      ],
    });
    expect(found.find(Buffer.of(7)).map(({ reason }) => reason)).to.deep.equal([
      "superseded",
      "keyCompromise",
    ]);
  });

  it("reads date, reason and invalidity date", () => {
    expect(
      entryOf({
        revocationDate: now - 1_000,
        reason: "keyCompromise",
        invalidityDate: now - 9_000,
      }),
    ).to.deep.equal({
      revocationDate: now - 1_000,
      reason: "keyCompromise",
      invalidityDate: now - 9_000,
      certificateIssuer: undefined,
    });
  });

  it("calls a reason unspecified that is not given, and numbers one that has no name", () => {
    const numbered = (code: number) =>
      extensions.extension("2.5.29.21", der.tlv(0x0a, der.bytes(code)));
    expect(entryOf({})?.reason).to.equal("unspecified");
    expect(entryOf({ moreExtensions: [numbered(7)] })?.reason).to.equal("reason 7");
    expect(entryOf({ moreExtensions: [numbered(11)] })?.reason).to.equal("reason 11");
  });

  it("lets a certificate issuer hold on until another is named (RFC 5280 5.3.3)", () => {
    const a = distinguishedName({ commonName: "A" });
    const b = distinguishedName({ commonName: "B" });
    const { entries: found } = listWith({
      revoked: [
        { serialNumber: 1 },
        { serialNumber: 2, certificateIssuer: a },
        { serialNumber: 3 },
        { serialNumber: 4, certificateIssuer: b },
        { serialNumber: 5, reason: "superseded" },
      ],
    });
    const issuerOf = (number: number) => {
      const [name] = found.find(Buffer.of(number))[0]?.certificateIssuer ?? [];
      return name?.type === "directory" ? name.value.text : undefined;
    };
    expect([1, 2, 3, 4, 5].map(issuerOf)).to.deep.equal([
      undefined,
      "CN=A",
      "CN=A",
      "CN=B",
      "CN=B",
    ]);
    expect(found.namesIssuers).to.be.true;
    expect(listWith({ revoked: [{}] }).entries.namesIssuers).to.be.false;
  });

  it("tells that an entry has an unknown critical extension, whichever it is", () => {
    const odd = (critical: boolean) =>
      listWith({
        revoked: [
          { serialNumber: 1 },
          {
            serialNumber: 2,
            moreExtensions: [extensions.extension("1.2.3", der.nullValue(), { critical })],
          },
          { serialNumber: 3, reason: "superseded" },
        ],
      }).entries.hasUnprocessedCritical;
    expect([odd(true), odd(false)]).to.deep.equal([true, false]);
  });
});

describe("parseCertificateList, hostile bytes", () => {
  const seeds = () => [
    certificateList(root.certificate, { now, revoked: [{ serialNumber: 9 }] }).der,
    certificateList(root.certificate, { now, raw: asVersion1, revoked: [{}] }).der,
    rich().der,
  ];

  /** Parses, and asks everything that a check may ask. Whatever throws fails the test. */
  function parseAndUse(bytes: Uint8Array): void {
    const list = parseCertificateList(bytes);
    if (typeof list === "string") return;
    list.entries.find(Buffer.of(9));
    list.entries.find(Buffer.of(1, 0x2c));
    list.entries.find(Buffer.of(0xff));
    expect(list.issuer.comparisonKey).to.be.a("string");
    expect(list.isDelta).to.be.a("boolean");
  }

  it("never throws for a list that is cut short, and never takes it", () => {
    for (const seed of seeds()) {
      for (let length = 0; length < seed.length; length++) {
        expect(parseCertificateList(seed.subarray(0, length))).to.be.a("string");
      }
    }
  });

  it("never throws when an octet is changed", () => {
    for (const seed of seeds()) {
      for (let at = 0; at < seed.length; at++) {
        for (const change of [0x01, 0x20, 0x80, 0xff]) {
          const bytes = Uint8Array.from(seed);
          bytes[at] = bytes[at]! ^ change;
          parseAndUse(bytes);
        }
      }
    }
  });

  it("never throws when a value is left out, doubled, emptied or of another type", () => {
    for (const tree of seeds().map(treeOf)) {
      for (let position = 0; position < nodesOf(tree).length; position++) {
        parseAndUse(encode(replaceNode(tree, position, () => [])));
        parseAndUse(encode(replaceNode(tree, position, (node) => [node, node])));
        const emptied = (tag: number) => [{ tag, content: der.bytes(), children: undefined }];
        parseAndUse(encode(replaceNode(tree, position, ({ tag }) => emptied(tag))));
        parseAndUse(encode(replaceNode(tree, position, () => emptied(0x30))));
        parseAndUse(encode(replaceNode(tree, position, (node) => [{ ...node, tag: 0x04 }])));
      }
    }
  });

  it("refuses a list with indefinite or needlessly long lengths", () => {
    for (const seed of seeds()) {
      expect(parseCertificateList(der.withIndefiniteLength(seed))).to.be.a("string");
      expect(parseCertificateList(der.withNonMinimalLength(seed))).to.be.a("string");
      expect(parseCertificateList(der.concat(seed, der.bytes(0)))).to.be.a("string");
    }
  });
});

describe("CertificateList and OpenSSL", () => {
  it("reads what `openssl ca -gencrl` writes, of version 2 and of version 1", function () {
    requireTool(this, "openssl");
    const config = [
      "[ca]\ndefault_ca = test\n[test]\ndatabase = index.txt\ncrlnumber = number",
      "default_md = sha256\n[v2]\nauthorityKeyIdentifier = keyid\n",
    ].join("\n");
    const files = {
      "ca.cnf": config,
      "ca.pem": root.certificate.pem,
      "ca.key": root.certificate.privateKeyPem,
      number: "2A\n",
      "index.txt": [
        "R\t350101000000Z\t300101000000Z,keyCompromise\t0080\tunknown\t/CN=a\n",
        "R\t350101000000Z\t300101000000Z\t1234567890ABCDEF1234567890ABCDEF12345678\tunknown\t/CN=b\n",
        "R\t350101000000Z\t300101000000Z,keyTime,20300101000000Z\t77\tunknown\t/CN=c\n",
        "V\t350101000000Z\t\t05\tunknown\t/CN=d\n",
      ].join(""),
    };
    const common = ["ca", "-gencrl", "-config", "ca.cnf", "-cert", "ca.pem", "-keyfile", "ca.key"];
    const made = (...args: readonly string[]) => {
      const result = runOpenssl([...common, "-crldays", "3", ...args], { files });
      expect(result.status, result.stderr).to.equal(0);
      const pem = result.stdout.toString().replace(/^[^]*?-----BEGIN/, "-----BEGIN");
      const body = pem.replace(/-----[^-]+-----|\s/g, "");
      return parsedList({ der: Buffer.from(body, "base64") });
    };
    const second = made("-crlexts", "v2");
    expect([second.version, second.extensions.crlNumber]).to.deep.equal([2, 42n]);
    expect(second.entries.count).to.equal(3);
    expect(second.entries.find(Buffer.of(0x00, 0x80))[0]?.reason).to.equal("keyCompromise");
    expect(second.entries.find(Buffer.of(0x77))[0]).to.deep.include({
      reason: "keyCompromise",
      invalidityDate: now,
    });
    expect(
      second.entries.find(Buffer.from("1234567890ABCDEF1234567890ABCDEF12345678", "hex")),
    ).to.have.length(1);
    expect(second.entries.find(Buffer.of(5))).to.be.empty;
    expect(second.verify(parsed(root.certificate).publicKey)).to.equal("valid");
  });

  it("agrees with `openssl crl` on what the testkit writes", function () {
    requireTool(this, "openssl");
    const made = rich();
    const { status, stdout, stderr } = runOpenssl(["crl", "-inform", "DER", "-noout", "-text"], {
      input: made.der,
    });
    expect(status, stderr).to.equal(0);
    const text = stdout.toString();
    expect(text).to.include("Version 2 (0x1)").and.include("Only User Certificates");
    expect(text).to.include("Certificate Hold").and.include("Delta CRL Indicator: critical");
    expect(parsedList(made).entries.find(Buffer.of(1, 0x2c))[0]?.reason).to.equal(
      "certificateHold",
    );
  });
});

function entries(...tail: readonly Uint8Array[]): Uint8Array {
  return der.sequence(der.sequence(der.integer(1), der.time(now), ...tail));
}

function entryWith(type: string, value: Uint8Array): Partial<RawCrlParts> {
  return { revokedCertificates: entries(der.sequence(extensions.extension(type, value))) };
}

function extensionWith(type: string, value: Uint8Array): Partial<RawCrlParts> {
  return { extensions: [extensions.extension(type, value)] };
}
