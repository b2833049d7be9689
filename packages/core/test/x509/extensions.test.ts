import { expect } from "chai";

import { der, distinguishedName, extensions as write } from "@mtls-shield/testkit";

import { DerError } from "../../src/asn1/der-error.ts";
import { DerReader } from "../../src/asn1/der-reader.ts";
import { oid, oids } from "../../src/asn1/oids.ts";
import {
  keyUsageBits,
  noExtensions,
  readExtensions,
  type Extensions,
} from "../../src/x509/extensions.ts";

function read(...extensions: readonly Uint8Array[]): Extensions {
  return readExtensions(DerReader.of(der.sequence(...extensions)).read(0x30));
}

const ids = write.extensionOids;
const unknown = "1.3.6.1.4.1.32473.99";

describe("readExtensions", () => {
  it("finds nothing in a certificate without extensions", () => {
    expect(noExtensions.basicConstraints).to.equal(undefined);
    expect(noExtensions.unprocessedCritical).to.deep.equal([]);
    expect(Object.isFrozen(noExtensions)).to.equal(true);
  });

  it("reads what one extension says and leaves the rest undefined", () => {
    const found = read(write.keyUsage("digitalSignature"));
    expect(found).to.deep.equal({ ...noExtensions, keyUsage: keyUsageBits.digitalSignature });
  });

  it("lists critical extensions that it does not process, and passes over others", () => {
    const found = read(
      write.extension(unknown, der.nullValue(), { critical: true }),
      write.extension("2.5.29.18", der.sequence(), { critical: true }),
      write.extension("1.3.6.1.4.1.32473.98", der.nullValue()),
      write.certificatePolicies("1.2.3"),
    );
    expect(found.unprocessedCritical).to.deep.equal([oid(unknown), oids.issuerAltName]);
  });

  it("lists critical certificate policies as unprocessed", () => {
    const value = der.sequence(der.sequence(der.oid("1.2.3")));
    const found = read(write.extension(ids.certificatePolicies, value, { critical: true }));
    expect(found.unprocessedCritical).to.deep.equal([oids.certificatePolicies]);
  });

  for (const [defect, bytes] of Object.entries({
    "no extension": [],
    "an extension twice": [write.keyUsage("cRLSign"), write.keyUsage("keyCertSign")],
    "an unknown extension twice": [
      write.extension(unknown, der.nullValue()),
      write.extension(unknown, der.bytes()),
    ],
    "criticality that is written out as false": [
      der.sequence(der.oid(unknown), der.boolean(false), der.octetString()),
    ],
    "criticality of 01": [
      der.sequence(der.oid(unknown), der.tlv(0x01, der.bytes(1)), der.octetString()),
    ],
    "a value that is no OCTET STRING": [der.sequence(der.oid(unknown), der.bitString(der.bytes()))],
    "something after the value": [
      der.sequence(der.oid(unknown), der.octetString(), der.nullValue()),
    ],
    "an extension without an identifier": [der.sequence(der.octetString())],
  })) {
    it(`refuses ${defect}`, () => {
      expect(() => read(...bytes)).to.throw(DerError);
    });
  }
});

describe("basic constraints", () => {
  function basicConstraints(...content: readonly Uint8Array[]) {
    return read(write.extension(ids.basicConstraints, der.sequence(...content))).basicConstraints;
  }

  it("say whether a certificate is an authority, and how many may follow", () => {
    expect(basicConstraints()).to.deep.equal({ isCa: false, pathLength: undefined });
    expect(basicConstraints(der.boolean(true))).to.deep.equal({
      isCa: true,
      pathLength: undefined,
    });
    expect(basicConstraints(der.boolean(true), der.integer(0))).to.deep.equal({
      isCa: true,
      pathLength: 0,
    });
    expect(basicConstraints(der.boolean(true), der.integer(300))).to.have.property(
      "pathLength",
      300,
    );
  });

  for (const [defect, content] of Object.entries({
    "cA FALSE written out": [der.boolean(false)],
    "a path length without cA": [der.integer(0)],
    "a negative path length": [der.boolean(true), der.integer(-1)],
    "a path length beyond 32 bits": [der.boolean(true), der.integer(1n << 40n)],
    "a padded path length": [der.boolean(true), der.tlv(0x02, der.bytes(0, 0))],
    "two path lengths": [der.boolean(true), der.integer(0), der.integer(9)],
    "a path length before cA": [der.integer(0), der.boolean(true)],
    "cA twice": [der.boolean(true), der.boolean(true)],
  })) {
    it(`are refused with ${defect}`, () => {
      expect(() => basicConstraints(...content)).to.throw(DerError);
    });
  }

  it("are refused with something after them", () => {
    const value = der.concat(der.sequence(), der.sequence(der.boolean(true)));
    expect(() => read(write.extension(ids.basicConstraints, value))).to.throw(DerError);
  });
});

describe("key usage", () => {
  it("has one bit for each usage that is asked about", () => {
    expect(read(write.keyUsage("digitalSignature", "keyAgreement")).keyUsage).to.equal(0b1_0001);
    expect(read(write.keyUsage("keyCertSign", "cRLSign")).keyUsage).to.equal(
      keyUsageBits.keyCertSign | keyUsageBits.cRLSign,
    );
    expect(read(write.keyUsage("decipherOnly")).keyUsage).to.equal(0b1_0000_0000);
  });

  for (const [defect, value] of Object.entries({
    "no bit": der.namedBits(),
    "a bit in no octet": der.bitString(der.bytes(), 7),
    "trailing zero bits": der.bitString(der.bytes(0x80), 0),
    "another type": der.octetString(der.bytes(0x80)),
    "something after it": der.concat(der.namedBits(0), der.bytes(0)),
  })) {
    it(`is refused with ${defect}`, () => {
      expect(() => read(write.extension(ids.keyUsage, value))).to.throw(DerError);
    });
  }
});

describe("extended key usage", () => {
  it("lists every purpose", () => {
    expect(read(write.extendedKeyUsage("serverAuth", "clientAuth")).extendedKeyUsage).to.deep.equal(
      [oids.serverAuth, oids.clientAuth],
    );
  });

  for (const [defect, value] of Object.entries({
    "no purpose": der.sequence(),
    "a purpose that is none": der.sequence(der.integer(1)),
    "a list in a SET": der.set(der.oid("1.2.3")),
  })) {
    it(`is refused with ${defect}`, () => {
      expect(() => read(write.extension(ids.extendedKeyUsage, value))).to.throw(DerError);
    });
  }
});

describe("key identifiers", () => {
  const keyId = der.bytes(1, 2, 3);
  const issuer = der.constructed(
    1,
    der.constructed(4, distinguishedName({ commonName: "Test Root" })),
  );
  const serial = der.primitive(2, der.bytes(7));

  it("are read as octets", () => {
    const found = read(write.subjectKeyIdentifier(keyId), write.authorityKeyIdentifier(keyId));
    expect(found.subjectKeyIdentifier).to.deep.equal(Buffer.from(keyId));
    expect(found.authorityKeyIdentifier).to.deep.equal(Buffer.from(keyId));
  });

  function authorityKeyIdentifier(...content: readonly Uint8Array[]) {
    return read(write.extension(ids.authorityKeyIdentifier, der.sequence(...content)))
      .authorityKeyIdentifier;
  }

  it("may name the issuer beside the key, or alone, or nothing", () => {
    expect(authorityKeyIdentifier(der.primitive(0, keyId), issuer, serial)).to.deep.equal(
      Buffer.from(keyId),
    );
    expect(authorityKeyIdentifier(issuer, serial)).to.equal(undefined);
    expect(authorityKeyIdentifier()).to.equal(undefined);
  });

  for (const [defect, content] of Object.entries({
    "an issuer without a serial number": [issuer],
    "a serial number without an issuer": [serial],
    "a key identifier twice": [der.primitive(0, keyId), der.primitive(0, keyId)],
    "fields out of order": [serial, issuer],
    "an unknown field": [der.primitive(3, keyId)],
  })) {
    it(`are refused with ${defect}`, () => {
      expect(() => authorityKeyIdentifier(...content)).to.throw(DerError);
    });
  }

  it("are refused when the subject's is no OCTET STRING", () => {
    expect(() => read(write.extension(ids.subjectKeyIdentifier, der.integer(1)))).to.throw(
      DerError,
    );
  });
});

describe("constraints that are not processed", () => {
  it("are noticed, critical or not", () => {
    const subtree = der.sequence(der.constructed(0, der.sequence(der.primitive(2, der.bytes()))));
    expect(read(write.extension(ids.nameConstraints, subtree)).hasNameConstraints).to.equal(true);
    expect(read(write.nameConstraints({ permittedDnsNames: ["a.example"] }))).to.include({
      hasNameConstraints: true,
      hasPolicyConstraints: false,
    });
    for (const one of [
      write.policyConstraints({ requireExplicitPolicy: 0 }),
      write.policyMappings(["1.2.3", "1.2.4"]),
      write.inhibitAnyPolicy(0),
    ]) {
      expect(read(one)).to.include({ hasNameConstraints: false, hasPolicyConstraints: true });
    }
  });

  it("are noticed even when they hold nothing", () => {
    expect(read(write.extension(ids.nameConstraints, der.sequence())).hasNameConstraints).to.equal(
      true,
    );
  });

  it("are refused when they are no DER at all", () => {
    expect(() => read(write.extension(ids.nameConstraints, der.bytes()))).to.throw(DerError);
    expect(() => read(write.extension(ids.policyConstraints, der.bytes(0x30, 0x80)))).to.throw(
      DerError,
    );
  });
});

describe("subject alternative name", () => {
  it("is read whether it is critical or not", () => {
    for (const critical of [true, false]) {
      const extension = write.subjectAltName({ dnsNames: ["a.example"] }, { critical })!;
      expect(read(extension).subjectAltName).to.deep.equal([{ type: "dns", value: "a.example" }]);
    }
  });
});
