import { expect } from "chai";

import { der, distinguishedName } from "@mtls-shield/testkit";

import { DerError } from "../../src/asn1/der-error.ts";
import { DerReader } from "../../src/asn1/der-reader.ts";
import { readNameConstraints, type GeneralSubtree } from "../../src/x509/name-constraints.ts";
import { directory, dns, email, ip, nameConstraints, otherName, uri } from "../general-names.ts";

function read(bytes: Uint8Array) {
  return readNameConstraints(DerReader.of(bytes));
}

/** A NameConstraints of one permitted subtree, from the fields of that. */
function permitted(...fields: readonly Uint8Array[]): Uint8Array {
  return der.sequence(der.constructed(0, der.sequence(...fields)));
}

function subtree(...fields: readonly Uint8Array[]): GeneralSubtree {
  const [first] = read(permitted(...fields)).permitted;
  return first!;
}

const minimum = (value: number) => der.primitive(0, der.integerContent(value));
const maximum = (value: number) => der.primitive(1, der.integerContent(value));

describe("readNameConstraints", () => {
  it("keeps permitted and excluded subtrees apart, in their order", () => {
    const bytes = nameConstraints({ permitted: [dns("b"), dns("a")], excluded: [dns("c")] });
    const values = (side: readonly GeneralSubtree[]) =>
      side.map((one) => one.type === "dns" && one.value);
    const constraints = read(bytes);
    expect(values(constraints.permitted)).to.deep.equal(["b", "a"]);
    expect(values(constraints.excluded)).to.deep.equal(["c"]);
  });

  it("reads one side alone", () => {
    expect(read(nameConstraints({ permitted: [dns("a")] })).excluded).to.deep.equal([]);
    expect(read(nameConstraints({ excluded: [dns("a")] })).permitted).to.deep.equal([]);
  });

  it("keeps text as it is written, the empty text included", () => {
    for (const [type, encode] of Object.entries({ dns, email, uri })) {
      for (const value of ["", ".Example.com", "*@a", "http://a"]) {
        const hasDistance = false;
        expect(subtree(encode(value))).to.deep.equal({ type, value, hasDistance });
      }
    }
  });

  it("reads an address and its mask", () => {
    expect(subtree(ip("0a000000ff000000"))).to.deep.equal({
      type: "ip",
      address: Buffer.from([10, 0, 0, 0]),
      mask: Buffer.from([255, 0, 0, 0]),
      hasDistance: false,
    });
    const six = subtree(ip("11".repeat(16) + "ff".repeat(16)));
    expect(six).to.deep.include({
      address: Buffer.alloc(16, 0x11),
      mask: Buffer.alloc(16, 0xff),
    });
  });

  it("reads directory names, and keeps the forms that it does not know", () => {
    const name = subtree(directory(distinguishedName({ commonName: "a" })));
    expect(name.type === "directory" && name.value.text).to.equal("CN=a");
    const other = otherName("1.2.3");
    expect(subtree(other)).to.include({ type: "other", hasDistance: false });
    expect(subtree(other)).to.have.deep.property("value", Buffer.from(other));
  });

  it("sees a minimum and a maximum", () => {
    for (const distance of [[minimum(1)], [maximum(0)], [maximum(5)], [minimum(1), maximum(5)]]) {
      expect(subtree(dns("a"), ...distance)).to.include({ value: "a", hasDistance: true });
    }
  });

  for (const [defect, bytes] of Object.entries({
    "no subtrees at all": der.sequence(),
    "an empty list of subtrees": der.sequence(der.constructed(0)),
    "two NULLs": der.sequence(der.primitive(0), der.primitive(1)),
    "the sides in the wrong order": der.sequence(
      der.constructed(1, der.sequence(dns("a"))),
      der.constructed(0, der.sequence(dns("a"))),
    ),
    "something after the subtrees": der.sequence(
      der.constructed(0, der.sequence(dns("a"))),
      der.nullValue(),
    ),
    "a subtree without a base": permitted(),
    "a minimum without a base": permitted(minimum(1)),
    "something after a subtree's fields": permitted(dns("a"), der.nullValue()),
    "a minimum that is the default, 0": permitted(dns("a"), minimum(0)),
    "a maximum before the minimum": permitted(dns("a"), maximum(1), minimum(1)),
    "a negative minimum": permitted(dns("a"), minimum(-1)),
    "a base of an unknown type": permitted(der.primitive(9, der.bytes())),
    "a NUL in a host": permitted(dns("a\0.test")),
    "a space in a mailbox": permitted(email("a b@test")),
    "a DEL in a URI": permitted(uri("a\x7f")),
    "an octet outside ASCII": permitted(dns("\xfc.test")),
    "something after a directory name": permitted(
      der.constructed(4, distinguishedName({ commonName: "a" }), der.nullValue()),
    ),
  })) {
    it(`refuses ${defect}`, () => {
      expect(() => read(bytes)).to.throw(DerError);
    });
  }

  for (const octets of [0, 4, 5, 7, 9, 16, 20, 31, 33]) {
    it(`refuses a range of IP addresses of ${octets} octets`, () => {
      expect(() => read(permitted(ip("00".repeat(octets))))).to.throw(DerError);
    });
  }
});
