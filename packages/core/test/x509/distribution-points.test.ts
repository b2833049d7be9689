import { expect } from "chai";

import { der, distinguishedName } from "@mtls-shield/testkit";

import { DerError } from "../../src/asn1/der-error.ts";
import { DerReader } from "../../src/asn1/der-reader.ts";
import { oids } from "../../src/asn1/oids.ts";
import { readDistributionPoints, reasonFlags } from "../../src/x509/distribution-points.ts";
import { directory, uri } from "../general-names.ts";

const place = "http://crl.example/ca.crl";
const full = (...names: readonly Uint8Array[]) => der.constructed(0, der.constructed(0, ...names));
const commonName = (text: string) => der.sequence(der.oid("2.5.4.3"), der.utf8String(text));
const relative = (...attributes: readonly Uint8Array[]) =>
  der.constructed(0, der.constructed(1, ...attributes));
/** ReasonFlags under its tag: the BIT STRING's content stays the same. */
const reasons = (...positions: readonly number[]) =>
  der.primitive(1, der.contentOf(der.namedBits(...positions)));
const issuer = der.constructed(2, directory(distinguishedName({ commonName: "CRL Signer" })));

function read(...points: readonly Uint8Array[]) {
  return readDistributionPoints(DerReader.of(der.sequence(...points)));
}

describe("readDistributionPoints", () => {
  it("reads where a CRL is found, for every reason, signed by the certificate's issuer", () => {
    expect(read(der.sequence(full(uri(place))))).to.deep.equal([
      {
        name: { type: "full", names: [{ type: "uri", value: place }] },
        reasons: undefined,
        crlIssuer: undefined,
      },
    ]);
  });

  it("reads several names of one place and several places, in their order", () => {
    const ldap = "ldap://ldap.example/cn=a b?certificateRevocationList";
    const [first, second] = read(
      der.sequence(full(uri(ldap), uri(place))),
      der.sequence(full(uri(place))),
    );
    expect(first?.name?.type === "full" && first.name.names).to.deep.equal([
      { type: "uri", value: ldap },
      { type: "uri", value: place },
    ]);
    expect(second?.name?.type).to.equal("full");
  });

  it("reads a name relative to that of the CRL's issuer", () => {
    const [point] = read(der.sequence(relative(commonName("a"), commonName("b"))));
    const name = point?.name;
    expect(
      name?.type === "relative" && name.attributes.map(({ type, text }) => [type, text]),
    ).to.deep.equal([
      [oids.commonName, "a"],
      [oids.commonName, "b"],
    ]);
  });

  it("reads the reasons as bits, the unused first one included", () => {
    const [some] = read(der.sequence(full(uri(place)), reasons(1, 8)));
    expect(some?.reasons).to.equal(reasonFlags.keyCompromise | reasonFlags.aACompromise);
    const [unused] = read(der.sequence(full(uri(place)), reasons(0)));
    expect(unused?.reasons).to.equal(1);
    const [none] = read(der.sequence(full(uri(place)), reasons()));
    expect(none?.reasons).to.equal(0);
  });

  it("numbers the reasons as RFC 5280 4.2.1.13 does", () => {
    expect(Object.values(reasonFlags)).to.deep.equal(
      [1, 2, 3, 4, 5, 6, 7, 8].map((bit) => 1 << bit),
    );
  });

  it("reads who signs the CRL, beside a place or alone", () => {
    for (const point of [
      der.sequence(issuer),
      der.sequence(full(uri(place)), reasons(2), issuer),
    ]) {
      const name = read(point)[0]?.crlIssuer?.[0];
      expect(name?.type === "directory" && name.value.text).to.equal("CN=CRL Signer");
    }
    expect(read(der.sequence(issuer))[0]).to.include({ name: undefined, reasons: undefined });
  });

  for (const [defect, points] of Object.entries({
    "no place": [],
    "a place that says nothing": [der.sequence()],
    "reasons alone": [der.sequence(reasons(1))],
    "a name of no names": [der.sequence(full())],
    "an empty wrapper around the name": [der.sequence(der.constructed(0))],
    "a name that is neither full nor relative": [
      der.sequence(der.constructed(0, der.constructed(2, uri(place)))),
    ],
    "two names": [
      der.sequence(
        der.constructed(0, der.constructed(0, uri(place)), der.constructed(0, uri(place))),
      ),
    ],
    "a full name without its wrapper": [der.sequence(der.constructed(0, uri(place)))],
    "a relative name without attributes": [der.sequence(relative())],
    "a relative name whose attribute has no value": [
      der.sequence(relative(der.sequence(der.oid("2.5.4.3")))),
    ],
    "a relative name that is a whole name": [der.sequence(relative(der.set(commonName("a"))))],
    "reasons with trailing zero bits": [
      der.sequence(full(uri(place)), der.primitive(1, der.bytes(6, 0x80))),
    ],
    "reasons as a constructed value": [
      der.sequence(full(uri(place)), der.constructed(1, der.namedBits(1))),
    ],
    "an issuer without a name": [der.sequence(full(uri(place)), der.constructed(2))],
    "fields out of order": [der.sequence(issuer, full(uri(place)))],
    "something after its fields": [der.sequence(full(uri(place)), der.nullValue())],
    "a bare URI": [uri(place)],
    "an address outside ASCII": [der.sequence(full(uri("http://\u00e4.example")))],
  })) {
    it(`refuses ${defect}`, () => {
      expect(() => read(...points)).to.throw(DerError);
    });
  }
});
