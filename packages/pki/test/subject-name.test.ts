import { X509Certificate } from "node:crypto";

import { AsnConvert } from "@peculiar/asn1-schema";
import { Certificate } from "@peculiar/asn1-x509";
import { expect } from "chai";

import { createAuthority, type Subject } from "@mtls-shield/pki";

import { thrownBy } from "./thrown-by.ts";

describe("a subject", () => {
  it("is written from the general to the particular", async () => {
    const { certificate } = await createAuthority({
      subject: {
        commonName: "Corp Root",
        serialNumber: "42",
        organizationalUnit: "Security",
        organization: "Corp",
        locality: "Köln",
        state: "NRW",
        country: "DE",
      },
    });
    expect(new X509Certificate(certificate.der).subject.split("\n")).to.deep.equal([
      "C=DE",
      "ST=NRW",
      "L=Köln",
      "O=Corp",
      "OU=Security",
      "CN=Corp Root",
      "serialNumber=42",
    ]);
  });

  it("takes text as it is, whatever it means to a name parser", async () => {
    const commonName = `#05 "a", CN=b+c\\`;
    const { certificate } = await createAuthority({ subject: { commonName } });
    const { subject } = AsnConvert.parse(certificate.der, Certificate).tbsCertificate;
    expect(subject[0]![0]!.value.utf8String).to.equal(commonName);
  });

  const wrong: readonly (readonly [string, Subject, string])[] = [
    ["an unknown attribute", { comonName: "a" } as Subject, "subject.comonName"],
    ["an empty attribute", { commonName: "" }, "subject.commonName"],
    ["a line break", { commonName: "a\nb" }, "subject.commonName"],
    ["something else than text", { commonName: 5 } as unknown as Subject, "subject.commonName"],
    ["text that is too long", { organization: "a".repeat(65) }, "subject.organization"],
    ["a country's name", { country: "Germany" }, "subject.country"],
    ["a serial number with umlauts", { serialNumber: "ü" }, "subject.serialNumber"],
    ["a string in place of attributes", "CN=a" as Subject, "subject"],
  ];
  for (const [what, subject, option] of wrong) {
    it(`is refused with ${what}`, async () => {
      const error = await thrownBy(() => createAuthority({ subject }));
      expect(error.option).to.equal(option);
      expect(error.message).to.contain(`"${option}"`);
    });
  }

  it("may hold as many letters as RFC 5280 allows, also outside the basic plane", async () => {
    const commonName = "𝒜".repeat(64);
    const { certificate } = await createAuthority({ subject: { commonName } });
    expect(new X509Certificate(certificate.der).subject).to.equal(`CN=${commonName}`);
  });
});
