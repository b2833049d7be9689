import { createHash } from "node:crypto";

import { expect } from "chai";

import {
  authority,
  brokenCertificates,
  der,
  distinguishedName,
  soundChain,
  type RawCertificateParts,
} from "@mtls-shield/testkit";

import { parseCertificate } from "../../src/x509/certificate.ts";
import { parsed } from "../certificates.ts";

/** A client's certificate whose parts are changed. */
function leafWith(change: (sound: RawCertificateParts) => Partial<RawCertificateParts>) {
  return authority().client({ raw: (sound) => ({ ...sound, ...change(sound) }) }).leaf;
}

const uniqueId = (number: number, ...content: readonly number[]) =>
  der.primitive(number, der.bytes(...content));

describe("parseCertificate", () => {
  it("copies the bytes, so that later changes do not matter", () => {
    const bytes = Buffer.from(soundChain().leaf.der);
    const certificate = parsed({ der: bytes });
    const before = certificate.der.toString("hex");
    bytes.fill(0);
    expect(certificate.der.toString("hex")).to.equal(before);
  });

  it("reads a Uint8Array that begins in the middle of its memory", () => {
    const { leaf } = soundChain();
    const padded = der.concat(der.bytes(1, 2, 3), leaf.der, der.bytes(4));
    const view = padded.subarray(3, padded.length - 1);
    expect(parsed({ der: view }).fingerprint).to.equal(leaf.fingerprint);
  });

  it("keeps exactly the signed bytes", () => {
    const { leaf } = soundChain();
    const [tbs] = der.split(leaf.der);
    expect(parsed(leaf).signedBytes).to.deep.equal(Buffer.from(tbs!));
  });

  it("tells the fingerprint, the same each time", () => {
    const { leaf } = soundChain();
    const certificate = parsed(leaf);
    const digest = createHash("sha256").update(leaf.der).digest("hex");
    expect([certificate.fingerprint, certificate.fingerprint]).to.deep.equal([digest, digest]);
  });

  it("throws for what is no bytes at all, which is a bug of its caller and no bad certificate", () => {
    expect(() => parseCertificate(undefined as never)).to.throw(TypeError);
  });

  for (const { name, defect, make } of Object.values(brokenCertificates).filter(
    ({ expected }) => expected === "certificate-malformed",
  )) {
    it(`says what is wrong when ${defect} (${name})`, () => {
      const results = make().chain.map(({ der: bytes }) => parseCertificate(bytes));
      expect(results.filter((result) => typeof result === "string")).to.have.length(1);
    });
  }

  for (const { name, make } of Object.values(brokenCertificates).filter(
    ({ expected }) => expected !== "certificate-malformed",
  )) {
    it(`leaves it to the path to refuse ${name}`, () => {
      for (const one of make().chain) parsed(one);
    });
  }
});

describe("Certificate, version", () => {
  it("is 1 when it is left out, 2 or 3 when it is written", () => {
    const version = (number: number) => der.constructed(0, der.integer(number - 1));
    expect(parsed(leafWith(() => ({ version: der.bytes(), extensions: [] }))).version).to.equal(1);
    expect(parsed(leafWith(() => ({ version: version(2), extensions: [] }))).version).to.equal(2);
    expect(parsed(leafWith(() => ({ version: version(3) }))).version).to.equal(3);
  });

  for (const [defect, change] of Object.entries({
    "version 2 with extensions": { version: der.constructed(0, der.integer(1)) },
    "version -1": { version: der.constructed(0, der.integer(-2)) },
    "something after the version": {
      version: der.constructed(0, der.integer(2), der.integer(2)),
    },
    "an empty version": { version: der.constructed(0) },
    "unique identifiers in version 1": {
      version: der.bytes(),
      extensions: [],
      uniqueIds: uniqueId(1, 0, 1),
    },
    "an empty unique identifier": { uniqueIds: uniqueId(1) },
    "a unique identifier with eight unused bits": { uniqueIds: uniqueId(2, 8, 1) },
    "unique identifiers out of order": {
      uniqueIds: der.concat(uniqueId(2, 0, 1), uniqueId(1, 0, 1)),
    },
    "a unique identifier twice": {
      uniqueIds: der.concat(uniqueId(1, 0, 1), uniqueId(1, 0, 1)),
    },
    "something beside the extensions in their field": {
      extensionsField: der.constructed(3, der.sequence(der.sequence()), der.nullValue()),
    },
  })) {
    it(`is refused: ${defect}`, () => {
      expect(parseCertificate(leafWith(() => change).der)).to.be.a("string");
    });
  }

  it("may have unique identifiers from 2 on, which nobody reads", () => {
    const uniqueIds = der.concat(uniqueId(1, 0, 1), uniqueId(2, 7, 0x80));
    expect(parsed(leafWith(() => ({ uniqueIds }))).version).to.equal(3);
  });
});

describe("Certificate, names and dates", () => {
  it("may have an empty subject but no empty issuer", () => {
    const { leaf } = authority().client({
      subject: distinguishedName({}),
      dnsNames: ["a.example"],
    });
    expect(parsed(leaf).subject.isEmpty).to.equal(true);
    expect(parseCertificate(leafWith(() => ({ issuer: der.sequence() })).der)).to.equal(
      "the issuer is empty",
    );
  });

  it("refuses something beside the two dates", () => {
    const leaf = leafWith(({ validity }) => ({
      validity: der.sequence(...der.split(validity), der.utcTime(0)),
    }));
    expect(parseCertificate(leaf.der)).to.equal("bytes are left over");
  });

  for (const [form, notBefore, notAfter, isCanonical] of [
    ["the form of their year", der.utcTime, der.utcTime, true],
    ["another form in front", der.generalizedTime, der.utcTime, false],
    ["another form behind", der.utcTime, der.generalizedTime, false],
  ] as const) {
    it(`tells dates in ${form}`, () => {
      const [start, end] = [Date.UTC(2030, 0, 1), Date.UTC(2031, 0, 1)];
      const certificate = parsed(
        leafWith(() => ({ validity: der.sequence(notBefore(start), notAfter(end)) })),
      );
      expect(certificate.hasCanonicalDates).to.equal(isCanonical);
      expect([certificate.notBefore, certificate.notAfter]).to.deep.equal([start, end]);
    });
  }

  it("is self-issued when issuer and subject are the same name, whoever signed it", () => {
    const root = authority({ commonName: "Test Root" });
    expect(parsed(root.certificate).isSelfIssued).to.equal(true);
    expect(parsed(root.client({ commonName: "TEST  root" }).leaf).isSelfIssued).to.equal(true);
    expect(parsed(root.client({ commonName: "other" }).leaf).isSelfIssued).to.equal(false);
  });

  it("is that of an authority only when its basic constraints say so", () => {
    const { root, chain, leaf } = soundChain();
    const flags = [root, chain[1]!, leaf].map((one) => parsed(one).isCa);
    expect(flags).to.deep.equal([true, true, false]);
    const bare = authority({ extensions: { basicConstraints: "absent" } });
    expect(parsed(bare.certificate).isCa).to.equal(false);
  });
});

describe("Certificate, serial number", () => {
  for (const [name, serialNumber, hex] of [
    ["zero", 0n, "00"],
    ["a negative one", -1n, "ff"],
    ["one with its sign octet", 0x80n, "0080"],
    ["one of twenty octets", (1n << 159n) - 1n, `7f${"ff".repeat(19)}`],
    ["one of 64 octets", (1n << 511n) - 1n, `7f${"ff".repeat(63)}`],
  ] as const) {
    it(`is read when it is ${name}`, () => {
      const { leaf } = authority().client({ serialNumber });
      expect(parsed(leaf).serialNumber.toString("hex")).to.equal(hex);
    });
  }

  it("is refused beyond 64 octets", () => {
    const { leaf } = authority().client({ serialNumber: 1n << 511n });
    expect(parseCertificate(leaf.der)).to.equal("the serial number is longer than 64 octets");
  });
});

describe("Certificate, signature algorithm", () => {
  it("is compared with its unsigned twin as bytes", () => {
    expect(parsed(soundChain().leaf).signatureAlgorithmsMatch).to.equal(true);
    const leaf = leafWith(({ innerSignatureAlgorithm }) => ({
      outerSignatureAlgorithm: der.sequence(...der.split(innerSignatureAlgorithm), der.nullValue()),
    }));
    expect(parsed(leaf).signatureAlgorithmsMatch).to.equal(false);
  });

  it("comes from the signed part, whatever the unsigned one says", () => {
    const leaf = leafWith(() => ({ outerSignatureAlgorithm: der.sequence(der.oid("1.2.3")) }));
    expect(parsed(leaf).signatureAlgorithm).to.deep.equal({ scheme: "ecdsa", hash: "sha256" });
  });

  it("is unknown when it is not one of the accepted", () => {
    const leaf = leafWith(() => ({ innerSignatureAlgorithm: der.sequence(der.oid("1.2.3")) }));
    expect(parsed(leaf).signatureAlgorithm).to.equal(undefined);
  });
});
