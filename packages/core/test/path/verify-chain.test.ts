import { expect } from "chai";

import {
  authority,
  der,
  extensions,
  fakeClock,
  soundChain,
  testKeyPair,
  type KeyUsageName,
  type LeafChanges,
} from "@mtls-shield/testkit";

import { ConfigError } from "../../src/base/config-error.ts";
import { revocationCodes } from "../../src/path/path-acceptance.ts";
import { TrustSet } from "../../src/path/trust-set.ts";
import { createTrustSet } from "../../src/path/trust-input.ts";
import { verifyChain, type ChainInput } from "../../src/path/verify-chain.ts";
import { reason } from "../../src/reasons/reason.ts";
import { parsed } from "../certificates.ts";
import { configErrorOf } from "../config-error-of.ts";
import { codeOf, judgeChain, placeOf, warningsOf } from "./judge-chain.ts";

const clock = fakeClock(Date.UTC(2030, 5, 15));
const time = clock();
const hourMs = 3_600_000;

const issued = soundChain({ clock });
const [leaf, intermediate] = issued.chain;
const sound: ChainInput = {
  leaf: leaf!.der,
  intermediates: [intermediate!.der],
  trust: createTrustSet(issued.root.der),
  time,
  purpose: "client",
};

const keyUsage = (...names: readonly KeyUsageName[]): LeafChanges => ({
  extensions: { keyUsage: extensions.keyUsage(...names) },
});
const policy = "1.3.6.1.4.1.32473.1";

describe("verifyChain", () => {
  it("returns the path from the leaf to the anchor, and what it says", () => {
    const verdict = verifyChain(sound);
    if (verdict.outcome === "refused") throw new Error(verdict.reason.code);
    const { path, anchor, ...rest } = verdict;
    const fingerprints = path.map(({ fingerprint }) => fingerprint);
    expect(fingerprints).to.deep.equal(
      [leaf!, intermediate!, issued.root].map(({ fingerprint }) => fingerprint),
    );
    expect(anchor).to.equal(path.at(-1));
    expect(rest).to.deep.equal({
      outcome: "verified",
      policies: [],
      validFrom: parsed(leaf!).notBefore,
      validUntil: parsed(leaf!).notAfter + 1_000,
      warnings: [],
    });
  });

  it("reads DER and PEM, and intermediates in any order", () => {
    const long = authority({ clock }).intermediate().intermediate().client();
    const [longLeaf, lower, upper] = long.chain;
    const trust = createTrustSet(long.root.pem);
    for (const [first, ...intermediates] of [
      [longLeaf!.der, lower!.der, upper!.der],
      [longLeaf!.pem, lower!.pem, upper!.pem],
      [`\n ${longLeaf!.pem}\r\n`, upper!.der, lower!.pem, long.root.pem, longLeaf!.der],
    ] as const) {
      expect(codeOf(verifyChain({ ...sound, leaf: first, intermediates, trust }))).to.equal(
        "verified",
      );
    }
  });

  it("needs no intermediates where the anchor issued the leaf", () => {
    const { leaf: direct, root } = authority({ clock }).client();
    const { intermediates, ...rest } = sound;
    expect(intermediates).to.have.length(1);
    const input = { ...rest, leaf: direct.der, trust: createTrustSet(root.der) };
    expect(codeOf(verifyChain(input))).to.equal("verified");
  });

  it("does not trust a root that only comes along", () => {
    const intermediates = [intermediate!.der, issued.root.der];
    const trust = createTrustSet(authority({ clock, commonName: "Other" }).certificate.der);
    expect(codeOf(verifyChain({ ...sound, intermediates, trust }))).to.equal("issuer-unknown");
  });

  it("says of a leaf that nobody but itself signed that it is self-signed", () => {
    const self = authority({ clock, commonName: "Self" }).certificate;
    expect(codeOf(verifyChain({ ...sound, leaf: self.der }))).to.equal("certificate-self-signed");
  });

  it("tells the details of the reason and the most useful one of several", () => {
    const expired = authority({ clock }).client({ notAfter: time - hourMs });
    const namesakes = [authority({ clock }), authority({ clock, notAfter: time - hourMs })];
    const anchors = [...namesakes.map(({ certificate }) => certificate.der), expired.root.der];
    const verdict = verifyChain({
      ...sound,
      leaf: expired.leaf.der,
      trust: createTrustSet({ anchors }),
    });
    expect(placeOf(verdict)).to.equal("certificate-expired at 0");
    expect(verdict).to.have.nested.property("reason.details.subject", "CN=test-client");
  });
});

describe("verifyChain, certificates that cannot be read", () => {
  const key = leaf!.privateKeyPem;
  for (const [what, input, problem] of [
    ["bytes that are no DER", der.bytes(1, 2, 3), /./],
    ["no bytes", der.bytes(), /./],
    ["a byte after the certificate", der.concat(leaf!.der, der.bytes(0)), /./],
    ["an empty text", "", /^the text is not a PEM block alone$/],
    [
      "a path, which is never read",
      "/etc/ssl/certs/root.pem",
      /^the text is not a PEM block alone$/,
    ],
    ["text before the block", `subject=CN=a\n${leaf!.pem}`, /^the text is not a PEM block alone$/],
    ["two blocks", issued.chainPem, /^the text is not one PEM block$/],
    ["a private key", key, /^the block is a PRIVATE KEY, not a CERTIFICATE$/],
    ["PEM cut short", leaf!.pem.slice(0, -40), /^the text is not a PEM block alone$/],
    ["PEM that is not base64", leaf!.pem.replace("MII", "M*I"), /is not base64$/],
    [
      "PEM of bytes that are no certificate",
      "-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----",
      /./,
    ],
  ] as const) {
    it(`refuses a leaf that is ${what}, as a value`, () => {
      const verdict = verifyChain({ ...sound, leaf: input });
      if (verdict.outcome === "verified") throw new Error("It was verified.");
      expect(verdict.tried).to.deep.equal([]);
      expect(verdict.reason).to.include({ code: "certificate-malformed", certificateIndex: 0 });
      expect(verdict.reason.details["problem"]).to.match(problem);
    });

    it(`leaves an intermediate aside that is ${what}`, () => {
      const intermediates = [input, intermediate!.der, input];
      expect(codeOf(verifyChain({ ...sound, intermediates }))).to.equal("verified");
      expect(codeOf(verifyChain({ ...sound, intermediates: [input] }))).to.equal("issuer-unknown");
    });
  }
});

describe("verifyChain, the paths that it tried", () => {
  const keyPair = testKeyPair("ecdsa-p256");
  const [a, b, c] = ["A", "B", "C"].map((commonName) => authority({ clock, commonName }));
  const expired = a!.intermediate({ keyPair, commonName: "Issuing", notAfter: time - hourMs });
  const early = b!.intermediate({ keyPair, commonName: "Issuing", notBefore: time + hourMs });
  const right = c!.intermediate({ keyPair, commonName: "Issuing" });
  const trust = createTrustSet([a, b, c].map((root) => root!.certificate.der));
  const { leaf: client } = right.client();

  it("are all told, in order, each with its reason", () => {
    const intermediates = [expired, early].map(({ certificate }) => certificate.der);
    const verdict = verifyChain({ ...sound, leaf: client.der, intermediates, trust });
    if (verdict.outcome === "verified") throw new Error("It was verified.");
    const told = verdict.tried.map(({ path, reason }) => ({
      path: path.map(({ subject }) => subject.text),
      reason: `${reason.code} at ${reason.certificateIndex}`,
    }));
    expect(told).to.deep.equal([
      {
        path: ["CN=test-client", "CN=Issuing", "CN=B"],
        reason: "issuer-certificate-not-yet-valid at 1",
      },
      {
        path: ["CN=test-client", "CN=Issuing", "CN=A"],
        reason: "issuer-certificate-expired at 1",
      },
    ]);
    expect(verdict.reason).to.equal(verdict.tried[0]!.reason);
  });

  it("do not hinder one that holds", () => {
    const intermediates = [expired, early, right].map(({ certificate }) => certificate.der);
    const verdict = verifyChain({ ...sound, leaf: client.der, intermediates, trust });
    expect(verdict).to.have.nested.property("anchor.subject.text", "CN=C");
  });

  it("are told up to the limit", () => {
    const intermediates = [expired, early].map(({ certificate }) => certificate.der);
    const limits = { paths: 1 };
    const verdict = verifyChain({ ...sound, leaf: client.der, intermediates, trust, limits });
    expect(codeOf(verdict)).to.equal("path-search-limit");
    expect(verdict).to.have.property("tried").with.length(1);
  });
});

describe("verifyChain, purpose", () => {
  const root = authority({ clock });
  const own = "1.3.6.1.4.1.32473.7";
  const ownUsage = extensions.extension(
    extensions.extensionOids.extendedKeyUsage,
    der.sequence(der.oid(own)),
  );
  const leaves = {
    client: root.client(),
    server: root.server(),
    silent: root.client({ extensions: { extendedKeyUsage: "absent" } }),
    own: root.client({ extensions: { extendedKeyUsage: ownUsage } }),
  };
  const wrong = "extended-key-usage-invalid";
  const cases = {
    client: { client: "verified", server: wrong, silent: "verified", own: wrong },
    server: { client: wrong, server: "verified", silent: "verified", own: wrong },
    any: { client: "verified", server: "verified", silent: "verified", own: "verified" },
    [own]: { client: wrong, server: wrong, silent: "verified", own: "verified" },
  } as const;

  for (const [purpose, expected] of Object.entries(cases)) {
    it(`is ${purpose}: what that says of leaves that name a usage, and of silent ones`, () => {
      const options = { time, purpose: purpose as ChainInput["purpose"] };
      for (const [name, code] of Object.entries(expected)) {
        const chain = leaves[name as keyof typeof leaves];
        expect(codeOf(judgeChain(chain, options)), name).to.equal(code);
      }
    });
  }

  it("limits what is below an authority that names usages", () => {
    const servers = root.intermediate({
      moreExtensions: [extensions.extendedKeyUsage("serverAuth")],
    });
    const silent = servers.client({ extensions: { extendedKeyUsage: "absent" } });
    expect(placeOf(judgeChain(silent, { time }))).to.equal(`${wrong} at 1`);
    expect(codeOf(judgeChain(silent, { time, purpose: "server" }))).to.equal("verified");
    expect(codeOf(judgeChain(silent, { time, purpose: "any" }))).to.equal("verified");
  });

  it("has to be named by the leaf, and by nobody above it, where that is asked for", () => {
    const options = { time, extendedKeyUsage: "required" } as const;
    expect(placeOf(judgeChain(leaves.silent, options))).to.equal(`${wrong} at 0`);
    expect(codeOf(judgeChain(leaves.client, options))).to.equal("verified");
    expect(codeOf(judgeChain(leaves.silent, { ...options, purpose: "any" }))).to.equal("verified");
  });
});

describe("verifyChain, key usage", () => {
  const root = authority({ clock });
  const leaves = {
    silent: root.client({ extensions: { keyUsage: "absent" } }),
    digitalSignature: root.client(keyUsage("digitalSignature")),
    keyEncipherment: root.client(keyUsage("keyEncipherment")),
    keyAgreement: root.client(keyUsage("keyAgreement")),
    nonRepudiation: root.client(keyUsage("nonRepudiation")),
  };
  /** Which of the leaves pass. */
  const passing = (options: Partial<ChainInput>) =>
    Object.entries(leaves)
      .filter(([, chain]) => {
        const code = codeOf(judgeChain(chain, { time, ...options }));
        expect(code).to.be.oneOf(["verified", "key-usage-invalid"]);
        return code === "verified";
      })
      .map(([name]) => name);
  const everybody = Object.keys(leaves);

  it("is digitalSignature for a client by default, and nothing for another purpose", () => {
    expect(passing({})).to.deep.equal(["silent", "digitalSignature"]);
    expect(passing({ purpose: "any" })).to.deep.equal(everybody);
  });

  it("is any that TLS servers may use for a server by default", () => {
    const servers = {
      silent: root.server({ extensions: { keyUsage: "absent" } }),
      digitalSignature: root.server(keyUsage("digitalSignature")),
      keyEncipherment: root.server(keyUsage("keyEncipherment")),
      keyAgreement: root.server(keyUsage("keyAgreement")),
    };
    const options = { time, purpose: "server" } as const;
    for (const [name, chain] of Object.entries(servers)) {
      expect(codeOf(judgeChain(chain, options)), name).to.equal("verified");
    }
    const none = root.server(keyUsage("nonRepudiation"));
    expect(codeOf(judgeChain(none, options))).to.equal("key-usage-invalid");
  });

  it("is what is asked for: one of them is enough, none asks for nothing", () => {
    expect(passing({ keyUsage: ["keyAgreement"] })).to.deep.equal(["silent", "keyAgreement"]);
    expect(passing({ keyUsage: ["keyEncipherment", "digitalSignature"] })).to.deep.equal([
      "silent",
      "digitalSignature",
      "keyEncipherment",
    ]);
    expect(passing({ keyUsage: [] })).to.deep.equal(everybody);
    expect(passing({ purpose: "any", keyUsage: ["digitalSignature"] })).to.deep.equal([
      "silent",
      "digitalSignature",
    ]);
  });
});

describe("verifyChain, what else is asked", () => {
  it("is the profile: default lets pass with a warning what strict refuses", () => {
    const zero = authority({ clock }).client({ serialNumber: 0n });
    expect(warningsOf(judgeChain(zero, { time }))).to.deep.equal([
      "serial-number-not-positive at 0",
    ]);
    expect(placeOf(judgeChain(zero, { time, profile: "strict" }))).to.equal(
      "serial-number-not-positive at 0",
    );
    expect(placeOf(judgeChain(zero, { time, profile: "spiffe" }))).to.equal("svid-invalid at 0");
    expect(judgeChain(zero, { time, profile: "spiffe" })).to.have.nested.property(
      "reason.details.fault",
      "it holds 0 URIs, not one",
    );
  });

  it("is names, every one of them", () => {
    const chain = authority({ clock }).server({
      dnsNames: ["api.example", "*.b.example"],
      ipAddresses: ["192.0.2.1"],
      emails: ["ops@example.com"],
    });
    const held = [
      { type: "dns", value: "api.example" },
      { type: "dns", value: "x.b.example" },
      { type: "ip", value: "192.0.2.1" },
      { type: "email", value: "ops@example.com" },
    ] as const;
    const options = { time, purpose: "server" } as const;
    expect(codeOf(judgeChain(chain, { ...options, names: held }))).to.equal("verified");
    expect(codeOf(judgeChain(chain, { ...options, names: [] }))).to.equal("verified");
    const names = [...held, { type: "dns", value: "other.example" }] as const;
    const verdict = judgeChain(chain, { ...options, names });
    expect(placeOf(verdict)).to.equal("peer-name-mismatch at 0");
    expect(verdict).to.have.nested.property("reason.details.name", "other.example");
  });

  it("is policies, which come back dotted", () => {
    const stated = [extensions.certificatePolicies(policy, "1.3.6.1.4.1.32473.2")];
    const chain = authority({ clock })
      .intermediate({ moreExtensions: stated })
      .client({ moreExtensions: stated });
    const verdict = judgeChain(chain, { time, policies: { accepted: [policy] } });
    expect(verdict).to.deep.include({ outcome: "verified", policies: [policy] });
    expect(judgeChain(chain, { time }))
      .to.have.property("policies")
      .that.has.members([policy, "1.3.6.1.4.1.32473.2"]);
    const other = { accepted: ["1.3.6.1.4.1.32473.9"] };
    expect(codeOf(judgeChain(chain, { time, policies: other }))).to.equal("policy-missing");
    expect(codeOf(verifyChain({ ...sound, policies: { requireExplicit: true } }))).to.equal(
      "policy-missing",
    );
  });

  it("is a path length, in which self-issued authorities do not count", () => {
    const two = authority({ clock }).intermediate().intermediate().client();
    expect(codeOf(judgeChain(two, { time, pathLength: 2 }))).to.equal("verified");
    expect(placeOf(judgeChain(two, { time, pathLength: 1 }))).to.equal("path-length-exceeded at 1");
    expect(placeOf(judgeChain(two, { time, pathLength: 0 }))).to.equal("path-length-exceeded at 2");
    const renewed = authority({ clock, commonName: "Root" })
      .intermediate({ commonName: "Root" })
      .client();
    expect(codeOf(judgeChain(renewed, { time, pathLength: 0 }))).to.equal("verified");
    const none = authority({ clock }).client();
    expect(codeOf(judgeChain(none, { time, pathLength: 0 }))).to.equal("verified");
  });

  it("is whether a domain is a public suffix, in the web PKI", () => {
    const wildcard = authority({ clock }).server({
      commonName: "*.co.uk",
      dnsNames: ["*.co.uk"],
    });
    const options = { time, purpose: "server", profile: "webpki" } as const;
    const isPublicSuffix = (domain: string) => domain === "co.uk";
    expect(codeOf(judgeChain(wildcard, options))).to.equal("verified");
    expect(codeOf(judgeChain(wildcard, { ...options, isPublicSuffix }))).to.equal(
      "web-pki-alternative-name",
    );
  });

  it("is how much work the certificates may cause", () => {
    const deep = authority({ clock }).intermediate().intermediate().client();
    expect(codeOf(judgeChain(deep, { time, limits: { pathDepth: 1 } }))).to.equal("path-too-deep");
    expect(codeOf(judgeChain(deep, { time, limits: { signatureChecks: 2 } }))).to.equal(
      "path-search-limit",
    );
  });
});

describe("verifyChain, how long its verdict holds", () => {
  it("is as long as every certificate of the path is valid, whichever is the tightest", () => {
    const narrow = { notBefore: time - 1_000, notAfter: time + 1_000 };
    for (const chain of [
      authority({ clock, ...narrow })
        .intermediate()
        .client(),
      authority({ clock }).intermediate(narrow).client(),
      authority({ clock }).intermediate().client(narrow),
    ]) {
      const verdict = judgeChain(chain, { time });
      expect(verdict).to.include({ validFrom: time - 1_000, validUntil: time + 2_000 });
      expect(codeOf(judgeChain(chain, { time: time - 1_000 }))).to.equal("verified");
      expect(codeOf(judgeChain(chain, { time: time + 1_999 }))).to.equal("verified");
      expect(codeOf(judgeChain(chain, { time: time - 1_001 }))).to.match(/not-yet-valid$/);
      expect(codeOf(judgeChain(chain, { time: time + 2_000 }))).to.match(/expired$/);
    }
  });

  it("may begin with one certificate and end with another", () => {
    const chain = authority({ clock })
      .intermediate({ notBefore: time })
      .client({ notAfter: time + hourMs });
    expect(judgeChain(chain, { time })).to.include({
      validFrom: time,
      validUntil: time + hourMs + 1_000,
    });
  });
});

describe("verifyChain, acceptPath", () => {
  const keyPair = testKeyPair("ecdsa-p256");
  const [first, second] = ["First", "Second"].map((commonName) => authority({ clock, commonName }));
  const crossed = [first, second].map((root) =>
    root!.intermediate({ keyPair, commonName: "Issuing" }),
  );
  const input: ChainInput = {
    ...sound,
    leaf: crossed[0]!.client().leaf.der,
    intermediates: crossed.map(({ certificate }) => certificate.der),
    trust: createTrustSet([first, second].map((root) => root!.certificate.der)),
  };

  it("is asked of each path that is sound otherwise, and of no other", () => {
    const asked: string[] = [];
    const acceptPath: NonNullable<ChainInput["acceptPath"]> = (path) => {
      asked.push(path.map(({ subject }) => subject.text).join(" "));
      return { outcome: "refused", code: "revocation-unknown", certificateIndex: 1 };
    };
    expect(placeOf(verifyChain({ ...input, acceptPath }))).to.equal("revocation-unknown at 1");
    expect(asked).to.deep.equal([
      "CN=test-client CN=Issuing CN=First",
      "CN=test-client CN=Issuing CN=Second",
    ]);
    asked.length = 0;
    const expired = { ...input, time: time + 40 * 24 * hourMs };
    expect(codeOf(verifyChain({ ...expired, acceptPath }))).to.equal("certificate-expired");
    const forged = authority({ clock }).client({
      raw: (parts) => ({ ...parts, alterSignature: (signature) => signature.fill(0) }),
    });
    expect(codeOf(judgeChain(forged, { time, acceptPath }))).to.equal("signature-invalid");
    expect(asked).to.deep.equal([]);
  });

  it("sends the search on to the next path when it refuses", () => {
    const verdict = verifyChain({
      ...input,
      acceptPath: (path) =>
        path.at(-1)!.subject.text === "CN=First"
          ? { outcome: "refused", code: "certificate-revoked", certificateIndex: 1 }
          : { outcome: "accepted" },
    });
    expect(verdict).to.have.nested.property("anchor.subject.text", "CN=Second");
  });

  it("gives the reason, the certificate and the facts of its refusal", () => {
    const verdict = verifyChain({
      ...input,
      acceptPath: () => ({
        outcome: "refused",
        code: "certificate-revoked",
        certificateIndex: 0,
        details: { serial: "01", since: 5 },
      }),
    });
    if (verdict.outcome === "verified") throw new Error("It was verified.");
    expect(verdict.reason).to.deep.include({
      code: "certificate-revoked",
      certificateIndex: 0,
      details: { serial: "01", since: 5 },
    });
    // A leaf that is revoked is so on every path.
    expect(verdict.tried.map(({ reason }) => reason.code)).to.deep.equal(["certificate-revoked"]);
    const silent = verifyChain({
      ...input,
      acceptPath: () => ({ outcome: "refused", code: "certificate-revoked", certificateIndex: 0 }),
    });
    expect(silent).to.have.nested.property("reason.details").that.deep.equals({});
  });

  it("may refuse with every code of revocation, which says whether another path is tried", () => {
    for (const code of revocationCodes) {
      const verdict = verifyChain({
        ...sound,
        acceptPath: () => ({ outcome: "refused", code, certificateIndex: 0 }),
      });
      expect(codeOf(verdict)).to.equal(code);
    }
  });

  it("adds what it forgave to the warnings, beside those of the path", () => {
    const forgiven = reason("revocation-unknown", { certificateIndex: 0 });
    const verdict = verifyChain({
      ...sound,
      acceptPath: () => ({ outcome: "accepted", warnings: [forgiven] }),
    });
    expect(verdict.outcome).to.equal("verified");
    expect(verdict).to.have.property("warnings").that.deep.equals([forgiven]);
  });

  it("shortens how long the verdict holds, and never makes it longer", () => {
    const holdsUntil = (until?: number) => {
      const acceptPath: NonNullable<ChainInput["acceptPath"]> = () =>
        until === undefined ? { outcome: "accepted" } : { outcome: "accepted", until };
      const verdict = verifyChain({ ...sound, acceptPath });
      return verdict.outcome === "verified" && verdict.validUntil;
    };
    const end = parsed(leaf!).notAfter + 1_000;
    expect(holdsUntil()).to.equal(end);
    expect(holdsUntil(time + hourMs)).to.equal(time + hourMs);
    expect(holdsUntil(end + hourMs)).to.equal(end);
    expect(holdsUntil(Infinity)).to.equal(end);
  });

  it("is out of date when it is for no later moment", () => {
    for (const until of [time, time - 1, -Infinity, Number.NaN]) {
      const verdict = verifyChain({
        ...sound,
        acceptPath: () => ({ outcome: "accepted", until }),
      });
      expect(verdict).to.deep.include({ outcome: "refused" });
      expect(codeOf(verdict)).to.equal("revocation-unknown");
    }
  });

  it("is never taken for a yes when it is no verdict", () => {
    const refused = { outcome: "refused", code: "certificate-revoked", certificateIndex: 0 };
    for (const answer of [
      undefined,
      null,
      true,
      false,
      {},
      Promise.resolve({ outcome: "accepted" }),
      { outcome: "accept" },
      { outcome: "accepted", until: "2030" },
      { outcome: "accepted", warnings: "all is well" },
      { ...refused, code: "certificate-expired" },
      { ...refused, certificateIndex: undefined },
      { ...refused, certificateIndex: -1 },
      { ...refused, certificateIndex: 0.5 },
      { ...refused, certificateIndex: 3 },
    ]) {
      const acceptPath = (() => answer) as unknown as NonNullable<ChainInput["acceptPath"]>;
      expect(() => verifyChain({ ...sound, acceptPath })).to.throw(
        ConfigError,
        "acceptPath: returned no verdict",
      );
    }
  });

  it("throws on what it throws: a fault of the check is no refusal", () => {
    const fault = new RangeError("the list is on fire");
    const acceptPath = () => {
      throw fault;
    };
    expect(() => verifyChain({ ...sound, acceptPath })).to.throw(fault);
  });
});

describe("verifyChain, limits", () => {
  const bytes = leaf!.der.length;

  it("refuses a leaf that is too large, in whichever form", () => {
    for (const one of [leaf!.der, `${leaf!.pem}${"\n".repeat(4 * bytes)}`]) {
      const verdict = verifyChain({ ...sound, leaf: one, limits: { certificateBytes: bytes - 1 } });
      expect(codeOf(verdict)).to.equal("certificate-too-large");
    }
    const { outcome } = verifyChain({
      ...sound,
      leaf: leaf!.pem,
      limits: { certificateBytes: 2_000 },
    });
    expect(outcome).to.equal("verified");
  });

  it("leaves intermediates aside that are too large", () => {
    const large = Buffer.alloc(102_401);
    const { outcome } = verifyChain({
      ...sound,
      intermediates: [large, ...(sound.intermediates ?? [])],
    });
    expect(outcome).to.equal("verified");
  });

  it("has none for what a caller passes by its own choice, nor for memory that it has not", () => {
    for (const name of ["certificates", "rememberedClients"]) {
      expect(() => verifyChain({ ...sound, limits: { [name]: 10 } })).to.throw(
        ConfigError,
        `limits.${name}: is not an option`,
      );
    }
  });
});

describe("verifyChain, misuse", () => {
  it("believes no public suffix but a boolean, and asks for it in lower case", () => {
    const root = authority({ clock });
    const { leaf: wild } = root.client({
      commonName: "*.CO.UK",
      dnsNames: ["*.CO.UK"],
    });
    const asked: string[] = [];
    const judge = (answer: (domain: string) => unknown) =>
      verifyChain({
        leaf: wild.der,
        trust: createTrustSet({ anchors: root.certificate.der }),
        time,
        purpose: "client",
        profile: "webpki",
        isPublicSuffix: (domain) => {
          asked.push(domain);
          return answer(domain) as boolean;
        },
      });
    expect(codeOf(judge((domain) => domain === "co.uk"))).to.equal("web-pki-alternative-name");
    expect(codeOf(judge(() => false))).to.equal("verified");
    expect(asked).to.deep.equal(["co.uk", "co.uk"]);
    expect(() => judge(() => Promise.resolve(true))).to.throw(ConfigError, "isPublicSuffix");
  });

  it("lets the check of a path change nothing but its own copy", () => {
    const verdict = verifyChain({
      ...sound,
      acceptPath: (path) => {
        (path as unknown as unknown[]).reverse();
        return { outcome: "accepted" };
      },
    });
    expect(verdict).to.have.nested.property(
      "anchor.subject.text",
      parsed(issued.root).subject.text,
    );
  });

  it("finds the holes of lists", () => {
    const hole = new Array<never>(1);
    for (const option of ["names", "intermediates", "keyUsage", "legacyAlgorithms"]) {
      expect(() => verifyChain({ ...sound, [option]: hole }), option).to.throw(ConfigError, option);
    }
    const policies = { accepted: hole };
    expect(() => verifyChain({ ...sound, policies })).to.throw(ConfigError, "policies.accepted[0]");
  });

  it("says what a value is, whatever it is", () => {
    for (const [option, value] of [
      ["purpose", 5n],
      ["profile", 5n],
      ["extendedKeyUsage", Symbol("x")],
    ] as const) {
      expect(() => verifyChain({ ...sound, [option]: value })).to.throw(ConfigError, option);
    }
  });

  it("needs a trust set that createTrustSet made", () => {
    for (const trust of [undefined, null, issued.root.pem, { anchors: [] }]) {
      const { trust: good, ...rest } = sound;
      expect(good).to.be.instanceOf(TrustSet);
      const input = (trust === undefined ? rest : { ...rest, trust }) as ChainInput;
      expect(configErrorOf(() => verifyChain(input)).message).to.equal(
        "trust: is not a trust set. Make one with createTrustSet().",
      );
    }
  });

  it("needs an object", () => {
    for (const input of [undefined, null, [], "leaf", leaf!.der]) {
      expect(configErrorOf(() => verifyChain(input as unknown as ChainInput)).message).to.equal(
        "options: is not an object. Write { leaf, trust, time, purpose }.",
      );
    }
  });

  for (const [what, changes, message] of [
    [
      "an unknown option",
      { intermediate: [] },
      'intermediate: is not an option. Did you mean "intermediates"?',
    ],
    [
      "an option whose value got lost",
      { acceptPath: undefined },
      "acceptPath: is undefined. Leave it out, or look where its value got lost.",
    ],
    ["a leaf of null", { leaf: null }, "leaf: is neither DER nor PEM. Pass one certificate."],
    [
      "an intermediate of null",
      { intermediates: [intermediate!.der, null] },
      "intermediates[1]: is neither DER nor PEM. Pass one certificate.",
    ],
    [
      "intermediates in one text",
      { intermediates: issued.chainPem },
      "intermediates: is not a list. Pass a list, or leave it out.",
    ],
    [
      "a time that is a Date",
      { time: new Date() },
      "time: is not a moment. Pass epoch milliseconds, as Date.now() does.",
    ],
    [
      "a time that is NaN",
      { time: Number.NaN },
      "time: is not a moment. Pass epoch milliseconds, as Date.now() does.",
    ],
    [
      "an infinite time",
      { time: Infinity },
      "time: is not a moment. Pass epoch milliseconds, as Date.now() does.",
    ],
    [
      "a purpose that is none",
      { purpose: "clientAuth" },
      'purpose: "clientAuth" is none. Write "client", "server", "any", or a dotted object identifier.',
    ],
    [
      "a purpose of null",
      { purpose: null },
      'purpose: null is none. Write "client", "server", "any", or a dotted object identifier.',
    ],
    [
      "a purpose that is no object identifier",
      { purpose: "1.40.1" },
      'purpose: "1.40.1" is none. Write "client", "server", "any", or a dotted object identifier.',
    ],
    [
      "an extended key usage that is a purpose",
      { extendedKeyUsage: "clientAuth" },
      'extendedKeyUsage: "clientAuth" is not one of its values. Write "if-present" or "required".',
    ],
    [
      "a key usage that is no list",
      { keyUsage: "digitalSignature" },
      "keyUsage: is not a list. Pass a list, or leave it out.",
    ],
    [
      "a key usage of null",
      { keyUsage: null },
      "keyUsage: is not a list. Pass a list, or leave it out.",
    ],
    [
      "a key usage that no leaf needs",
      { keyUsage: ["digitalSignature", "keyCertSign"] },
      'keyUsage[1]: "keyCertSign" is not one of its values. ' +
        'Write "digitalSignature" or "keyEncipherment" or "keyAgreement".',
    ],
    [
      "a key usage whose value got lost",
      { keyUsage: [undefined] },
      "keyUsage[0]: null is not one of its values. " +
        'Write "digitalSignature" or "keyEncipherment" or "keyAgreement".',
    ],
    [
      "an unknown profile",
      { profile: "lax" },
      'profile: "lax" is not one of its values. Write "default" or "strict" or "webpki" or "spiffe".',
    ],
    [
      "names that are no list",
      { names: "a.example" },
      "names: is not a list. Pass a list, or leave it out.",
    ],
    [
      "a name that is a text",
      { names: ["a.example"] },
      'names[0]: is not an object. Write { type: "dns", value: "api.example" }.',
    ],
    [
      "a name of an unknown type",
      { names: [{ type: "uri", value: "a" }] },
      'names[0].type: "uri" is not one of its values. Write "dns" or "ip" or "email".',
    ],
    [
      "a name without a text",
      { names: [{ type: "dns", value: 1 }] },
      "names[0].value: is not a text. Write the name.",
    ],
    [
      "a name with something else",
      { names: [{ type: "dns", value: "a", wildcard: true }] },
      "names[0].wildcard: is not an option. The options are: type, value.",
    ],
    [
      "policies that are none",
      { policies: { accepted: [] } },
      "policies.accepted: is not a list of policies. List one at least.",
    ],
    [
      "a negative path length",
      { pathLength: -1 },
      "pathLength: is not a number of certificates. Write 0 or more.",
    ],
    [
      "half a path length",
      { pathLength: 1.5 },
      "pathLength: is not a number of certificates. Write 0 or more.",
    ],
    [
      "a path length of null",
      { pathLength: null },
      "pathLength: is not a number of certificates. Write 0 or more.",
    ],
    [
      "a weak algorithm outside a list",
      { legacyAlgorithms: "sha1" },
      'legacyAlgorithms: is not a list. Write ["sha1"], or leave it out.',
    ],
    [
      "public suffixes that are a list",
      { isPublicSuffix: ["co.uk"] },
      "isPublicSuffix: is not a function. Pass a function, or leave it out.",
    ],
    [
      "an acceptPath of null, which would accept every path",
      { acceptPath: null },
      "acceptPath: is not a function. Pass a function, or leave it out.",
    ],
    [
      "a limit of 0",
      { limits: { paths: 0 } },
      "limits.paths: is not a positive whole number. Write a number, or leave it out.",
    ],
  ] as readonly (readonly [string, object, string])[]) {
    it(`is refused with a ConfigError: ${what}`, () => {
      const input = { ...sound, ...changes };
      expect(configErrorOf(() => verifyChain(input)).message).to.equal(message);
    });
  }
});
