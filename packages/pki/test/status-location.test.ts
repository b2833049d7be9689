import { expect } from "chai";

import { createAuthority, type ClientOptions } from "@mtls-shield/pki";
import { requireTool, runOpenssl } from "@mtls-shield/testkit";

import { thrownBy } from "./thrown-by.ts";

const list = "http://pki.example/ca.crl";

function textOf(pem: string): string {
  const { stdout } = runOpenssl(["x509", "-noout", "-text"], { input: pem });
  return stdout.toString().replaceAll(/\s+/g, " ");
}

describe("where a status is to be had", () => {
  it("stands in the certificate as openssl reads it", async function () {
    requireTool(this, "openssl");
    const root = await createAuthority();
    const places = {
      crlDistributionPoints: [list, "ldap://pki.example/cn=ca"],
      freshestCrls: ["http://pki.example/delta.crl"],
      ocspUrls: ["http://ocsp.example/"],
      caIssuersUrls: ["http://pki.example/ca.crt"],
    };
    const intermediate = await root.createIntermediate(places);
    const certificates = [
      await root.issueClient(places),
      await root.issueServer(places),
      await root.issueCrlSigner(places),
      intermediate.certificate,
    ];
    for (const { pem } of certificates) {
      const text = textOf(pem);
      expect(text).to.contain(
        `X509v3 CRL Distribution Points: Full Name: URI:${list} Full Name: URI:ldap://pki.example/cn=ca`,
      );
      expect(text).to.contain("X509v3 Freshest CRL: Full Name: URI:http://pki.example/delta.crl");
      expect(text).to.contain(
        "Authority Information Access: OCSP - URI:http://ocsp.example/ " +
          "CA Issuers - URI:http://pki.example/ca.crt",
      );
    }
  });

  it("can be nowhere, by RFC 9608", async function () {
    requireTool(this, "openssl");
    const root = await createAuthority();
    const { der } = await root.issueClient({
      noRevAvail: true,
      caIssuersUrls: ["http://pki.example/ca.crt"],
    });
    // 2.5.29.56, not critical, NULL.
    expect(Buffer.from(der).toString("hex")).to.contain("0603551d3804020500");
    const silent = await root.issueClient({ noRevAvail: false });
    expect(Buffer.from(silent.der).toString("hex")).to.not.contain("0603551d38");
  });

  it("is given by the certificate of those who sign", async function () {
    requireTool(this, "openssl");
    const root = await createAuthority();
    const responder = textOf((await root.issueOcspResponder()).pem);
    expect(responder).to.contain("X509v3 Key Usage: critical Digital Signature X509v3");
    expect(responder).to.contain("X509v3 Extended Key Usage: OCSP Signing OCSP No Check");
    const signer = textOf((await root.issueCrlSigner()).pem);
    expect(signer).to.contain("X509v3 Key Usage: critical CRL Sign Signature");
    const { notBefore, notAfter } = await root.issueOcspResponder();
    expect(notAfter - notBefore).to.equal(7 * 86_400_000 + 60_000);
    for (const call of [
      (options: object) => root.issueOcspResponder(options),
      (options: object) => root.issueCrlSigner(options),
    ]) {
      expect((await thrownBy(() => call({ subject: {} }))).option).to.equal("subject");
      expect((await thrownBy(() => call({ dnsNames: ["a"] }))).option).to.equal("dnsNames");
    }
  });

  for (const [options, option] of [
    [{ crlDistributionPoints: list as never }, "crlDistributionPoints"],
    [{ crlDistributionPoints: ["pki.example/ca.crl"] }, "crlDistributionPoints"],
    [{ ocspUrls: [7 as never] }, "ocspUrls"],
    [{ freshestCrls: ["http://pki.example/\u00e4"] }, "freshestCrls"],
    [{ caIssuersUrls: ["http://pki.example/ a"] }, "caIssuersUrls"],
    [{ noRevAvail: true, ocspUrls: ["http://ocsp.example/"] }, "noRevAvail"],
    [{ noRevAvail: "yes" as never }, "noRevAvail"],
    [{ crlIssuer: { der: new Uint8Array() } }, "crlIssuer"],
  ] as const satisfies readonly (readonly [ClientOptions, string])[]) {
    it(`is refused as ${JSON.stringify(options)}`, async () => {
      const root = await createAuthority();
      expect((await thrownBy(() => root.issueClient(options))).option).to.equal(option);
    });
  }

  it("is never nowhere for an authority (RFC 9608 4)", async () => {
    const root = await createAuthority();
    const error = await thrownBy(() => root.createIntermediate({ noRevAvail: true } as object));
    expect(error.option).to.equal("noRevAvail");
  });
});
