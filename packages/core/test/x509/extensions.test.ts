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
import { directory, dns, nameConstraints, uri } from "../general-names.ts";

function read(...extensions: readonly Uint8Array[]): Extensions {
  return readExtensions(DerReader.of(der.sequence(...extensions)).read(0x30));
}

const ids = write.extensionOids;
const unknown = "1.3.6.1.4.1.32473.99";
const critical = { critical: true };

/** The DER within the OCTET STRING of a whole Extension. */
function valueOf(extension: Uint8Array): Buffer {
  return Buffer.from(der.contentOf(der.split(extension).at(-1)!));
}

const names = der.sequence(dns("a.example"));
const points = der.sequence(der.sequence(der.constructed(0, der.constructed(0, uri("http://a")))));
const places = der.sequence(der.sequence(der.oid("1.3.6.1.5.5.7.48.1"), uri("http://a")));

/** Each extension that has a field of its own, in the least form. */
const known: readonly {
  readonly field: keyof Extensions;
  readonly id: string;
  readonly value: Uint8Array;
}[] = [
  { field: "basicConstraints", id: ids.basicConstraints, value: der.sequence() },
  { field: "keyUsage", id: ids.keyUsage, value: der.namedBits(0) },
  { field: "extendedKeyUsage", id: ids.extendedKeyUsage, value: der.sequence(der.oid("1.2.3")) },
  { field: "subjectAltName", id: ids.subjectAltName, value: names },
  { field: "issuerAltName", id: "2.5.29.18", value: names },
  { field: "subjectKeyIdentifier", id: ids.subjectKeyIdentifier, value: der.octetString() },
  { field: "authorityKeyIdentifier", id: ids.authorityKeyIdentifier, value: der.sequence() },
  {
    field: "nameConstraints",
    id: ids.nameConstraints,
    value: nameConstraints({ permitted: [dns("a.example")] }),
  },
  {
    field: "certificatePolicies",
    id: ids.certificatePolicies,
    value: der.sequence(der.sequence(der.oid("1.2.3"))),
  },
  {
    field: "policyMappings",
    id: ids.policyMappings,
    value: der.sequence(der.sequence(der.oid("1.2.3"), der.oid("1.2.4"))),
  },
  {
    field: "policyConstraints",
    id: ids.policyConstraints,
    value: der.sequence(der.primitive(0, der.bytes(0))),
  },
  { field: "inhibitAnyPolicy", id: ids.inhibitAnyPolicy, value: der.integer(0) },
  { field: "crlDistributionPoints", id: "2.5.29.31", value: points },
  { field: "freshestCrl", id: "2.5.29.46", value: points },
  { field: "authorityInfoAccess", id: "1.3.6.1.5.5.7.1.1", value: places },
  { field: "subjectInfoAccess", id: "1.3.6.1.5.5.7.1.11", value: places },
];

describe("readExtensions", () => {
  it("finds nothing in a certificate without extensions", () => {
    expect(noExtensions.basicConstraints).to.equal(undefined);
    expect(noExtensions.unprocessedCritical).to.deep.equal([]);
    expect(noExtensions.all.size).to.equal(0);
    expect(Object.isFrozen(noExtensions)).to.equal(true);
  });

  it("reads what one extension says and leaves the rest undefined", () => {
    const extension = write.keyUsage("digitalSignature");
    expect(read(extension)).to.deep.equal({
      ...noExtensions,
      keyUsage: keyUsageBits.digitalSignature,
      all: new Map([[oids.keyUsage, { isCritical: true, value: valueOf(extension) }]]),
    });
  });

  it("keeps every extension as it is written, known or not, in the order of the certificate", () => {
    const value = der.sequence(der.nullValue());
    const found = read(
      write.extension(unknown, value, { critical: true }),
      write.extendedKeyUsage("clientAuth"),
      write.extension("1.3.6.1.4.1.32473.98", der.bytes(1, 2)),
    );
    expect([...found.all.keys()]).to.deep.equal([
      oid(unknown),
      oid(ids.extendedKeyUsage),
      oid("1.3.6.1.4.1.32473.98"),
    ]);
    expect(found.all.get(oid(unknown))).to.deep.equal({
      isCritical: true,
      value: Buffer.from(value),
    });
    // What is passed over need not be DER.
    expect(found.all.get(oid("1.3.6.1.4.1.32473.98"))).to.deep.equal({
      isCritical: false,
      value: Buffer.from([1, 2]),
    });
  });

  it("lists critical extensions that it does not process, and passes over others", () => {
    const found = read(
      write.extension(unknown, der.nullValue(), { critical: true }),
      write.extension("2.5.29.9", der.sequence(), { critical: true }),
      write.extension("1.3.6.1.4.1.32473.98", der.nullValue()),
      write.certificatePolicies("1.2.3"),
    );
    expect(found.unprocessedCritical).to.deep.equal([oid(unknown), oid("2.5.29.9")]);
  });

  it("lists no extension that it processes, however critical", () => {
    const found = read(...known.map(({ id, value }) => write.extension(id, value, critical)));
    expect(found.unprocessedCritical).to.deep.equal([]);
    expect(found.all.size).to.equal(known.length);
  });

  for (const { field, id, value } of known) {
    it(`reads ${field}, and refuses what follows its value`, () => {
      const found = read(write.extension(id, value));
      const fields = Object.entries(found).filter(([, content]) => content !== undefined);
      expect(fields.map(([name]) => name)).to.have.members([field, "all", "unprocessedCritical"]);
      const long = write.extension(id, der.concat(value, der.nullValue()));
      expect(() => read(long)).to.throw(DerError, "bytes are left over");
      expect(() => read(write.extension(id, der.bytes()))).to.throw(DerError);
    });
  }

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
  const issuer = der.constructed(1, directory(distinguishedName({ commonName: "Test Root" })));
  const serial = der.primitive(2, der.bytes(7));

  function authorityKeyIdentifier(...content: readonly Uint8Array[]) {
    return read(write.extension(ids.authorityKeyIdentifier, der.sequence(...content)))
      .authorityKeyIdentifier!;
  }

  it("are read as octets", () => {
    const found = read(write.subjectKeyIdentifier(keyId), write.authorityKeyIdentifier(keyId));
    expect(found.subjectKeyIdentifier).to.deep.equal(Buffer.from(keyId));
    expect(found.authorityKeyIdentifier).to.deep.equal({
      keyIdentifier: Buffer.from(keyId),
      issuer: undefined,
      serialNumber: undefined,
    });
  });

  it("may name the issuer beside the key, or alone, or nothing", () => {
    const both = authorityKeyIdentifier(der.primitive(0, keyId), issuer, serial);
    expect(both.keyIdentifier).to.deep.equal(Buffer.from(keyId));
    for (const found of [both, authorityKeyIdentifier(issuer, serial)]) {
      const name = found.issuer?.[0];
      expect(name?.type === "directory" && name.value.text).to.equal("CN=Test Root");
      expect(found.serialNumber).to.deep.equal(Buffer.from([7]));
    }
    expect(authorityKeyIdentifier(issuer, serial).keyIdentifier).to.equal(undefined);
    expect(authorityKeyIdentifier()).to.deep.equal({
      keyIdentifier: undefined,
      issuer: undefined,
      serialNumber: undefined,
    });
  });

  for (const [defect, content] of Object.entries({
    "an issuer without a serial number": [issuer],
    "a serial number without an issuer": [serial],
    "an issuer without a name": [der.constructed(1), serial],
    "a serial number with superfluous octets": [issuer, der.primitive(2, der.bytes(0, 7))],
    "an empty serial number": [issuer, der.primitive(2)],
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

describe("inhibit anyPolicy", () => {
  it("counts certificates", () => {
    expect(read(write.inhibitAnyPolicy(0)).inhibitAnyPolicy).to.equal(0);
    expect(read(write.inhibitAnyPolicy(300)).inhibitAnyPolicy).to.equal(300);
  });

  it("is refused when it counts less than nothing", () => {
    expect(() => read(write.inhibitAnyPolicy(-1))).to.throw(DerError, "an INTEGER is negative");
  });
});

describe("issuer alternative name", () => {
  it("may hold what no name that identifies somebody may", () => {
    const value = der.sequence(uri("http://a.example/a b"));
    expect(read(write.extension("2.5.29.18", value)).issuerAltName).to.deep.equal([
      { type: "uri", value: "http://a.example/a b" },
    ]);
    expect(() => read(write.extension(ids.subjectAltName, value))).to.throw(DerError);
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
