import { expect } from "chai";
import fc from "fast-check";

import { der } from "@mtls-shield/testkit";

import { DerError } from "../../src/asn1/der-error.ts";
import { DerReader } from "../../src/asn1/der-reader.ts";
import { oid, oids } from "../../src/asn1/oids.ts";
import {
  readCertificatePolicies,
  readPolicyConstraints,
  readPolicyMappings,
} from "../../src/x509/certificate-policies.ts";

const policy = der.oid("1.2.3");
const other = der.oid("1.2.4");

/** One table of elements of a list that a reader has to refuse. */
function refuses(
  read: (from: DerReader) => unknown,
  table: Readonly<Record<string, readonly Uint8Array[]>>,
): void {
  for (const [defect, elements] of Object.entries(table)) {
    it(`are refused with ${defect}`, () => {
      expect(() => read(DerReader.of(der.sequence(...elements)))).to.throw(DerError);
    });
  }

  it("are refused in a SET", () => {
    expect(() => read(DerReader.of(der.set(der.sequence(policy, other))))).to.throw(DerError);
  });
}

describe("readCertificatePolicies: certificate policies", () => {
  function read(...elements: readonly Uint8Array[]): readonly string[] {
    return readCertificatePolicies(DerReader.of(der.sequence(...elements)));
  }

  it("are read in the order of the certificate, anyPolicy like any other", () => {
    const elements = ["1.2.4", "2.5.29.32.0", "1.2.3"].map((one) => der.sequence(der.oid(one)));
    expect(read(...elements)).to.deep.equal([oid("1.2.4"), oids.anyPolicy, oid("1.2.3")]);
  });

  it("may have qualifiers of any kind, which are dropped", () => {
    const qualifiers = der.sequence(
      der.sequence(der.oid("1.3.6.1.5.5.7.2.1"), der.ia5String("http://a.example/cps")),
      der.sequence(der.oid("1.3.6.1.5.5.7.2.2"), der.sequence(der.utf8String("notice"))),
    );
    expect(read(der.sequence(policy, qualifiers), der.sequence(other))).to.deep.equal([
      oid("1.2.3"),
      oid("1.2.4"),
    ]);
  });

  const qualified = (...qualifiers: readonly Uint8Array[]) => [
    der.sequence(policy, der.sequence(...qualifiers)),
  ];

  refuses(readCertificatePolicies, {
    "no policy": [],
    "a policy without an identifier": [der.sequence()],
    "a bare identifier": [policy],
    "a policy twice": [der.sequence(policy), der.sequence(other), der.sequence(policy)],
    "anyPolicy twice": [der.sequence(der.oid("2.5.29.32.0")), der.sequence(der.oid("2.5.29.32.0"))],
    "a policy twice, with different qualifiers": [
      der.sequence(policy),
      der.sequence(policy, der.sequence(der.sequence(other, der.nullValue()))),
    ],
    "something beside the identifier": [der.sequence(policy, der.nullValue())],
    "something after the qualifiers": [
      der.sequence(policy, der.sequence(der.sequence(other, der.nullValue())), der.nullValue()),
    ],
    "an empty list of qualifiers": qualified(),
    "a qualifier without a type": qualified(der.sequence(der.ia5String("http://a.example"))),
    "a qualifier without a value": qualified(der.sequence(other)),
    "a qualifier with two values": qualified(der.sequence(other, der.nullValue(), der.nullValue())),
    "a qualifier that is no sequence": qualified(other),
    "a qualifier that is cut short": qualified(der.sequence(other, der.bytes(0x16, 5, 0x61))),
  });
});

describe("readPolicyMappings: policy mappings", () => {
  it("are read in the order of the certificate, twice where they stand twice", () => {
    const elements = [der.sequence(policy, other), der.sequence(other, policy)];
    const value = der.sequence(...elements, ...elements);
    const pairs = readPolicyMappings(DerReader.of(value)).map(
      ({ issuerDomainPolicy, subjectDomainPolicy }) => [issuerDomainPolicy, subjectDomainPolicy],
    );
    const [three, four] = [oid("1.2.3"), oid("1.2.4")];
    expect(pairs).to.deep.equal([
      [three, four],
      [four, three],
      [three, four],
      [four, three],
    ]);
  });

  refuses(readPolicyMappings, {
    "no mapping": [],
    "an empty mapping": [der.sequence()],
    "one policy alone": [der.sequence(policy)],
    "a third policy": [der.sequence(policy, other, policy)],
    "policies side by side": [policy, other],
    "a policy that is none": [der.sequence(policy, der.nullValue())],
  });
});

describe("readPolicyConstraints: policy constraints", () => {
  const explicit = (value: number) => der.primitive(0, der.integerContent(value));
  const mapping = (value: number) => der.primitive(1, der.integerContent(value));

  function read(...elements: readonly Uint8Array[]) {
    return readPolicyConstraints(DerReader.of(der.sequence(...elements)));
  }

  it("hold one number, the other, or both", () => {
    expect(read(explicit(0))).to.deep.equal({
      requireExplicitPolicy: 0,
      inhibitPolicyMapping: undefined,
    });
    expect(read(mapping(300))).to.deep.equal({
      requireExplicitPolicy: undefined,
      inhibitPolicyMapping: 300,
    });
    expect(read(explicit(1), mapping(2))).to.deep.equal({
      requireExplicitPolicy: 1,
      inhibitPolicyMapping: 2,
    });
  });

  refuses(readPolicyConstraints, {
    "neither number": [],
    "the numbers the other way round": [mapping(0), explicit(0)],
    "a number twice": [explicit(0), explicit(0)],
    "a negative number": [explicit(-1)],
    "a padded number": [der.primitive(1, der.bytes(0, 1))],
    "an empty number": [der.primitive(0)],
    "a number with its own tag inside": [der.constructed(0, der.integer(0))],
    "a number without its tag": [der.integer(0)],
    "an unknown field": [explicit(0), der.primitive(2, der.bytes(0))],
  });
});

describe("readers of policy extensions", () => {
  it("throw nothing but DerError, whatever is changed in a sound value", () => {
    const sound = [
      der.sequence(der.sequence(policy, der.sequence(der.sequence(other, der.nullValue())))),
      der.sequence(der.sequence(policy, other), der.sequence(other, policy)),
      der.sequence(der.primitive(0, der.bytes(1)), der.primitive(1, der.bytes(2))),
    ];
    const readers = [readCertificatePolicies, readPolicyMappings, readPolicyConstraints];
    let refusals = 0;
    fc.assert(
      fc.property(fc.nat(2), fc.nat(2), fc.nat(), fc.nat(255), (value, reader, at, octet) => {
        const bytes = Uint8Array.from(sound[value]!);
        bytes[at % bytes.length] = octet;
        try {
          readers[reader]!(DerReader.of(bytes));
        } catch (error) {
          expect(error).to.be.instanceOf(DerError);
          refusals++;
        }
      }),
      { seed: 4215, numRuns: 5_000 },
    );
    expect(refusals).to.be.within(3_000, 4_950);
  });
});
