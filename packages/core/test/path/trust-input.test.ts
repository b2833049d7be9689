import { createHash } from "node:crypto";

import { expect } from "chai";

import {
  authority,
  der,
  extensions,
  fakeClock,
  soundChain,
  type TestCertificate,
} from "@mtls-shield/testkit";

import { ConfigError } from "../../src/base/config-error.ts";
import type { ConfigWarning } from "../../src/base/config-warning.ts";
import type { Profile } from "../../src/path/profile.ts";
import { createTrustSet, readTrust, trustPaths } from "../../src/path/trust-input.ts";
import { reasons } from "../../src/reasons/reasons.ts";
import { noLegacy, type LegacyAlgorithm } from "../../src/x509/signature.ts";
import { configErrorOf } from "../config-error-of.ts";

const clock = fakeClock(Date.UTC(2030, 0, 1));
const hourMs = 3_600_000;

/** What the option is read as, with the warnings that came with it. */
function read(
  trust: unknown,
  legacy: ReadonlySet<LegacyAlgorithm> = noLegacy,
  profile: Profile = "default",
) {
  const warnings: ConfigWarning[] = [];
  const sets = readTrust(trust, {
    now: clock(),
    legacy,
    profile,
    warn: (warning) => warnings.push(warning),
  });
  return { sets, warnings };
}

/** The names in the first set. */
function partsOf(trust: unknown) {
  const {
    sets: [set],
    warnings,
  } = read(trust);
  return {
    name: set!.name,
    anchors: set!.anchors.map(({ subject }) => subject.text),
    intermediates: set!.intermediates.map(({ subject }) => subject.text),
    pinned: [...set!.pinned],
    warnings: warnings.map(({ option, message }) => `${option}: ${message}`),
  };
}

function messageOf(trust: unknown): string {
  return configErrorOf(() => read(trust)).message;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function spkiOf({ publicKey }: TestCertificate): Buffer {
  return publicKey.export({ type: "spki", format: "der" });
}

const root = authority({ clock, commonName: "Root" });
const issuing = root.intermediate({ commonName: "Issuing" });
const client = issuing.client({ commonName: "client" }).leaf;
const empty = { name: "default", anchors: [], intermediates: [], pinned: [], warnings: [] };
const rootOnly = { ...empty, anchors: ["CN=Root"] };

describe("the trust option, certificates", () => {
  it("takes what signs itself for anchors, and other authorities for helpers", () => {
    const expected = { ...rootOnly, intermediates: ["CN=Issuing"] };
    for (const trust of [
      `${issuing.certificate.pem}${root.certificate.pem}`,
      [root.certificate.der, issuing.certificate.pem],
      { roots: [root.certificate.pem, issuing.certificate.pem] },
      { roots: root.certificate.pem, intermediates: issuing.certificate.pem },
    ]) {
      expect(partsOf(trust)).to.deep.equal(expected);
    }
  });

  it("takes every certificate once, however often it is listed", () => {
    const twice = [root.certificate.pem, root.certificate.der];
    expect(partsOf({ roots: twice, anchors: twice }).anchors).to.deep.equal(["CN=Root"]);
    const helpers = [issuing.certificate.pem, issuing.certificate.pem];
    expect(partsOf({ roots: [...twice, ...helpers], intermediates: helpers })).to.deep.equal({
      ...rootOnly,
      intermediates: ["CN=Issuing"],
    });
  });

  it("takes no certificate for a root that only bears its issuer's name", () => {
    const self = root.intermediate({ commonName: "Root" });
    expect(partsOf([root.certificate.pem, self.certificate.pem])).to.deep.equal({
      ...rootOnly,
      intermediates: ["CN=Root"],
    });
    expect(messageOf(self.certificate.pem)).to.include("holds only intermediate authorities");
  });

  it("takes nothing for a root because nobody can check its signature", () => {
    const signatureScheme = "ecdsa-sha1";
    const sha1 = root.intermediate({ commonName: "Issuing", signatureScheme });
    expect(messageOf(sha1.certificate.pem)).to.include("holds only intermediate authorities");
    const { leaf } = root.client({ signatureScheme });
    expect(messageOf(leaf.pem)).to.include("is a client's or server's certificate");
  });

  it("asks nothing of a root's own signature algorithm: the operator vouches for the key", () => {
    const old = authority({ clock, commonName: "Root", signatureScheme: "ecdsa-sha1" });
    expect(partsOf(old.certificate.pem)).to.deep.equal(rootOnly);
  });

  it("accepts roots of version 1", () => {
    const old = authority({
      clock,
      commonName: "Root",
      raw: (sound) => ({ ...sound, version: der.bytes(), extensions: [] }),
    });
    expect(partsOf(old.certificate.pem)).to.deep.equal(rootOnly);
  });

  it("trusts an intermediate that is named as an anchor", () => {
    expect(partsOf({ anchors: issuing.certificate.pem })).to.deep.equal({
      ...empty,
      anchors: ["CN=Issuing"],
    });
  });

  it("warns of a client's certificate among the roots, which makes nobody trusted", () => {
    const trust = [root.certificate.pem, client.pem];
    const parts = partsOf(trust);
    expect(parts).to.deep.include({ anchors: ["CN=Root"], intermediates: [], pinned: [] });
    expect(parts.warnings).to.have.length(1);
    expect(parts.warnings[0]).to.match(/^trust: the certificate of "CN=client" .*`pinned`\.$/);
    expect(partsOf({ roots: trust }).warnings[0]).to.match(/^trust\.roots: /);
  });
});

describe("the trust option, pins", () => {
  it("takes certificates, public keys and fingerprints", () => {
    const publicKey = client.publicKey.export({ type: "spki", format: "pem" });
    const colons = client.fingerprint.toUpperCase().replace(/..(?=.)/g, "$&:");
    const base64 = createHash("sha256").update(spkiOf(client)).digest("base64");
    for (const pinned of [client.pem, client.der, client.fingerprint, colons]) {
      expect(partsOf({ pinned })).to.deep.equal({ ...empty, pinned: [client.fingerprint] });
    }
    for (const pinned of [publicKey, `sha256/${base64}`]) {
      expect(partsOf({ pinned })).to.deep.equal({ ...empty, pinned: [sha256(spkiOf(client))] });
    }
  });

  it("takes lists of them, however deep", () => {
    const other = root.client().leaf;
    expect(
      partsOf({ pinned: [client.pem, [other.fingerprint, []].slice(0, 1)] }).pinned,
    ).to.deep.equal([client.fingerprint, other.fingerprint]);
  });

  for (const [what, pinned, message] of [
    ["an empty list", [], /^trust\.pinned: is empty\. Leave it out\.$/],
    ["an empty list in a list", [[]], /^trust\.pinned\[0\]: is empty/],
    ["a SHA-1 fingerprint", "a9993e364706816aba3e25717850c26c9cd0d89d", /the file cannot be read/],
    ["a private key", client.privateKeyPem, /^trust\.pinned: a PRIVATE KEY block cannot be pinned/],
    ["a number", 1, /^trust\.pinned: a certificate cannot be read from number/],
    [
      "a certificate that is malformed",
      der.sequence(der.integer(1)),
      /^trust\.pinned: the certificate is malformed/,
    ],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(messageOf({ pinned })).to.match(message);
    });
  }

  it("makes a pinned authority no anchor", () => {
    expect(partsOf({ pinned: root.certificate.pem })).to.deep.equal({
      ...empty,
      pinned: [root.certificate.fingerprint],
    });
  });
});

describe("the trust option, several sets", () => {
  it("gives each its name", () => {
    const { sets } = read({ partners: root.certificate.pem, "dev-1.x": { pinned: client.pem } });
    expect(sets.map(({ name }) => name)).to.deep.equal(["partners", "dev-1.x"]);
    expect(sets.map(({ anchors }) => anchors.length)).to.deep.equal([1, 0]);
  });

  it("names the set in every message", () => {
    expect(messageOf({ partners: "no-such-file" })).to.match(/^trust\.partners: /);
    expect(messageOf({ partners: { roots: [1] } })).to.match(/^trust\.partners\.roots\[0\]: /);
    expect(messageOf({ partners: [root.certificate.pem], devices: undefined })).to.match(
      /^trust\.devices: a certificate cannot be read|^trust\.devices: holds no certificate/,
    );
    expect(messageOf({ partners: { rots: root.certificate.pem } })).to.match(
      /^trust\.partners\.rots: is not an option\. Did you mean "roots"\?$/,
    );
  });

  it("does not take a single misspelt part for a set", () => {
    for (const [name, meant] of [
      ["root", "roots"],
      ["Roots", "roots"],
      ["anchor", "anchors"],
      ["pined", "pinned"],
      ["intermediate", "intermediates"],
    ] as const) {
      expect(messageOf({ [name]: root.certificate.pem })).to.equal(
        `trust.${name}: would be a trust set of this name. ` +
          `Did you mean "${meant}"? If not, give the set another name.`,
      );
    }
  });

  it("refuses names that could be taken for something else", () => {
    for (const name of ["", "a b", "a/b", "partner's", "ä"]) {
      expect(messageOf({ [name]: root.certificate.pem })).to.equal(
        `trust: "${name}" cannot name a trust set. Use letters, digits, . _ and -.`,
      );
    }
  });

  it("does not take a misspelt part for a set while another part is there", () => {
    expect(messageOf({ roots: root.certificate.pem, pined: client.pem })).to.equal(
      'trust.pined: is not an option. Did you mean "pinned"?',
    );
  });

  it("reads objects without a prototype, as parsers make them", () => {
    const trust = Object.assign(Object.create(null) as object, { roots: root.certificate.pem });
    expect(partsOf(trust)).to.deep.equal(rootOnly);
  });
});

describe("the trust option, what makes nobody trusted", () => {
  for (const [what, trust, message] of [
    ["an empty object", {}, "trust: is empty. Pass the root certificates of your authority."],
    [
      "an empty list",
      [],
      "trust: holds no certificate. Pass the root certificate of your authority.",
    ],
    [
      "an empty list of roots",
      { roots: [] },
      "trust: holds no certificate. Pass the root certificate of your authority.",
    ],
    [
      "null",
      null,
      "trust: a certificate cannot be read from null. Pass PEM text, DER bytes, or the path of a file or folder.",
    ],
    [
      "a set that is undefined",
      { partners: undefined },
      "trust.partners: holds no certificate. Pass the root certificate of your authority.",
    ],
    [
      "a part that is undefined",
      { roots: undefined },
      "trust.roots: is undefined. Leave it out, or look where its value got lost.",
    ],
    [
      "only an intermediate",
      issuing.certificate.pem,
      'trust: holds only intermediate authorities, such as "CN=Issuing", and no root. ' +
        "Add the self-signed root above it, or list the intermediate under `anchors` to trust it by itself.",
    ],
    [
      "only a client's certificate",
      { roots: client.pem },
      `trust.roots: "CN=client" is a client's or server's certificate where a root is due. ` +
        "Pass the certificate of the authority that issued it. A shield accepts exactly one client by `trust.pinned`.",
    ],
    [
      "only intermediates as helpers",
      { intermediates: issuing.certificate.pem },
      "trust: holds no certificate. Pass the root certificate of your authority.",
    ],
    [
      "no helper",
      { roots: root.certificate.pem, intermediates: [] },
      "trust.intermediates: holds no certificate. Leave it out.",
    ],
    [
      "a client's certificate among the helpers",
      { roots: root.certificate.pem, intermediates: [issuing.certificate.pem, client.pem] },
      'trust.intermediates: the certificate of "CN=client" is not that of a certificate authority. ' +
        "List authorities (basicConstraints CA:TRUE) here; a client that is to be accepted by itself goes to `pinned`.",
    ],
    [
      "a client's certificate as an anchor",
      { anchors: client.pem },
      'trust.anchors: the certificate of "CN=client" is not that of a certificate authority. ' +
        "List authorities (basicConstraints CA:TRUE) here; a client that is to be accepted by itself goes to `pinned`.",
    ],
  ] as const) {
    it(`is refused: ${what}`, () => {
      expect(messageOf(trust)).to.equal(message);
    });
  }
});

describe("the trust option, authorities that cannot vouch", () => {
  const expired = authority({ clock, commonName: "Expired", notAfter: clock() - hourMs });
  const future = authority({ clock, commonName: "Future", notBefore: clock() + hourMs });
  const noAuthority = authority({
    clock,
    commonName: "Plain",
    extensions: { basicConstraints: "absent" },
  });
  const weak = authority({ clock, commonName: "Weak", keyAlgorithm: "rsa-1024" });
  const silent = authority({
    clock,
    commonName: "Silent",
    extensions: { keyUsage: extensions.keyUsage("cRLSign") },
  });

  for (const [problem, { certificate }, words] of [
    ["has expired", expired, "has expired"],
    ["is none", noAuthority, "it is not a certificate authority (basicConstraints CA:TRUE)"],
    ["has a weak key", weak, "too weak or out of bounds"],
    ["may not sign certificates", silent, "may not sign certificates"],
  ] as const) {
    it(`is left out with a warning when it ${problem}, as long as another can`, () => {
      const parts = partsOf([root.certificate.pem, certificate.pem]);
      expect(parts.anchors).to.deep.equal(["CN=Root"]);
      expect(parts.warnings).to.have.length(1);
      expect(parts.warnings[0]).to.include("cannot vouch for clients").and.to.include(words);
    });

    it(`is an error when it ${problem} and no other can`, () => {
      const message = messageOf(certificate.pem);
      expect(message).to.match(/^trust: no authority in it can vouch for clients: /);
      expect(message).to.include(words);
    });
  }

  it("stays, with a warning, when it is only not valid yet", () => {
    const parts = partsOf([root.certificate.pem, future.certificate.pem]);
    expect(parts.anchors).to.deep.equal(["CN=Root", "CN=Future"]);
    expect(parts.warnings[0]).to.include("is not valid yet");
    expect(partsOf(future.certificate.pem).anchors).to.deep.equal(["CN=Future"]);
  });

  it("names the first of several that cannot, and its cure", () => {
    const { summary, cure } = reasons["issuer-certificate-expired"];
    expect(messageOf([expired.certificate.pem, weak.certificate.pem])).to.equal(
      `trust: no authority in it can vouch for clients: "CN=Expired": ${summary} ${cure}`,
    );
  });

  it("is no error beside a pin", () => {
    const parts = partsOf({ roots: expired.certificate.pem, pinned: client.pem });
    expect(parts).to.deep.include({ anchors: [], pinned: [client.fingerprint] });
    expect(parts.warnings).to.have.length(1);
  });
});

describe("the trust option, a whole chain by mistake", () => {
  it("trusts the root in it, and warns of the leaf", () => {
    const issued = soundChain({ clock });
    const parts = partsOf([issued.chainPem, issued.root.pem]);
    expect(parts.anchors).to.deep.equal(["CN=Test Root"]);
    expect(parts.intermediates).to.deep.equal(["CN=Test Intermediate 1"]);
    expect(parts.warnings).to.have.length(1);
  });
});

describe("the trust option, weak algorithms", () => {
  it("keep an authority with a short key where they are accepted", () => {
    const weak = authority({ clock, commonName: "Weak", keyAlgorithm: "rsa-1024" });
    const { sets, warnings } = read(weak.certificate.pem, new Set(["rsa-1024"]));
    expect(sets[0]!.anchors).to.have.length(1);
    expect(warnings).to.deep.equal([]);
  });
});

describe("createTrustSet", () => {
  const namesIn = (input: Parameters<typeof createTrustSet>[0]) => {
    const { name, anchors, intermediates, pinned } = createTrustSet(input);
    return {
      name,
      anchors: anchors.map(({ subject }) => subject.text),
      intermediates: intermediates.map(({ subject }) => subject.text),
      pinned: [...pinned],
    };
  };
  const { warnings: none, ...nobody } = empty;
  const both = { ...nobody, anchors: ["CN=Root"], intermediates: ["CN=Issuing"] };

  it("tells roots from intermediates, as the trust option does", () => {
    expect(none).to.deep.equal([]);
    for (const input of [
      [issuing.certificate.der, root.certificate.pem],
      `${root.certificate.pem}${issuing.certificate.pem}`,
      { roots: [root.certificate.der, issuing.certificate.der] },
      { roots: root.certificate.der, intermediates: issuing.certificate.der },
      { anchors: root.certificate.der, intermediates: issuing.certificate.pem },
    ]) {
      expect(namesIn(input)).to.deep.equal(both);
    }
  });

  it("takes every certificate once", () => {
    const twice = [root.certificate.pem, root.certificate.der];
    const helpers = [issuing.certificate.pem, issuing.certificate.der];
    expect(
      namesIn({ roots: [...twice, ...helpers], anchors: twice, intermediates: helpers }),
    ).to.deep.equal(both);
  });

  it("trusts an intermediate that is named as an anchor", () => {
    expect(namesIn({ anchors: issuing.certificate.der })).to.deep.equal({
      ...nobody,
      anchors: ["CN=Issuing"],
    });
  });

  it("takes no pins, which are for the clients of a shield", () => {
    const pinned = { roots: root.certificate.der, pinned: client.der } as object;
    expect(() => createTrustSet(pinned)).to.throw(ConfigError, "trust.pinned: is not an option");
  });

  it("judges no anchor: whether it is valid depends on a moment that is asked for later", () => {
    const expired = authority({ clock, commonName: "Expired", notAfter: clock() - hourMs });
    const plain = authority({
      clock,
      commonName: "Plain",
      extensions: { basicConstraints: "absent" },
    });
    const anchors = [expired, plain].map(({ certificate }) => certificate.der);
    expect(namesIn(anchors).anchors).to.deep.equal(["CN=Expired", "CN=Plain"]);
    expect(namesIn({ anchors: client.der }).anchors).to.deep.equal(["CN=client"]);
  });

  it("has an anchor", () => {
    for (const input of [[], {}, { roots: [] }, { intermediates: issuing.certificate.der }]) {
      expect(() => createTrustSet(input)).to.throw(ConfigError, "Pass the root certificate");
    }
    expect(() => createTrustSet(issuing.certificate.der)).to.throw(ConfigError, "and no root");
    expect(() => createTrustSet(client.der)).to.throw(ConfigError, "where a root is due");
  });

  it("finds authorities that the profile refuses at the start", () => {
    const mute = authority({
      clock,
      commonName: "Mute",
      extensions: { subjectKeyIdentifier: "absent" },
    }).certificate.der;
    expect(read(mute).warnings).to.deep.equal([]);
    expect(() => read(mute, noLegacy, "strict")).to.throw(ConfigError, "no subject key identifier");
    const { sets, warnings } = read([mute, root.certificate.der], noLegacy, "strict");
    expect(sets[0]!.anchors).to.have.length(1);
    expect(warnings.map(({ message }) => message)).to.match(/"CN=Mute" cannot vouch/);
  });

  for (const [what, input, message] of [
    ["a number", 5, /^trust: a certificate cannot be read from number/],
    ["null", null, /^trust: a certificate cannot be read from null/],
    ["an unknown part", { root: [] }, /^trust\.root: is not an option\. Did you mean "roots"\?$/],
    ["a part without a value", { roots: undefined }, /^trust\.roots: is undefined/],
    ["an empty list of anchors", { anchors: [] }, /^trust\.anchors: holds no certificate/],
    ["a private key", client.privateKeyPem, /^trust: holds a private key/],
    ["bytes that are no certificate", der.sequence(), /^trust: the certificate is malformed/],
    ["several sets", { a: root.certificate.pem }, /^trust\.a: is not an option/],
  ] as const) {
    it(`refuses ${what}`, () => {
      const error = configErrorOf(() => createTrustSet(input as never));
      expect(error.message).to.match(message);
    });
  }
});

describe("trustPaths", () => {
  const { pem, der: bytes, fingerprint } = authority({ clock }).certificate;
  const url = new URL("file:///etc/tls/partners");

  for (const [what, input, paths] of [
    ["a path", "ca.pem", ["ca.pem"]],
    ["a file: URL", url, ["/etc/tls/partners"]],
    ["a list", ["a.pem", [pem, "b.pem"], bytes], ["a.pem", "b.pem"]],
    [
      "the parts of a set",
      { roots: "r", anchors: "a", intermediates: "i", pinned: "p" },
      ["r", "a", "i", "p"],
    ],
    [
      "several sets",
      { a: "a.pem", b: { roots: ["b.pem", url] } },
      ["a.pem", "b.pem", "/etc/tls/partners"],
    ],
    ["PEM text", pem, []],
    ["bytes", bytes, []],
    ["a fingerprint", { roots: pem, pinned: [fingerprint] }, []],
    ["nothing", undefined, []],
    ["an empty text", " ", []],
    ["what can be no trust at all", [7, null, new URL("https://ca.example/")], []],
  ] as const) {
    it(`finds the paths of ${what}`, () => {
      expect(trustPaths(input)).to.deep.equal(paths);
    });
  }

  it("names the option of a URL that is no file of this machine", () => {
    const elsewhere = new URL("file://server/share/ca.pem");
    expect(configErrorOf(() => trustPaths(elsewhere)).option).to.equal("trust");
  });
});
