import { expect } from "chai";

import { der, distinguishedName } from "@mtls-shield/testkit";

import { DerError } from "../../src/asn1/der-error.ts";
import { DerReader } from "../../src/asn1/der-reader.ts";
import { oid } from "../../src/asn1/oids.ts";
import { readInformationAccess } from "../../src/x509/information-access.ts";
import { directory, uri } from "../general-names.ts";

const ocsp = "1.3.6.1.5.5.7.48.1";
const caIssuers = "1.3.6.1.5.5.7.48.2";
const place = "http://ocsp.example/a b";

function read(...descriptions: readonly Uint8Array[]) {
  return readInformationAccess(DerReader.of(der.sequence(...descriptions)));
}

describe("readInformationAccess", () => {
  it("reads what is found where, in the order of the certificate", () => {
    expect(
      read(
        der.sequence(der.oid(ocsp), uri(place)),
        der.sequence(der.oid(caIssuers), uri("ldap://a")),
      ),
    ).to.deep.equal([
      { method: oid(ocsp), location: { type: "uri", value: place } },
      { method: oid(caIssuers), location: { type: "uri", value: "ldap://a" } },
    ]);
  });

  it("reads unknown methods, and places of every form", () => {
    const name = distinguishedName({ commonName: "a" });
    const [found] = read(der.sequence(der.oid("1.2.3"), directory(name)));
    expect(found?.method).to.equal(oid("1.2.3"));
    expect(found?.location.type === "directory" && found.location.value.text).to.equal("CN=a");
  });

  for (const [defect, descriptions] of Object.entries({
    "no description": [],
    "an empty description": [der.sequence()],
    "a method without a place": [der.sequence(der.oid(ocsp))],
    "a place without a method": [der.sequence(uri(place))],
    "a method with two places": [der.sequence(der.oid(ocsp), uri(place), uri(place))],
    "a place that is no name": [der.sequence(der.oid(ocsp), der.ia5String(place))],
    "an empty place": [der.sequence(der.oid(ocsp), uri(""))],
    "a place outside ASCII": [der.sequence(der.oid(ocsp), uri("http://\u00e4.example"))],
    "descriptions without their sequence": [der.oid(ocsp), uri(place)],
  })) {
    it(`refuses ${defect}`, () => {
      expect(() => read(...descriptions)).to.throw(DerError);
    });
  }
});
