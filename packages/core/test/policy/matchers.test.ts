import { createHash, randomBytes } from "node:crypto";

import { expect } from "chai";

import { authority, der, extensions, type LeafChanges } from "@mtls-shield/testkit";

import type { ClientIdentity } from "../../src/identity/client-identity.ts";
import type { CertificateInput } from "../../src/path/certificate-input.ts";
import { traitsOf, type ClientMatcher } from "../../src/policy/client-matcher.ts";
import {
  allOf,
  anyOf,
  commonName,
  dnsName,
  email,
  fingerprint,
  issuer,
  not,
  publicKeyPin,
  requireMatchers,
  serialNumber,
  spiffe,
  uri,
} from "../../src/policy/matchers.ts";
import { fakeClient } from "../../src/testing.ts";
import { configErrorOf } from "../config-error-of.ts";
import { admits, contextOf, identityOf, trustIn } from "./admission.ts";

const ca = authority();

/** Whether a matcher admits a client with such a certificate, issued and verified for real. */
function admitsCertificate(matcher: ClientMatcher, changes: LeafChanges): boolean {
  return admits(matcher, ca.client(changes));
}

/** Every way to write down a SHA-256 value. */
function formsOf(hash: Buffer): Readonly<Record<string, string>> {
  const hex = hash.toString("hex");
  const colons = hex.match(/../g)!.join(":");
  return {
    hex,
    "upper-case hex": hex.toUpperCase(),
    "hex with colons": colons,
    "upper-case hex with colons": colons.toUpperCase(),
    base64: hash.toString("base64"),
    "base64 without padding": hash.toString("base64").replace("=", ""),
    base64url: hash.toString("base64url"),
    "base64url with padding": `${hash.toString("base64url")}=`,
    "sha256: and hex": `sha256:${hex}`,
    "SHA256: and colons": `SHA256:${colons}`,
    "sha-256= and hex": `sha-256=${hex}`,
    "sha256/ and base64": `sha256/${hash.toString("base64")}`,
    "sha256:// and base64": `sha256//${hash.toString("base64")}`,
    "white space around": ` ${hex}\n`,
  };
}

const spkiHash = (client: { readonly publicKey: { export(options: object): unknown } }): Buffer =>
  createHash("sha256")
    .update(client.publicKey.export({ type: "spki", format: "der" }) as Buffer)
    .digest();

const pinMatchers = { fingerprint, publicKeyPin };

describe("fingerprint", () => {
  const client = ca.client();
  for (const [form, text] of Object.entries(formsOf(Buffer.from(client.leaf.fingerprint, "hex")))) {
    it(`admits exactly its certificate, written as ${form}`, () => {
      expect(admits(fingerprint(text), client)).to.equal(true);
      expect(admits(fingerprint(text), ca.client())).to.equal(false);
    });
  }

  it("admits no other certificate for the same key and name", () => {
    const renewed = ca.client({ keyPair: client.leaf });
    expect(admits(fingerprint(client.leaf.fingerprint), renewed)).to.equal(false);
  });

  it("is not the hash of the public key", () => {
    expect(admits(fingerprint(spkiHash(client.leaf).toString("hex")), client)).to.equal(false);
  });
});

describe("publicKeyPin", () => {
  const client = ca.client();
  for (const [form, text] of Object.entries(formsOf(spkiHash(client.leaf)))) {
    it(`admits its key in every certificate, written as ${form}`, () => {
      expect(admits(publicKeyPin(text), client)).to.equal(true);
      expect(admits(publicKeyPin(text), ca.client({ keyPair: client.leaf }))).to.equal(true);
      expect(admits(publicKeyPin(text), ca.client())).to.equal(false);
    });
  }

  it("is not the fingerprint of a certificate", () => {
    expect(admits(publicKeyPin(client.leaf.fingerprint), client)).to.equal(false);
  });
});

for (const [name, pin] of Object.entries(pinMatchers)) {
  describe(`${name}, when it is made`, () => {
    const sha1 = createHash("sha1").update("certificate").digest();
    const sha1Hex = sha1.toString("hex");
    const sha1Forms = {
      hex: sha1Hex,
      "upper-case hex with colons": sha1Hex.match(/../g)!.join(":").toUpperCase(),
      base64: sha1.toString("base64"),
      "base64 without padding": sha1.toString("base64").replace("=", ""),
      base64url: sha1.toString("base64url"),
      "sha1: and hex": `sha1:${sha1Hex}`,
      "SHA-1= and hex": `SHA-1=${sha1Hex}`,
    };
    for (const [form, text] of Object.entries(sha1Forms)) {
      it(`refuses a SHA-1 value as such, written as ${form}`, () => {
        const error = configErrorOf(() => pin(text));
        expect(error.option).to.equal(name);
        expect(error.message).to.contain("is a SHA-1 value, which can be forged");
        expect(error.message).to.contain("Pass SHA-256");
      });
    }

    const hash = createHash("sha256").update("certificate").digest();
    const hex = hash.toString("hex");
    const base64 = hash.toString("base64");
    // The last of 43 characters holds four bits of the hash; its lower two have to be zero (RFC 4648 3.5).
    const last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".indexOf(
      base64[42]!,
    );
    const notCanonical = `${base64.slice(0, 42)}${"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[last + 1]!}=`;
    const malformed: Readonly<Record<string, unknown>> = {
      nothing: "",
      "63 hex digits": hex.slice(1),
      "65 hex digits": `${hex}0`,
      "a letter that is no hex digit": `g${hex.slice(1)}`,
      "a colon in the wrong place": `${hex.slice(0, 1)}:${hex.slice(1)}`,
      "a colon at the end": `${hex.match(/../g)!.join(":")}:`,
      "base64 whose last bits are not zero": notCanonical,
      "base64 in a mixed alphabet": `+_${base64.slice(2)}`,
      "base64 with two paddings": `${base64}=`,
      "another hash's name": `sha512:${hex}`,
      "an MD5 value": randomBytes(16).toString("hex"),
      "SHA-512": randomBytes(64).toString("hex"),
      "a number": 42,
      "nothing at all": undefined,
      bytes: hash,
    };
    for (const [what, text] of Object.entries(malformed)) {
      it(`refuses ${what}`, () => {
        const error = configErrorOf(() => pin(text as string));
        expect(error.option).to.equal(name);
        expect(error.message).to.contain("is not a SHA-256 value");
      });
    }
  });
}

describe("commonName", () => {
  const twoCommonNames = der.sequence(
    ...["orders", "orders"].map((name) =>
      der.set(der.sequence(der.oid("2.5.4.3"), der.utf8String(name))),
    ),
  );
  const inOneRelativeName = der.sequence(
    der.set(
      der.sequence(der.oid("2.5.4.3"), der.utf8String("orders")),
      der.sequence(der.oid("2.5.4.11"), der.utf8String("api")),
    ),
  );

  it("admits a client whose only name it is", () => {
    expect(admitsCertificate(commonName("orders"), { commonName: "orders" })).to.equal(true);
    expect(admitsCertificate(commonName("orders"), { subject: inOneRelativeName })).to.equal(true);
  });

  it("does not count beside a subject alternative name (RFC 9525 2)", () => {
    for (const names of [
      { dnsNames: ["orders"] },
      { emails: ["orders@corp.example"] },
      { uris: ["urn:orders"] },
      { ipAddresses: ["10.0.0.1"] },
    ]) {
      const changes = { commonName: "orders", ...names };
      expect(admitsCertificate(commonName("orders"), changes)).to.equal(false);
    }
  });

  it("does not count when there are two, even the same", () => {
    expect(admitsCertificate(commonName("orders"), { subject: twoCommonNames })).to.equal(false);
  });

  it("is never found inside another attribute or another name", () => {
    const others = [
      { commonName: "a,CN=orders" },
      { commonName: "CN=orders" },
      { commonName: "a\\,CN=orders" },
      { commonName: "orders\nCN=orders" },
      { commonName: "orders " },
      { commonName: " orders" },
      { commonName: "Orders" },
      { commonName: "оrders" },
      { commonName: "ｏrders" },
      { commonName: "orders\0" },
      { commonName: "order" },
      { commonName: "orderss" },
    ];
    for (const changes of others) {
      expect(admitsCertificate(commonName("orders"), changes), changes.commonName).to.equal(false);
    }
  });

  it("is no pattern", () => {
    expect(admitsCertificate(commonName("*"), { commonName: "orders" })).to.equal(false);
    expect(admitsCertificate(commonName(".*"), { commonName: "orders" })).to.equal(false);
  });

  it("has to be a name", () => {
    for (const name of ["", 5, undefined, ["orders"]]) {
      const error = configErrorOf(() => commonName(name as string));
      expect(error.option).to.equal("commonName");
      expect(error.message).to.contain("is not a name");
    }
  });
});

describe("dnsName, email and uri", () => {
  const name = "a.corp.example";

  it("admit a client by one of several names", () => {
    expect(admitsCertificate(dnsName(name), { dnsNames: ["b.corp.example", name] })).to.equal(true);
    expect(
      admitsCertificate(email("ops@corp.example"), {
        emails: ["dev@corp.example", "ops@corp.example"],
      }),
    ).to.equal(true);
    expect(admitsCertificate(uri("urn:a"), { uris: ["urn:b", "urn:a"] })).to.equal(true);
  });

  it("do not take a name of another type, or the common name, for theirs", () => {
    const elsewhere: readonly LeafChanges[] = [
      { commonName: name },
      { emails: [name] },
      { uris: [name] },
      { emails: [`x@${name}`] },
    ];
    for (const changes of elsewhere) {
      expect(admitsCertificate(dnsName(name), changes)).to.equal(false);
    }
    expect(admitsCertificate(email("a@b.example"), { dnsNames: ["a@b.example"] })).to.equal(false);
    expect(admitsCertificate(email("a@b.example"), { uris: ["a@b.example"] })).to.equal(false);
    expect(admitsCertificate(uri("urn:a"), { dnsNames: ["urn:a"] })).to.equal(false);
  });

  it("do not find a name inside an otherName (RFC 5280 4.2.1.6)", () => {
    const otherName = der.constructed(
      0,
      der.oid("1.3.6.1.5.5.7.8.5"),
      der.constructed(0, der.utf8String(name)),
    );
    const subjectAltName = extensions.extension("2.5.29.17", der.sequence(otherName));
    const client = ca.client({ extensions: { subjectAltName } });
    for (const matcher of [dnsName(name), email(`x@${name}`), uri("urn:a"), commonName(name)]) {
      expect(admits(matcher, client)).to.equal(false);
    }
  });

  it("take a star in the certificate for a letter, never for a pattern (RFC 9525 6.3)", () => {
    const star = { dnsNames: ["*.corp.example"] };
    expect(admitsCertificate(dnsName("a.corp.example"), star)).to.equal(false);
    expect(admitsCertificate(dnsName("*.corp.example"), star)).to.equal(false);
    expect(admitsCertificate(email("a@corp.example"), { emails: ["*@corp.example"] })).to.equal(
      false,
    );
    expect(admitsCertificate(uri("urn:device/a"), { uris: ["urn:device/*"] })).to.equal(false);
  });

  it("have to be given as text", () => {
    for (const [option, make] of Object.entries({ dnsName, email, uri, spiffe })) {
      const error = configErrorOf(() => make(/corp/ as unknown as string));
      expect(error.option).to.equal(option);
      expect(error.message).to.contain("is not a string");
    }
  });
});

describe("spiffe", () => {
  const id = "spiffe://corp.example/orders/api";

  it("admits the workload of an X509-SVID", () => {
    expect(admitsCertificate(spiffe(id), { spiffeId: id })).to.equal(true);
    expect(admitsCertificate(spiffe(id), { spiffeId: `${id}2` })).to.equal(false);
    expect(admitsCertificate(spiffe(id), { dnsNames: ["corp.example"] })).to.equal(false);
  });

  it("does not take a certificate with two URIs for one", () => {
    expect(admitsCertificate(spiffe(id), { uris: [id, "urn:a"] })).to.equal(false);
    expect(admitsCertificate(spiffe(id), { uris: [id, id] })).to.equal(false);
  });

  it("does not take an ID for one whose form is another's", () => {
    const open = spiffe("spiffe://corp.example/**");
    expect(admitsCertificate(open, { spiffeId: id })).to.equal(true);
    for (const other of [
      "spiffe://corp.example/orders/../admin",
      "spiffe://corp.example/./orders",
      "spiffe://corp.example/orders//api",
      "spiffe://corp.example/orders/",
      "spiffe://corp.example:443/orders",
      "spiffe://user@corp.example/orders",
      "spiffe://corp.example/%6frders",
      "spiffe://corp.example/orders?x",
      "spiffe://corp.example/orders#x",
      "SPIFFE://corp.example/orders",
      "spiffe://CORP.example/orders",
      "spiffe://corp.example.evil.example/orders",
    ]) {
      expect(admitsCertificate(open, { spiffeId: other }), other).to.equal(false);
    }
  });

  it("is not taken from the certificate of an authority", () => {
    const isCa = { basicConstraints: extensions.basicConstraints({ ca: true }) };
    expect(admitsCertificate(spiffe(id), { spiffeId: id, extensions: isCa })).to.equal(false);
  });
});

describe("issuer", () => {
  const corp = authority({ commonName: "Corp CA" });
  const namesake = authority({ commonName: "Corp CA" });
  const below = corp.intermediate();

  it("admits by the key that signed, in whatever form it is given", () => {
    const { pem, der: bytes, publicKey } = corp.certificate;
    const forms: readonly CertificateInput[] = [
      pem,
      bytes,
      Buffer.from(pem),
      [pem],
      publicKey.export({ type: "spki", format: "pem" }).toString(),
    ];
    for (const form of forms) {
      expect(admits(issuer(form), corp.client())).to.equal(true);
      expect(admits(issuer(form), namesake.client())).to.equal(false);
    }
  });

  it("means the authority right above the client, not one further up", () => {
    expect(admits(issuer(corp.certificate.pem), below.client())).to.equal(false);
    expect(admits(issuer(below.certificate.pem), below.client())).to.equal(true);
  });

  it("knows an authority again whose certificate was renewed with the same key", () => {
    const renewed = authority({ commonName: "Other name", keyPair: corp.certificate });
    expect(admits(issuer(renewed.certificate.pem), corp.client())).to.equal(true);
  });

  it("does not admit a pinned client, whose issuer nobody verified", () => {
    const client = corp.client();
    const trust = { test: { pinned: client.leaf.pem } };
    const rule = { allow: issuer(corp.certificate.pem) };
    expect(contextOf(client, rule, trust).decision).to.include({ outcome: "deny" });
    expect(contextOf(client, { allow: "any-client" }, trust).decision.outcome).to.equal("allow");
  });

  it("has to be exactly one certificate", () => {
    const { pem } = corp.certificate;
    for (const several of [[], [pem, pem], pem + namesake.certificate.pem]) {
      const error = configErrorOf(() => issuer(several));
      expect(error.option).to.equal("issuer");
      expect(error.message).to.contain("is not exactly one certificate");
    }
    const broken = Buffer.concat([corp.certificate.der.subarray(0, -1)]);
    expect(configErrorOf(() => issuer(broken)).message).to.contain("the certificate is malformed");
    const key = configErrorOf(() => issuer(corp.certificate.privateKeyPem));
    expect(key.message).to.contain("PRIVATE KEY");
    expect(configErrorOf(() => issuer(undefined as unknown as string)).option).to.equal("issuer");
  });
});

describe("serialNumber", () => {
  const options = { issuer: ca.certificate.pem };

  const forms: Readonly<Record<string, bigint>> = {
    "05": 5n,
    "5": 5n,
    "0x05": 5n,
    "0A:BC": 0xabcn,
    "0abc": 0xabcn,
    abc: 0xabcn,
    "00:0a:bc": 0xabcn,
    "7F": 0x7fn,
    "80": 0x80n,
    "0080": 0x80n,
    ff00: 0xff00n,
    "0": 0n,
    "00": 0n,
    "71:E2:D3:C4:B5:A6:97:88:79:6A:5B:4C:3D:2E:1F:00:11:22:33:44": BigInt(
      "0x71e2d3c4b5a69788796a5b4c3d2e1f0011223344",
    ),
  };
  for (const [text, value] of Object.entries(forms)) {
    it(`${text} admits the certificate ${value} of its issuer`, () => {
      const issued = ca.client({ serialNumber: value });
      expect(admits(serialNumber(text, options), issued)).to.equal(true);
      expect(
        admits(serialNumber(text, options), ca.client({ serialNumber: value + 256n })),
      ).to.equal(false);
    });
  }

  it("does not count for another authority, which may use the same number", () => {
    const namesake = authority();
    const issued = namesake.client({ serialNumber: 5n });
    expect(admits(serialNumber("05", options), issued)).to.equal(false);
    expect(admits(serialNumber("05", { issuer: namesake.certificate.pem }), issued)).to.equal(true);
  });

  it("needs its issuer", () => {
    for (const missing of [undefined, {}, null] as unknown[]) {
      const error = configErrorOf(() => serialNumber("05", missing as typeof options));
      expect(error.option).to.equal("serialNumber");
      expect(error.message).to.contain("no issuer is named");
    }
    const lost = { issuer: undefined } as unknown as typeof options;
    expect(configErrorOf(() => serialNumber("05", lost)).option).to.equal("serialNumber.issuer");
    expect(
      configErrorOf(() => serialNumber("05", { isuer: "x" } as unknown as typeof options)).message,
    ).to.contain('Did you mean "issuer"?');
    const broken = { issuer: "-----BEGIN CERTIFICATE-----" };
    expect(configErrorOf(() => serialNumber("05", broken)).option).to.equal("serialNumber.issuer");
  });

  it("has to be hex", () => {
    for (const text of ["", ":", "xyz", "12 34", "-5", "0x", "1".repeat(41), 5, undefined]) {
      const error = configErrorOf(() => serialNumber(text as string, options));
      expect(error.option).to.equal("serialNumber");
      expect(error.message).to.contain("is not a serial number in hex");
    }
  });
});

describe("combined matchers", () => {
  const client = identityOf(ca.client({ dnsNames: ["a.corp.example"] }));
  const yes = dnsName("a.corp.example");
  const no = dnsName("b.corp.example");
  const holds = (matcher: ClientMatcher): boolean => matcher(client);

  it("follow logic", () => {
    expect([anyOf(yes), anyOf(no, yes), allOf(yes, yes), not(no)].map(holds)).to.deep.equal([
      true,
      true,
      true,
      true,
    ]);
    expect([anyOf(no), anyOf(no, no), allOf(yes, no), not(yes)].map(holds)).to.deep.equal([
      false,
      false,
      false,
      false,
    ]);
  });

  it("need something to combine", () => {
    for (const [name, combine] of Object.entries({ anyOf, allOf })) {
      const error = configErrorOf(() => combine());
      expect(error.option).to.equal(name);
      expect(error.message).to.contain("has no matcher");
    }
  });

  it("need matchers", () => {
    const text = "sha256:00" as unknown as ClientMatcher;
    expect(configErrorOf(() => anyOf(text)).option).to.equal("anyOf");
    expect(configErrorOf(() => anyOf(yes, text)).option).to.equal("anyOf[1]");
    expect(configErrorOf(() => allOf(text, yes)).option).to.equal("allOf[0]");
    expect(configErrorOf(() => not(text)).message).to.contain('"sha256:00" is not a matcher');
    expect(configErrorOf(() => not(undefined as unknown as ClientMatcher)).message).to.contain(
      "Use a matcher such as fingerprint",
    );
  });

  it("say what they are made of", () => {
    const partners = dnsName("*.corp.example", { trust: "partners" });
    expect(traitsOf(allOf(anyOf(yes, partners), not(fingerprint("00".repeat(32)))))).to.deep.equal({
      description:
        'allOf(anyOf(dnsName("a.corp.example"), dnsName("*.corp.example")), ' +
        `not(fingerprint("${"00".repeat(32)}")))`,
      needsTrustSet: true,
      isPure: true,
      trustSets: ["partners"],
    });
    expect(traitsOf(anyOf(yes, () => true)).isPure).to.equal(false);
    expect(traitsOf(not(partners)).needsTrustSet).to.equal(false);
  });

  it("are checked by the same rule as lists", () => {
    expect(() => {
      requireMatchers([yes, no], "allow");
    }).to.not.throw();
  });
});

describe("matchers of names", () => {
  const makers: Readonly<Record<string, (options: { trust?: string }) => ClientMatcher>> = {
    commonName: (options) => commonName("orders", options),
    dnsName: (options) => dnsName("a.corp.example", options),
    email: (options) => email("ops@corp.example", options),
    uri: (options) => uri("spiffe://corp.example/orders", options),
    spiffe: (options) => spiffe("spiffe://corp.example/orders", options),
  };
  const clients: Readonly<Record<string, (trust: string) => ClientIdentity>> = {
    commonName: (trust) => fakeClient({ commonName: "orders", trust }),
    dnsName: (trust) => fakeClient({ dnsNames: ["a.corp.example"], trust }),
    email: (trust) => fakeClient({ emails: ["ops@corp.example"], trust }),
    uri: (trust) => fakeClient({ spiffeId: "spiffe://corp.example/orders", trust }),
    spiffe: (trust) => fakeClient({ spiffeId: "spiffe://corp.example/orders", trust }),
  };

  for (const [name, make] of Object.entries(makers)) {
    it(`${name} admits from any trust set when it names none, and says so`, () => {
      expect(make({})(clients[name]!("partners"))).to.equal(true);
      expect(traitsOf(make({}))).to.deep.include({ needsTrustSet: true, trustSets: [] });
    });

    it(`${name} admits only from the trust set that it names`, () => {
      const matcher = make({ trust: "partners" });
      expect(matcher(clients[name]!("partners"))).to.equal(true);
      expect(matcher(clients[name]!("devices"))).to.equal(false);
      expect(traitsOf(matcher)).to.deep.include({
        needsTrustSet: false,
        trustSets: ["partners"],
      });
    });

    it(`${name} refuses options that it does not have`, () => {
      const misspelt = { trusts: "partners" } as { trust?: string };
      const error = configErrorOf(() => make(misspelt));
      expect(error.option).to.equal(`${name}.trusts`);
      expect(error.message).to.contain('Did you mean "trust"?');
      const list = { trust: ["partners"] } as unknown as { trust: string };
      expect(configErrorOf(() => make(list)).option).to.equal(`${name}.trust`);
    });
  }

  it("tell two authorities of one name apart by the trust set", () => {
    const partners = authority({ commonName: "Corp CA" });
    const devices = authority({ commonName: "Corp CA" });
    const trust = { partners: trustIn(partners), devices: trustIn(devices) };
    const rule = { allow: dnsName("a.corp.example", { trust: "partners" }) };
    const names = { dnsNames: ["a.corp.example"] };
    expect(contextOf(partners.client(names), rule, trust).decision.outcome).to.equal("allow");
    expect(contextOf(devices.client(names), rule, trust).decision.outcome).to.equal("deny");
  });
});
