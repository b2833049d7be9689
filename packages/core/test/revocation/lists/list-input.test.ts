import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { authority, certificateList } from "@mtls-shield/testkit";
import { expect } from "chai";

import { readListInput } from "../../../src/revocation/lists/list-input.ts";
import { configErrorOf } from "../../config-error-of.ts";
import { inFolder } from "../../temporary-folder.ts";

const root = authority({ commonName: "Root" });
const first = certificateList(root.certificate, { crlNumber: 1 });
const second = certificateList(root.certificate, { crlNumber: 2 });

/** What was understood: where lists are, or the numbers of those that are there already. */
function read(input: unknown): readonly string[] {
  return readListInput(input, "revocation.crl").map((origin) => {
    switch (origin.type) {
      case "inline":
        return `${origin.option}: ${origin.lists.map(({ extensions }) => extensions.crlNumber).join()}`;
      case "path":
        return `path ${origin.path}`;
      case "url":
        return `url ${origin.url.href}`;
    }
  });
}

function errorOf(input: unknown) {
  return configErrorOf(() => readListInput(input, "revocation.crl"));
}

describe("readListInput", () => {
  it("takes PEM text and bytes, one list or several, and DER", () => {
    const both = `of the root\n${first.pem}\n${second.pem}`;
    expect(read(first.pem)).to.deep.equal(["revocation.crl: 1"]);
    expect(read(both)).to.deep.equal(["revocation.crl: 1,2"]);
    expect(read(Buffer.from(both))).to.deep.equal(["revocation.crl: 1,2"]);
    expect(read(second.der)).to.deep.equal(["revocation.crl: 2"]);
  });

  it("takes http and https addresses, as text and as URL", () => {
    for (const text of ["http://crl.example/a.crl", "HTTPS://crl.example/a"]) {
      const { href } = new URL(text);
      expect(read(text)).to.deep.equal([`url ${href}`]);
      expect(read(new URL(text))).to.deep.equal([`url ${href}`]);
    }
  });

  it("takes paths of files and folders, as text and as URL", () => {
    inFolder({ "a.crl": first.der }, (folder) => {
      for (const path of [folder, join(folder, "a.crl")]) {
        expect(read(path)).to.deep.equal([`path ${path}`]);
        expect(read(pathToFileURL(path))).to.deep.equal([`path ${path}`]);
      }
    });
  });

  it("takes lists of all that, and tells which of them is at fault", () => {
    expect(read([first.pem, ["http://crl.example/", [second.der]]])).to.deep.equal([
      "revocation.crl[0]: 1",
      "url http://crl.example/",
      "revocation.crl[1][1][0]: 2",
    ]);
    expect(errorOf([first.pem, ["http://crl.example/", 7]]).option).to.equal(
      "revocation.crl[1][1]",
    );
  });

  const certificate = root.certificate.pem;
  for (const [what, input, message] of [
    ["nothing", undefined, /is no place of revocation lists\. Pass PEM text/],
    ["null", null, /is no place/],
    ["a number", 7, /is no place/],
    ["an object", {}, /is no place/],
    ["an empty text", " \n", /is no place/],
    ["an empty list", [], /is empty\. Leave it out\./],
    ["a file that is not there", "/nowhere/ca.crl", /cannot be read: ENOENT.* taken for a path\.$/],
    ["a file that is not there, as URL", new URL("file:///nowhere"), /cannot be read: ENOENT/],
    ["a file of another machine", new URL("file://elsewhere/ca.crl"), /no file of this machine/],
    ["an address of another kind", new URL("ldap://crl.example/"), /neither|is not an http/],
    ["an http address without a host", "http://", /is not an http or https address/],
    ["PEM that is cut off", first.pem.slice(0, -10), /the PEM text is malformed: .* Copy it again/],
    ["bytes without a list", Buffer.from("no list"), /holds no list\. Pass -----BEGIN X509 CRL/],
    ["no bytes at all", Buffer.alloc(0), /holds no list/],
    ["a certificate", certificate, /holds a CERTIFICATE block where revocation lists are due/],
    ["a certificate beside a list", first.pem + certificate, /holds a CERTIFICATE block/],
    ["DER that is cut off", first.der.subarray(0, -1), /the list is malformed: .*Export it again/],
    ["a certificate as DER", root.certificate.der, /the list is malformed/],
  ] as const) {
    it(`refuses ${what}, with a cure`, () => {
      const { option, message: text } = errorOf(input);
      expect(option).to.equal("revocation.crl");
      expect(text).to.match(message);
    });
  }
});
