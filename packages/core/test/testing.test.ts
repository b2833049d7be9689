import { expect } from "chai";

import { dnsName, spiffe } from "../src/policy/matchers.ts";
import { TlsConnection } from "../src/sources/tls-connection.ts";
import { createFakeShield, fakeClient, type FakeShieldOptions } from "../src/testing.ts";
import { configErrorOf } from "./config-error-of.ts";
import { fakeRequest } from "./fake-request.ts";

function decide(
  client: Parameters<typeof createFakeShield>[0],
  options?: FakeShieldOptions,
  target = "/",
) {
  return createFakeShield(client, options).decide(
    fakeRequest(TlsConnection.of({}, {}), { target }),
  );
}

describe("fakeClient", () => {
  it("is harmless without facts", () => {
    expect(fakeClient()).to.deep.include({
      subject: "CN=test client",
      commonName: "test client",
      commonNameCounts: true,
      hasSubjectAltName: false,
      dnsNames: [],
      emails: [],
      ipAddresses: [],
      uris: [],
      spiffeId: undefined,
      trust: "default",
      verifiedBy: "path",
    });
  });

  it("is what the test says", () => {
    const facts = { commonName: "orders", dnsNames: ["a.example"], trust: "partners" };
    const client = fakeClient(facts);
    expect(client).to.deep.include({ ...facts, subject: "CN=orders", hasSubjectAltName: true });
  });

  for (const [kind, facts] of Object.entries({
    dnsNames: { dnsNames: ["a"] },
    emails: { emails: ["a"] },
    ipAddresses: { ipAddresses: ["::1"] },
    uris: { uris: ["a:b"] },
  })) {
    it(`has a subject alternative name with ${kind}`, () => {
      expect(fakeClient(facts)).to.include({ hasSubjectAltName: true, commonNameCounts: false });
    });
  }

  it("has the URI of its SPIFFE ID, unless the test gives others", () => {
    const spiffeId = "spiffe://corp.example/orders";
    expect(fakeClient({ spiffeId })).to.deep.include({
      uris: [spiffeId],
      spiffeId: { id: spiffeId, trustDomain: "corp.example", path: "/orders" },
      hasSubjectAltName: true,
    });
    expect(fakeClient({ spiffeId, uris: ["urn:a"] }).uris).to.deep.equal(["urn:a"]);
  });

  it("refuses a SPIFFE ID that no certificate could hold", () => {
    const { option, message } = configErrorOf(() => fakeClient({ spiffeId: "spiffe://A/b" }));
    expect(option).to.equal("spiffeId");
    expect(message).to.include('"spiffe://A/b" is not a SPIFFE ID');
  });

  it("has a fingerprint and a key of its own, the same for the same facts", () => {
    const [a, b] = [fakeClient({ commonName: "a" }), fakeClient({ commonName: "b" })];
    expect(fakeClient({ commonName: "a" }).fingerprint).to.equal(a.fingerprint);
    expect(a.fingerprint)
      .to.match(/^[0-9a-f]{64}$/)
      .and.to.not.equal(b.fingerprint);
    expect(Buffer.from(a.publicKeyPin, "base64")).to.have.length(32);
    expect(a.publicKeyPin).to.not.equal(b.publicKeyPin);
  });

  it("is frozen, as a real client is", () => {
    const client = fakeClient({ spiffeId: "spiffe://corp.example/a" });
    for (const part of [client, ...(Object.values(client) as unknown[])]) {
      expect(Object.isFrozen(part)).to.equal(true);
    }
  });
});

describe("createFakeShield", () => {
  it("finds its client on every connection, TLS or not", () => {
    const client = fakeClient();
    expect(decide(client)).to.include({ authenticated: true, client });
  });

  it("finds nobody where the test gives none", () => {
    const context = decide(undefined);
    expect(context).to.include({ authenticated: false, client: undefined });
    expect(context).to.have.nested.property("decision.reason.code", "certificate-missing");
  });

  it("has real rules", () => {
    const client = fakeClient({ dnsNames: ["a.example"] });
    const rules = [
      { match: "* /a/**", allow: dnsName("a.example") },
      { match: "* /**", allow: spiffe("spiffe://corp.example/*") },
    ] as const;
    expect(decide(client, { rules }, "/a/b").decision.outcome).to.equal("allow");
    expect(decide(client, { rules }, "/b").decision.outcome).to.equal("deny");
    expect(configErrorOf(() => decide(client, { rules: [] })).option).to.equal("rules");
  });

  it("has the client's trust set, and no other unless the test names it", () => {
    const client = fakeClient({ trust: "partners" });
    const rules = (trust: string) => [{ match: "* /**", allow: "any-client", trust }] as const;
    expect(decide(client, { rules: rules("partners") }).decision.outcome).to.equal("allow");
    expect(configErrorOf(() => decide(client, { rules: rules("devices") })).option).to.equal(
      "rules[0].trust",
    );
    const trustSets = ["partners", "devices"];
    const context = decide(client, { trustSets, rules: rules("devices") });
    expect(context).to.have.nested.property("decision.reason.code", "trust-set-mismatch");
    expect(context.authenticated).to.equal(false);
  });

  it("takes no certificates: a trust option has no place in it", () => {
    const options = { trust: "ca.pem" } as FakeShieldOptions;
    expect(() => decide(undefined, options)).to.throw();
  });
});
