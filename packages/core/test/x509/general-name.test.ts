import { expect } from "chai";

import { der, distinguishedName } from "@mtls-shield/testkit";

import { DerError } from "../../src/asn1/der-error.ts";
import { DerReader } from "../../src/asn1/der-reader.ts";
import { oid } from "../../src/asn1/oids.ts";
import { contextConstructed } from "../../src/asn1/tags.ts";
import { readGeneralName, readGeneralNames } from "../../src/x509/general-name.ts";
import { otherName } from "../general-names.ts";

function text(value: string): Uint8Array {
  return Buffer.from(value, "latin1");
}

function read(bytes: Uint8Array) {
  return readGeneralName(DerReader.of(bytes));
}

describe("readGeneralName", () => {
  it("tells e-mail addresses, DNS names and URIs apart by their tags alone", () => {
    expect(read(der.primitive(1, text("a.example")))).to.deep.equal({
      type: "email",
      value: "a.example",
    });
    expect(read(der.primitive(2, text("a.example")))).to.deep.equal({
      type: "dns",
      value: "a.example",
    });
    expect(read(der.primitive(6, text("a.example")))).to.deep.equal({
      type: "uri",
      value: "a.example",
    });
  });

  it("keeps names as they are written: case, wildcards, percent signs", () => {
    expect(read(der.primitive(2, text("*.EXAMPLE.com.")))).to.have.property(
      "value",
      "*.EXAMPLE.com.",
    );
    expect(read(der.primitive(6, text("spiffe://a/%2e%2e")))).to.have.property(
      "value",
      "spiffe://a/%2e%2e",
    );
  });

  it("reads IPv4 and IPv6 addresses as octets", () => {
    const v6 = new Uint8Array(16).fill(7);
    expect(read(der.primitive(7, der.bytes(10, 0, 0, 1)))).to.deep.equal({
      type: "ip",
      value: Buffer.from([10, 0, 0, 1]),
    });
    expect(read(der.primitive(7, v6))).to.deep.equal({ type: "ip", value: Buffer.from(v6) });
  });

  for (const count of [0, 3, 5, 8, 15, 17, 32]) {
    it(`refuses an IP address of ${count} octets`, () => {
      expect(() => read(der.primitive(7, new Uint8Array(count)))).to.throw(DerError);
    });
  }

  it("reads directory names", () => {
    const name = read(der.constructed(4, distinguishedName({ commonName: "a" })));
    expect(name.type === "directory" && name.value.text).to.equal("CN=a");
  });

  it("refuses something after a directory name", () => {
    const bytes = der.constructed(4, distinguishedName({ commonName: "a" }), der.nullValue());
    expect(() => read(bytes)).to.throw(DerError, "bytes are left over");
  });

  for (const [name, bytes, form] of [
    [
      "otherName",
      der.constructed(0, der.oid("1.2.3"), der.constructed(0, der.utf8String("a"))),
      `otherName ${oid("1.2.3")}`,
    ],
    ["x400Address", der.constructed(3), "x400Address"],
    ["ediPartyName", der.constructed(5), "ediPartyName"],
    ["registeredID", der.primitive(8, der.oidContent("1.2.3")), "registeredID"],
  ] as const) {
    it(`keeps an ${name} as it is, of a type that nothing matches`, () => {
      expect(read(bytes)).to.deep.equal({ type: "other", form, value: Buffer.from(bytes) });
    });
  }

  it("tells otherNames of different types apart, and no others", () => {
    const form = (type: string, value: string) => {
      const name = read(otherName(type, der.utf8String(value)));
      return name.type === "other" && name.form;
    };
    expect(form("1.2.3", "a")).to.equal(form("1.2.3", "b"));
    expect(form("1.2.3", "a")).to.not.equal(form("1.2.4", "a"));
  });

  it("never takes the DNS name inside an otherName for a DNS name", () => {
    const inner = otherName("1.2.3", der.primitive(2, text("admin.example")));
    expect(read(inner).type).to.equal("other");
  });

  for (const [defect, bytes] of Object.entries({
    "an unknown tag": der.primitive(9, text("a")),
    "a universal type": der.utf8String("a"),
    "a constructed DNS name": der.constructed(2, text("a")),
    "a primitive directory name": der.primitive(4, der.sequence()),
    "no name": der.bytes(),
    "an otherName without a type": der.constructed(0, der.constructed(0, der.nullValue())),
    "an otherName without a value": der.constructed(0, der.oid("1.2.3")),
    "an otherName whose value is not tagged": der.constructed(0, der.oid("1.2.3"), der.nullValue()),
    "an otherName with two values": der.constructed(
      0,
      der.oid("1.2.3"),
      der.constructed(0, der.nullValue()),
      der.constructed(0, der.nullValue()),
    ),
  })) {
    it(`refuses ${defect}`, () => {
      expect(() => read(bytes)).to.throw(DerError);
    });
  }

  for (const [defect, value] of Object.entries({
    "an empty name": "",
    "a NUL": "a\0.evil.example",
    "a line break": "a\n",
    "a space": "a b",
    "a DEL": "a\x7f",
    "an octet outside ASCII": "ä",
  })) {
    it(`refuses ${defect} in every name of text`, () => {
      for (const tag of [1, 2, 6]) {
        expect(() => read(der.primitive(tag, text(value)))).to.throw(DerError);
      }
    });
  }
});

describe("readGeneralName, of other data", () => {
  const readAnyAscii = (bytes: Uint8Array) => readGeneralName(DerReader.of(bytes), "any-ascii");

  it("takes every character of ASCII", () => {
    for (const tag of [1, 2, 6]) {
      for (const value of ["a b", "a\n", "\0", "\x7f"]) {
        expect(readAnyAscii(der.primitive(tag, text(value)))).to.have.property("value", value);
      }
    }
  });

  it("refuses an empty name and octets outside ASCII all the same", () => {
    for (const value of ["", "\x80", "a\xff"]) {
      expect(() => readAnyAscii(der.primitive(6, text(value)))).to.throw(DerError);
    }
  });
});

describe("readGeneralNames", () => {
  it("reads every name in order", () => {
    const bytes = der.sequence(der.primitive(2, text("b")), der.primitive(2, text("a")));
    const names = readGeneralNames(DerReader.of(bytes));
    expect(names.map(({ value }) => value)).to.deep.equal(["b", "a"]);
  });

  it("reads a list under another tag, and text of other data", () => {
    const bytes = der.constructed(1, der.primitive(6, text("ldap://a/cn=b c")));
    const [name] = readGeneralNames(DerReader.of(bytes), "any-ascii", contextConstructed(1));
    expect(name).to.deep.equal({ type: "uri", value: "ldap://a/cn=b c" });
    expect(() => readGeneralNames(DerReader.of(bytes), "any-ascii")).to.throw(DerError);
  });

  it("refuses a list without a name", () => {
    expect(() => readGeneralNames(DerReader.of(der.sequence()))).to.throw(DerError);
  });

  it("refuses the whole list for one bad name at its end", () => {
    const bytes = der.sequence(der.primitive(2, text("a")), der.primitive(2, text("b\0")));
    expect(() => readGeneralNames(DerReader.of(bytes))).to.throw(DerError);
  });
});
