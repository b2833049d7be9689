import { expect } from "chai";

import { authority, der, extensions } from "@mtls-shield/testkit";

import { checkUnprocessedExtensions } from "../../../src/path/checks/critical-extensions.ts";
import { parsed } from "../../certificates.ts";

function withExtension(...moreExtensions: readonly Uint8Array[]) {
  return parsed(authority().client({ moreExtensions }).leaf);
}

const accessOf = (method: string) =>
  der.sequence(
    der.sequence(der.oid(method), der.primitive(6, Buffer.from("http://a.example/issuer.cer"))),
  );
const point = der.sequence(
  der.sequence(
    der.constructed(
      0,
      der.constructed(0, der.primitive(6, Buffer.from("http://a.example/list.crl"))),
    ),
  ),
);
const names = der.sequence(der.primitive(2, Buffer.from("a.example")));

/** What the engine knows by name: whether these should be critical is for the rules of issuance to say. */
const known = {
  nameConstraints: extensions.nameConstraints({ excludedDnsNames: ["a.example"] }),
  policyConstraints: extensions.policyConstraints({ inhibitPolicyMapping: 0 }),
  policyMappings: extensions.policyMappings(["1.2.3", "1.2.4"]),
  inhibitAnyPolicy: extensions.inhibitAnyPolicy(0),
  issuerAltName: extensions.extension("2.5.29.18", names, { critical: true }),
  crlDistributionPoints: extensions.extension("2.5.29.31", point, { critical: true }),
  freshestCRL: extensions.extension("2.5.29.46", point, { critical: true }),
  authorityInfoAccess: extensions.extension("1.3.6.1.5.5.7.1.1", accessOf("1.3.6.1.5.5.7.48.2"), {
    critical: true,
  }),
  subjectInfoAccess: extensions.extension("1.3.6.1.5.5.7.1.11", accessOf("1.3.6.1.5.5.7.48.5"), {
    critical: true,
  }),
};

describe("checkUnprocessedExtensions", () => {
  for (const [name, extension] of Object.entries(known)) {
    it(`passes critical ${name}`, () => {
      expect(checkUnprocessedExtensions(withExtension(extension))).to.equal(undefined);
    });
  }

  it("passes what is known, and what is unknown but not critical", () => {
    const unknown = extensions.extension("1.3.6.1.4.1.32473.99", der.nullValue());
    expect(checkUnprocessedExtensions(withExtension())).to.equal(undefined);
    expect(checkUnprocessedExtensions(withExtension(unknown))).to.equal(undefined);
    expect(
      checkUnprocessedExtensions(withExtension(extensions.certificatePolicies("1.2.3"))),
    ).to.equal(undefined);
  });

  for (const [name, extension] of [
    [
      "a critical extension that nobody knows",
      extensions.extension("1.3.6.1.4.1.32473.99", der.nullValue(), { critical: true }),
    ],
    [
      "a critical Netscape certificate type",
      extensions.extension("2.16.840.1.113730.1.1", der.namedBits(0), { critical: true }),
    ],
  ] as const) {
    it(`refuses ${name}`, () => {
      expect(checkUnprocessedExtensions(withExtension(extension))).to.equal(
        "critical-extension-unsupported",
      );
    });
  }
});
