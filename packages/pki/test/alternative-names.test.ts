import { X509Certificate } from "node:crypto";

import { expect } from "chai";

import { createAuthority, type AlternativeNames } from "@mtls-shield/pki";

import { encodeAlternativeNames } from "../src/alternative-names.ts";
import { thrownBy } from "./thrown-by.ts";

describe("alternative names", () => {
  it("reach the certificate in every kind", async () => {
    const root = await createAuthority();
    const client = await root.issueClient({
      dnsNames: ["a.corp.example", "_service.corp.example", "xn--bcher-kva.example"],
      ipAddresses: ["192.0.2.1", "2001:db8::1"],
      emails: ["alice+x@corp.example"],
      uris: ["https://corp.example/a?b#c", "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"],
    });
    expect(new X509Certificate(client.der).subjectAltName).to.equal(
      "email:alice+x@corp.example, DNS:a.corp.example, DNS:_service.corp.example, " +
        "DNS:xn--bcher-kva.example, URI:https://corp.example/a?b#c, " +
        "URI:urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6, IP Address:192.0.2.1, " +
        "IP Address:2001:DB8:0:0:0:0:0:1",
    );
  });

  it("hold a SPIFFE ID as the only URI", async () => {
    const root = await createAuthority();
    const client = await root.issueClient({ spiffeId: "spiffe://corp.example/billing/api" });
    expect(new X509Certificate(client.der).subjectAltName).to.equal(
      "URI:spiffe://corp.example/billing/api",
    );
    const error = await thrownBy(() =>
      root.issueClient({ spiffeId: "spiffe://corp.example/a", uris: ["https://a.example"] }),
    );
    expect(error.option).to.equal("uris");
  });

  it("allow wildcards to servers only", async () => {
    const root = await createAuthority();
    const dnsNames = ["*.corp.example"];
    const server = await root.issueServer({ dnsNames });
    expect(new X509Certificate(server.der).checkHost("a.corp.example")).to.equal("*.corp.example");
    const error = await thrownBy(() => root.issueClient({ dnsNames }));
    expect(error.message).to.contain("wildcard");
  });

  const wrong: readonly (readonly [AlternativeNames, keyof AlternativeNames, string])[] = [
    [{ dnsNames: ["a b.example"] }, "dnsNames", "not a DNS name"],
    [{ dnsNames: [""] }, "dnsNames", "not a DNS name"],
    [{ dnsNames: ["a.example."] }, "dnsNames", "not a DNS name"],
    [{ dnsNames: ["a..example"] }, "dnsNames", "not a DNS name"],
    [{ dnsNames: ["-a.example"] }, "dnsNames", "not a DNS name"],
    [{ dnsNames: ["a-.example"] }, "dnsNames", "not a DNS name"],
    [{ dnsNames: ["a.*.example"] }, "dnsNames", "not a DNS name"],
    [{ dnsNames: ["a.example\0.evil.example"] }, "dnsNames", "not a DNS name"],
    [{ dnsNames: [`${"a".repeat(64)}.example`] }, "dnsNames", "not a DNS name"],
    [{ dnsNames: ["abcdefgh.".repeat(29)] }, "dnsNames", "not a DNS name"],
    [{ dnsNames: ["bücher.example"] }, "dnsNames", "xn--"],
    [{ dnsNames: ["192.0.2.1"] }, "dnsNames", `"ipAddresses"`],
    [{ dnsNames: "a.example" as unknown as string[] }, "dnsNames", "not a list"],
    [{ dnsNames: [5] as unknown as string[] }, "dnsNames", "Give strings"],
    [{ ipAddresses: ["192.0.2.256"] }, "ipAddresses", "not an IPv4 or IPv6 address"],
    [{ ipAddresses: ["192.0.2.0/24"] }, "ipAddresses", "without a prefix length"],
    [{ ipAddresses: ["fe80::1%eth0"] }, "ipAddresses", "or a zone"],
    [{ emails: ["alice"] }, "emails", "alice@corp.example"],
    [{ emails: ["a b@corp.example"] }, "emails", "alice@corp.example"],
    [{ emails: ["a@b@corp.example"] }, "emails", "alice@corp.example"],
    [{ emails: ["alice@corp example"] }, "emails", "not a DNS name"],
    [{ emails: ["alice@*.example"] }, "emails", "wildcard"],
    [{ uris: ["/relative"] }, "uris", "not absolute"],
    [{ uris: ["https://a.example/b c"] }, "uris", "not absolute"],
    [{ uris: ["https://[nowhere"] }, "uris", "not absolute"],
    [{ uris: ["https://bücher.example/"] }, "uris", "not absolute"],
    [{ uris: ["SPIFFE://corp.example/a"] }, "uris", `"spiffeId"`],
  ];
  for (const [names, option, cure] of wrong) {
    it(`refuse ${JSON.stringify(names)}`, async () => {
      const error = await thrownBy(() => encodeAlternativeNames(names, { wildcards: "refused" }));
      expect(error.option).to.equal(option);
      expect(error.message).to.contain(`"${option}"`).and.to.contain(cure);
    });
  }
});
