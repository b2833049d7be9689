import {
  authority,
  brokenCertificates,
  certificateList,
  crlDistributionPoints,
  der,
  extensions,
  freshestCrl,
  type CrlChanges,
  type IssuedChain,
  type SignatureSchemeName,
  type TestAuthority,
  type TestCertificate,
  type TestKeyAlgorithm,
} from "@mtls-shield/testkit";
import { chainOf, moment, type SeedChain } from "./seed-chain.ts";
import { listSeed, type SignedSeed } from "./signed-seed.ts";

const clock = (): number => moment;
const policy = "1.3.6.1.4.1.55555.1";
const foreignPolicy = "1.3.6.1.4.1.55555.2";
const listUri = "http://crl.corp.example/list.crl";
const { extension } = extensions;

/** Sound chains that between them hold everything that the engine reads, and every broken one of the testkit. */
export function madeChains(): readonly SeedChain[] {
  return [
    plain(),
    rich(),
    spiffe(),
    webServer(),
    oddNames(),
    mesh(),
    oldVersions(),
    revocable(),
    indirect(),
    ...algorithms(),
    ...Object.values(brokenCertificates).map(({ name, make }) =>
      brokenChain(name, make({ clock })),
    ),
  ];
}

function brokenChain(name: string, issued: IssuedChain): SeedChain {
  const chain = chainOf(`broken: ${name}`, issued);
  const unsound = (seed: SignedSeed): SignedSeed => ({ ...seed, isSound: false });
  return { ...chain, leaf: unsound(chain.leaf), intermediates: chain.intermediates.map(unsound) };
}

function plain(): SeedChain {
  return chainOf(
    "plain",
    authority({ clock })
      .intermediate()
      .client({ dnsNames: ["a.corp.example"] }),
  );
}

/** Every extension, where it belongs. */
function rich(): SeedChain {
  const top = authority({ clock, pathLength: 3, moreExtensions: [nameConstraints()] });
  const middle = top.intermediate({
    pathLength: 2,
    moreExtensions: [
      nameConstraints(),
      extensions.certificatePolicies(policy, foreignPolicy, "2.5.29.32.0"),
      extensions.policyMappings([policy, foreignPolicy]),
      extensions.policyConstraints({ requireExplicitPolicy: 3, inhibitPolicyMapping: 2 }),
      extensions.inhibitAnyPolicy(3),
      informationAccess(),
    ],
  });
  const low = middle.intermediate({
    moreExtensions: [
      extensions.certificatePolicies(foreignPolicy, "2.5.29.32.0"),
      nameConstraints(),
    ],
  });
  const issued = low.client({
    subject: der.sequence(
      attribute("2.5.4.6", der.printableString("DE")),
      attribute("2.5.4.10", der.utf8String("Corp")),
      attribute("2.5.4.3", der.utf8String("a.corp.example")),
    ),
    dnsNames: ["a.corp.example", "*.b.corp.example"],
    emails: ["a@corp.example"],
    ipAddresses: ["10.0.0.1", "2001:db8::1"],
    uris: ["https://a.corp.example/x"],
    moreExtensions: [
      qualifiedPolicies(),
      informationAccess(),
      subjectInformation(),
      crlDistributionPoints(
        { uris: [listUri] },
        { relative: [attributeOf("CRL1")], reasons: ["keyCompromise"] },
      ),
      freshestCrl({ uris: [listUri] }),
      issuerAlternativeName(),
    ],
  });
  return chainOf("rich", issued, {
    question: {
      policies: { accepted: [policy, foreignPolicy] },
      names: [
        { type: "dns", value: "a.corp.example" },
        { type: "ip", value: "10.0.0.1" },
        { type: "email", value: "a@corp.example" },
      ],
    },
  });
}

function spiffe(): SeedChain {
  const issued = authority({ clock })
    .intermediate()
    .client({ spiffeId: "spiffe://corp.example/a/b" });
  return chainOf("spiffe", issued, { question: { profile: "spiffe" } });
}

function webServer(): SeedChain {
  const issued = authority({ clock }).intermediate().server({ commonName: "localhost" });
  return chainOf("web server", issued, {
    question: {
      profile: "webpki",
      purpose: "server",
      names: [{ type: "dns", value: "localhost" }],
    },
  });
}

/** Every string type, attributes side by side, and names of which nobody thinks. */
function oddNames(): SeedChain {
  const wide = Buffer.from("Ä b", "utf16le").swap16();
  const names = (text: string): Uint8Array =>
    der.sequence(
      attribute("2.5.4.10", der.tlv(0x1e, wide)),
      attribute("2.5.4.11", der.tlv(0x1c, der.hex("0000004100000020000001f600"))),
      attribute("2.5.4.7", der.tlv(0x14, Buffer.from("Köln", "latin1"))),
      der.set(attributeOf("one"), attributeOf("two")),
      attribute("1.2.840.113549.1.9.1", der.ia5String("a@corp.example")),
      attribute("1.3.6.1.4.1.55555.9", der.octetString(der.hex("0102"))),
      attribute("2.5.4.3", der.utf8String(text)),
    );
  const issued = authority({ clock, subject: names("root  e\u0301") })
    .intermediate({ subject: names(" Straße \u202e") })
    .client({
      subject: names("\ufb01\u0345\u0301\u0316 x"),
      extensions: { subjectAltName: extension("2.5.29.17", der.sequence(...generalNames())) },
    });
  return chainOf("odd names", issued);
}

/** Authorities of which each has signed each: many ways, none of which is short. */
function mesh(): SeedChain {
  const root = authority({ clock });
  const keys = Array.from({ length: 4 }, () => root.intermediate({ commonName: "Mesh" }));
  const crossed = keys.flatMap((one, index) => {
    const commonName = `Mesh ${index % 2}`;
    return [
      one.intermediate({ commonName, keyPair: one.certificate }).certificate,
      one.intermediate({ commonName: "Mesh" }).certificate,
    ];
  });
  const issued = (keys[0] as TestAuthority).intermediate({ commonName: "Mesh 1" }).client();
  return chainOf("mesh", issued, {
    intermediates: [...keys.map(({ certificate }) => certificate), ...crossed],
  });
}

function oldVersions(): SeedChain {
  const issued = authority({ clock })
    .intermediate({ raw: (sound) => ({ ...sound, uniqueIds: der.primitive(1, der.bytes(0, 1)) }) })
    .client({ raw: (sound) => ({ ...sound, version: der.bytes(), extensions: [] }) });
  return chainOf("version 1", issued);
}

function revocable(): SeedChain {
  const top = authority({ clock });
  const low = top.intermediate({ moreExtensions: [crlDistributionPoints({ uris: [listUri] })] });
  const issued = low.client({
    moreExtensions: [
      crlDistributionPoints(
        { uris: [listUri] },
        { uris: [listUri], reasons: ["keyCompromise", "superseded"] },
      ),
    ],
  });
  const other = low.client().leaf;
  const lists = [
    listOf(top.certificate, {}),
    listOf(low.certificate, {
      crlNumber: 7,
      scope: { uris: [listUri], onlyUsers: true },
      moreExtensions: [freshestCrl({ uris: [listUri] })],
      revoked: [
        { certificate: other, reason: "keyCompromise", invalidityDate: moment - 1 },
        { serialNumber: 5, reason: "certificateHold" },
        { serialNumber: 6 },
      ],
    }),
    listOf(low.certificate, {
      crlNumber: 8,
      baseCrlNumber: 7,
      scope: { uris: [listUri], onlyUsers: true },
      revoked: [{ serialNumber: 5, reason: "removeFromCRL" }],
    }),
  ];
  return chainOf("revocable", issued, { lists });
}

/** Lists that somebody signs for the authority. */
function indirect(): SeedChain {
  const top = authority({ clock });
  const signer = top.client({
    commonName: "List Signer",
    extensions: { keyUsage: extensions.keyUsage("cRLSign"), extendedKeyUsage: "absent" },
  }).leaf;
  const issued = top.client({
    moreExtensions: [
      crlDistributionPoints({ uris: [listUri], crlIssuers: [signer.parts.subject] }),
    ],
  });
  const revoked = [
    { serialNumber: 3, reason: "superseded", certificateIssuer: top.root.parts.subject },
    { serialNumber: 4 },
  ] as const;
  const lists = [listOf(signer, { scope: { uris: [listUri], indirect: true }, revoked })];
  return chainOf("indirect list", issued, { intermediates: [signer], lists });
}

function listOf(signer: TestCertificate, changes: CrlChanges): SignedSeed {
  return listSeed(certificateList(signer, { now: moment, ...changes }), signer);
}

const keyAlgorithms: readonly (readonly [TestKeyAlgorithm, SignatureSchemeName])[] = [
  ["ecdsa-p256", "ecdsa-sha1"],
  ["ecdsa-p384", "ecdsa-sha384"],
  ["ecdsa-p521", "ecdsa-sha512"],
  ["ecdsa-p256-explicit", "ecdsa-sha256"],
  ["ecdsa-secp256k1", "ecdsa-sha256"],
  ["rsa-1024", "rsa-md5"],
  ["rsa-2048", "rsa-sha1"],
  ["rsa-2048", "rsa-sha256"],
  ["rsa-2048", "rsa-pss-sha1"],
  ["rsa-3072", "rsa-pss-sha256"],
  ["ed25519", "ed25519"],
  ["ed448", "ed448"],
  ["dsa-2048", "dsa-sha256"],
];

function algorithms(): readonly SeedChain[] {
  return keyAlgorithms.map(([keyAlgorithm, signatureScheme]) => {
    const issued = authority({ clock, keyAlgorithm, signatureScheme }).client({
      keyAlgorithm,
      signatureScheme,
    });
    return chainOf(`${keyAlgorithm}, ${signatureScheme}`, issued, {
      question: { legacyAlgorithms: ["md5", "sha1", "rsa-1024"] },
    });
  });
}

function text(value: string): Uint8Array {
  return Buffer.from(value, "latin1");
}

function attribute(type: string, value: Uint8Array): Uint8Array {
  return der.set(der.sequence(der.oid(type), value));
}

function attributeOf(commonName: string): Uint8Array {
  return der.sequence(der.oid("2.5.4.3"), der.utf8String(commonName));
}

/** One of every form. */
function generalNames(): readonly Uint8Array[] {
  return [
    der.constructed(
      0,
      der.oid("1.3.6.1.4.1.311.20.2.3"),
      der.constructed(0, der.utf8String("a@b")),
    ),
    der.primitive(1, text("a@corp.example")),
    der.primitive(2, text("a.corp.example")),
    der.constructed(3, der.sequence()),
    der.constructed(4, der.sequence(attribute("2.5.4.10", der.utf8String("Corp")))),
    der.constructed(5, der.constructed(1, der.utf8String("party"))),
    der.primitive(6, text("https://a.corp.example/")),
    der.primitive(7, der.hex("0a000001")),
    der.primitive(8, der.oidContent("1.2.3.4")),
  ];
}

function nameConstraints(): Uint8Array {
  const subtrees = (...bases: readonly Uint8Array[]): readonly Uint8Array[] =>
    bases.map((base) => der.sequence(base));
  const permitted = subtrees(
    der.primitive(2, text("corp.example")),
    der.primitive(1, text("corp.example")),
    der.primitive(6, text(".corp.example")),
    der.primitive(7, der.hex("0a000000ff000000")),
    der.primitive(7, der.hex(`20010db8${"00".repeat(12)}ffffffff${"00".repeat(12)}`)),
    der.constructed(4, der.sequence()),
  );
  const excluded = subtrees(
    der.primitive(2, text("evil.corp.example")),
    der.primitive(1, text("root@corp.example")),
    der.constructed(4, der.sequence(attribute("2.5.4.10", der.printableString("Evil  Corp")))),
    der.primitive(7, der.hex("0a010000ffff0000")),
  );
  return extension(
    "2.5.29.30",
    der.sequence(der.constructed(0, ...permitted), der.constructed(1, ...excluded)),
    { critical: true },
  );
}

function qualifiedPolicies(): Uint8Array {
  const statement = der.sequence(
    der.oid("1.3.6.1.5.5.7.2.1"),
    der.ia5String("https://corp.example/cps"),
  );
  return extension(
    "2.5.29.32",
    der.sequence(der.sequence(der.oid(foreignPolicy), der.sequence(statement))),
  );
}

function informationAccess(): Uint8Array {
  const describe = (method: string, place: string): Uint8Array =>
    der.sequence(der.oid(method), der.primitive(6, text(place)));
  return extension(
    "1.3.6.1.5.5.7.1.1",
    der.sequence(
      describe("1.3.6.1.5.5.7.48.1", "http://ocsp.corp.example"),
      describe("1.3.6.1.5.5.7.48.2", "http://ca.corp.example/ca.cer"),
    ),
  );
}

function subjectInformation(): Uint8Array {
  const place = der.sequence(
    der.oid("1.3.6.1.5.5.7.48.5"),
    der.primitive(6, text("http://a.corp.example")),
  );
  return extension("1.3.6.1.5.5.7.1.11", der.sequence(place));
}

function issuerAlternativeName(): Uint8Array {
  return extension("2.5.29.18", der.sequence(...generalNames()));
}
