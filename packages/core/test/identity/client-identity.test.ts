import { createHash } from "node:crypto";

import { expect } from "chai";

import {
  authority,
  der,
  distinguishedName,
  extensions,
  type LeafChanges,
} from "@mtls-shield/testkit";

import { identifyClient } from "../../src/identity/client-identity.ts";
import type { VerifiedPath } from "../../src/path/verified-path.ts";
import type { Certificate } from "../../src/x509/certificate.ts";
import { nameOf, parsed } from "../certificates.ts";

const root = authority({ commonName: "Root" });

/** As `validatePath` would say it of the two. */
function byPath(client: Certificate, issuer: Certificate) {
  const path = [client, issuer] as unknown as VerifiedPath;
  return { by: "path", path } as const;
}

function identify(changes: LeafChanges) {
  const { leaf } = root.client(changes);
  return identifyClient(byPath(parsed(leaf), parsed(root.certificate)), "default");
}

function pinOf(key: { export(options: { type: "spki"; format: "der" }): Buffer }): string {
  const spki = key.export({ type: "spki", format: "der" });
  return createHash("sha256").update(spki).digest("base64");
}

describe("identifyClient", () => {
  it("says everything that the certificate says of the client", () => {
    const { leaf } = root.client({
      subject: distinguishedName({ country: "DE", organization: "Corp", commonName: "orders" }),
      dnsNames: ["orders.corp.example", "*.b.example"],
      emails: ["orders@corp.example"],
      ipAddresses: ["10.0.0.1", "2001:db8:0:0:0:0:0:1"],
      uris: ["spiffe://corp.example/orders"],
      serialNumber: 0x1234n,
      notBefore: Date.UTC(2030, 0, 1),
      notAfter: Date.UTC(2030, 1, 1),
    });
    const identity = identifyClient(byPath(parsed(leaf), parsed(root.certificate)), "partners");
    const { twinFingerprint, ...said } = identity;
    expect(twinFingerprint).to.match(/^[0-9a-f]{64}$/);
    expect(said).to.deep.equal({
      subject: "CN=orders,O=Corp,C=DE",
      commonName: "orders",
      commonNameCounts: false,
      hasSubjectAltName: true,
      dnsNames: ["orders.corp.example", "*.b.example"],
      emails: ["orders@corp.example"],
      ipAddresses: ["10.0.0.1", "2001:db8::1"],
      uris: ["spiffe://corp.example/orders"],
      spiffeId: {
        id: "spiffe://corp.example/orders",
        trustDomain: "corp.example",
        path: "/orders",
      },
      issuer: "CN=Root",
      issuerPublicKeyPin: pinOf(root.certificate.publicKey),
      serialNumber: "1234",
      fingerprint: leaf.fingerprint,
      publicKeyPin: pinOf(leaf.publicKey),
      notBefore: Date.UTC(2030, 0, 1),
      notAfter: Date.UTC(2030, 1, 1),
      trust: "partners",
      verifiedBy: "path",
    });
  });

  it("names no issuer's key for a pinned client, whose issuer nobody verified", () => {
    const identity = identifyClient({ by: "pin", path: [parsed(root.client().leaf)] }, "default");
    expect(identity).to.include({ verifiedBy: "pin", issuerPublicKeyPin: undefined });
  });

  it("takes no name from a certificate of which only the key is pinned: its holder can have any name certified", () => {
    const leaf = parsed(
      root.client({ spiffeId: "spiffe://corp.example/admin", emails: ["a@b.c"] }).leaf,
    );
    const identity = identifyClient({ by: "key-pin", path: [leaf] }, "default");
    expect(identity).to.include({
      ...{ verifiedBy: "key-pin", subject: "", issuer: "", serialNumber: "" },
      ...{ commonName: undefined, spiffeId: undefined, hasSubjectAltName: false },
      fingerprint: leaf.fingerprint,
    });
    const { dnsNames, emails, ipAddresses, uris } = identity;
    expect([dnsNames, emails, ipAddresses, uris]).to.deep.equal([[], [], [], []]);
  });

  it("is frozen, all the way down", () => {
    const identity = identify({ uris: ["spiffe://corp.example/a"], dnsNames: ["a.example"] });
    for (const part of [identity, ...(Object.values(identity) as unknown[])]) {
      expect(Object.isFrozen(part)).to.equal(true);
    }
  });
});

describe("identifyClient, common names", () => {
  const cn = (text: string) => [["2.5.4.3", der.utf8String(text)] as const];

  it("count only when there is exactly one", () => {
    expect(identify({ subject: nameOf(cn("a")) }).commonName).to.equal("a");
    expect(identify({ subject: nameOf(cn("a"), cn("admin")) }).commonName).to.equal(undefined);
    expect(identify({ subject: nameOf([...cn("a"), ...cn("admin")]) }).commonName).to.equal(
      undefined,
    );
    const organization = distinguishedName({ organization: "Corp" });
    expect(identify({ subject: organization }).commonName).to.equal(undefined);
  });

  it("count alone: without alternative names, and where every authority that constrains names constrains theirs", () => {
    const constrained = (...subtrees: readonly Uint8Array[]) =>
      extensions.extension(
        extensions.extensionOids.nameConstraints,
        der.sequence(der.constructed(0, ...subtrees.map((subtree) => der.sequence(subtree)))),
        { critical: true },
      );
    const dns = der.primitive(2, Buffer.from("corp.example"));
    const directory = der.constructed(4, distinguishedName({ organization: "Corp" }));
    const anyDirectory = der.constructed(4, der.sequence());
    const below = (...subtrees: readonly Uint8Array[]) => {
      const issuing = authority().intermediate({ moreExtensions: [constrained(...subtrees)] });
      const { chain, root } = issuing.client({ commonName: "orders" });
      const path = [...chain, root].map(parsed) as unknown as VerifiedPath;
      return identifyClient({ by: "path", path }, "default").commonNameCounts;
    };
    expect(identify({}).commonNameCounts).to.equal(true);
    expect(identify({ emails: ["a@b.example"] }).commonNameCounts).to.equal(false);
    expect(below(dns)).to.equal(false);
    expect(below(dns, anyDirectory)).to.equal(false);
    expect(below(dns, directory)).to.equal(true);
  });

  it("are values, not texts to be searched: a comma makes no second one", () => {
    expect(identify({ commonName: "a,CN=admin" }).commonName).to.equal("a,CN=admin");
  });
});

describe("identifyClient, alternative names", () => {
  it("are told from an empty list", () => {
    expect(identify({}).hasSubjectAltName).to.equal(false);
    expect(identify({ emails: ["a@b.example"] })).to.deep.include({
      hasSubjectAltName: true,
      dnsNames: [],
    });
  });

  it("keep their types apart: no name stands for one of another type", () => {
    const subjectAltName = extensions.extension(
      extensions.extensionOids.subjectAltName,
      der.sequence(
        der.constructed(0, der.oid("1.2.3"), der.constructed(0, der.utf8String("admin"))),
        der.primitive(1, Buffer.from("admin.example")),
        der.constructed(4, distinguishedName({ commonName: "admin" })),
        der.primitive(8, der.oidContent("1.2.3")),
      ),
    );
    expect(identify({ extensions: { subjectAltName } })).to.deep.include({
      emails: ["admin.example"],
      dnsNames: [],
      uris: [],
      ipAddresses: [],
      hasSubjectAltName: true,
    });
  });

  it("print addresses in one form each (RFC 5952)", () => {
    for (const [address, text] of [
      ["192.168.0.255", "192.168.0.255"],
      ["2001:0db8:0000:0000:0001:0000:0000:0001", "2001:db8::1:0:0:1"],
      ["0:0:0:0:0:0:0:0", "::"],
      ["0:0:0:0:0:ffff:a00:1", "::ffff:10.0.0.1"],
    ] as const) {
      expect(identify({ ipAddresses: [address] }).ipAddresses).to.deep.equal([text]);
    }
  });
});

describe("identifyClient, SPIFFE IDs", () => {
  const spiffeId = "spiffe://corp.example/a";

  it("need a sound X509-SVID", () => {
    expect(identify({ spiffeId }).spiffeId?.id).to.equal(spiffeId);
  });

  for (const [defect, changes] of Object.entries<LeafChanges>({
    "no URI": { dnsNames: ["a.example"] },
    "two URIs": { spiffeId, uris: ["https://a.example"] },
    "the same URI twice": { spiffeId, uris: [spiffeId] },
    "a URI that is no SPIFFE ID": { uris: ["spiffe://corp.example/a/"] },
    "a certificate of an authority": {
      spiffeId,
      extensions: { basicConstraints: extensions.basicConstraints({ ca: true }) },
    },
    "no key usage": { spiffeId, extensions: { keyUsage: "absent" } },
    "no digitalSignature": {
      spiffeId,
      extensions: { keyUsage: extensions.keyUsage("keyAgreement") },
    },
    keyCertSign: {
      spiffeId,
      extensions: { keyUsage: extensions.keyUsage("digitalSignature", "keyCertSign") },
    },
    cRLSign: {
      spiffeId,
      extensions: { keyUsage: extensions.keyUsage("digitalSignature", "cRLSign") },
    },
  })) {
    it(`are none with ${defect}`, () => {
      expect(identify(changes).spiffeId).to.equal(undefined);
    });
  }
});

describe("identifyClient, serial numbers", () => {
  for (const [serialNumber, text] of [
    [0n, "0"],
    [1n, "1"],
    [0x0an, "a"],
    [0xffn, "ff"],
    [0x100n, "100"],
    [(1n << 159n) - 1n, `7f${"f".repeat(38)}`],
  ] as const) {
    it(`are printed in lower-case hex without leading zeros: ${text}`, () => {
      expect(identify({ serialNumber }).serialNumber).to.equal(text);
    });
  }
});
