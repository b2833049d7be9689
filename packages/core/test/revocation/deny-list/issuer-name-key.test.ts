import { authority, der } from "@mtls-shield/testkit";
import { expect } from "chai";

import { issuerNameKey } from "../../../src/revocation/deny-list/issuer-name-key.ts";
import { nameOf, parsed } from "../../certificates.ts";
import { bestCpuMs } from "../../cpu-time.ts";

const same = issuerNameKey("CN=Test CA,O=Example,C=DE");

describe("issuerNameKey", () => {
  for (const text of [
    "cn=test ca,o=EXAMPLE,c=de",
    "CN = Test CA, O = Example, C = DE",
    "C = DE, O = Example, CN = Test CA",
    " CN=Test  CA , O=Example,C=DE ",
    "CN=Test\\20CA,O=\\45xample,C=DE",
    "CN=T\\est CA,O=Example,C=DE".replace("\\e", "\\65"),
  ]) {
    it(`takes ${JSON.stringify(text)} for the same name`, () => {
      expect(issuerNameKey(text)).to.equal(same);
    });
  }

  for (const text of [
    "CN=Test CA,O=Example",
    "CN=Test CA,O=Example,C=FR",
    "CN=Test CA+O=Example,C=DE",
    "CN=Test CA\\,O\\=Example,C=DE",
    "O=Test CA,CN=Example,C=DE",
  ]) {
    it(`keeps ${JSON.stringify(text)} apart`, () => {
      expect(issuerNameKey(text)).to.be.a("string").and.not.equal(same);
    });
  }

  it("does not mind in which order the attributes of one relative name stand", () => {
    expect(issuerNameKey("CN=a+O=b,C=DE")).to.equal(issuerNameKey("O=b + CN=a, C=DE"));
  });

  for (const text of [
    "",
    "Test CA",
    "/C=DE/CN=Test CA",
    "issuer=C = DE, CN = Test CA",
    "CN=a,",
    "CN=a,,O=b",
    "=a",
    'O = "Example, Inc."',
    "C N=a",
    "CN=a,colour=blue",
    `CN=${"a".repeat(9_000)}`,
  ]) {
    it(`takes ${JSON.stringify(text.slice(0, 30))} for no name`, () => {
      expect(issuerNameKey(text)).to.equal(undefined);
    });
  }

  it("reads whatever core prints of a name", () => {
    const subject = nameOf(
      [["2.5.4.6", der.printableString("DE")]],
      [
        ["2.5.4.10", der.utf8String(' #a,b+c="d"\\;<e>=\0\n\u202eé鍵 ')],
        ["2.5.4.11", der.utf8String("\\2c")],
      ],
      [["1.2.3.4", der.octetString(Buffer.from("no text"))]],
      [["2.5.4.3", der.utf8String("")]],
    );
    const { certificate } = authority({ subject });
    const { text } = parsed(certificate).subject;
    expect(issuerNameKey(text), text).to.be.a("string");
    expect(issuerNameKey(text)).not.to.equal(issuerNameKey(text.replace("\\\\2c", "\\2c")));
  });

  it("knows attributes by the keywords that openssl prints, and by their object identifiers", () => {
    const { certificate } = authority({
      subject: nameOf(
        [["2.5.4.10", der.utf8String("Bank")]],
        [["2.5.4.97", der.utf8String("PSDDE-BAFIN-1")]],
        [["1.3.6.1.4.1.311.60.2.1.3", der.printableString("DE")]],
      ),
    });
    const printed = issuerNameKey(parsed(certificate).subject.text);
    for (const text of [
      "O = Bank, organizationIdentifier = PSDDE-BAFIN-1, jurisdictionC = DE",
      "2.5.4.10=Bank,2.5.4.97=PSDDE-BAFIN-1,1.3.6.1.4.1.311.60.2.1.3=DE",
    ]) {
      expect(issuerNameKey(text), text).to.equal(printed);
    }
  });

  it("keeps a lone backslash for what it is", () => {
    expect(issuerNameKey("CN=a\\")).to.equal(issuerNameKey("CN=a\\\\"));
  });

  it("takes no time to speak of for a text that is made to be slow", () => {
    const texts = ["\\", "\\2", "\\20", "=", ",", "+", "CN=a,", " "].map((part) =>
      part.repeat(8_192 / part.length),
    );
    expect(bestCpuMs(() => texts.map(issuerNameKey))).to.be.below(100);
  });
});
