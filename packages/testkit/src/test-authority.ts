import { createHash, randomBytes, type KeyObject } from "node:crypto";

import * as extensions from "./certificate-extensions.ts";
import type { AlternativeNames } from "./certificate-extensions.ts";
import * as der from "./der-writer.ts";
import { distinguishedName } from "./distinguished-name.ts";
import { issueRaw, type RawCertificateParts } from "./raw-certificate.ts";
import { signatureScheme, usualScheme, type SignatureSchemeName } from "./signature-scheme.ts";
import { testKeyPair, type TestKeyAlgorithm, type TestKeyPair } from "./test-key-pair.ts";

/** A certificate and its key. */
export interface TestCertificate {
  readonly der: Uint8Array;
  readonly pem: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** PKCS#8. */
  readonly privateKeyPem: string;
  /** SHA-256 of the DER, lower-case hex. */
  readonly fingerprint: string;
  /** Everything it was made of. */
  readonly parts: RawCertificateParts;
}

/** What a client or a server needs to present itself, and what its peer needs to check it. */
export interface IssuedChain {
  readonly leaf: TestCertificate;
  /** The leaf first, then the intermediates; the root is left out. */
  readonly chain: readonly TestCertificate[];
  readonly root: TestCertificate;
  /** `chain` as PEM: what the `cert` option of node:tls wants. */
  readonly chainPem: string;
}

/** The extensions that the authority writes by itself. */
export type StandardExtension =
  | "authorityKeyIdentifier"
  | "basicConstraints"
  | "extendedKeyUsage"
  | "keyUsage"
  | "subjectAltName"
  | "subjectKeyIdentifier";

/** What may be changed in any certificate; what is left out stays sound. */
export interface CertificateChanges {
  readonly commonName?: string;
  /** A whole Name as DER, in place of the common name. */
  readonly subject?: Uint8Array;
  readonly keyAlgorithm?: TestKeyAlgorithm;
  readonly keyPair?: TestKeyPair;
  readonly notBefore?: Date | number;
  readonly notAfter?: Date | number;
  readonly serialNumber?: bigint;
  /** How the issuer signs; by default what suits its key. */
  readonly signatureScheme?: SignatureSchemeName;
  /** Replaces an extension by another whole Extension, or leaves it out. */
  readonly extensions?: Readonly<Partial<Record<StandardExtension, Uint8Array | "absent">>>;
  /** Whole Extensions after the usual ones. */
  readonly moreExtensions?: readonly Uint8Array[];
  /** Last word: takes the sound parts and returns those to encode. */
  readonly raw?: (sound: RawCertificateParts) => RawCertificateParts;
}

export interface AuthorityChanges extends CertificateChanges {
  /** How many intermediates may follow; by default any number. */
  readonly pathLength?: number;
}

export interface RootChanges extends AuthorityChanges {
  /** Epoch milliseconds; validity periods are laid around it. Children use it as well. */
  readonly clock?: () => number;
}

export interface LeafChanges extends CertificateChanges, AlternativeNames {}

export interface TestAuthority {
  readonly certificate: TestCertificate;
  /** This authority and those above it, the root left out: empty for a root. */
  readonly chain: readonly TestCertificate[];
  readonly root: TestCertificate;
  intermediate(changes?: AuthorityChanges): TestAuthority;
  client(changes?: LeafChanges): IssuedChain;
  server(changes?: LeafChanges): IssuedChain;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

interface Profile {
  readonly commonName: string;
  readonly lifetimeMs: number;
  readonly extensions: Partial<Record<StandardExtension, Uint8Array>>;
}

interface Issuer {
  readonly subject: Uint8Array;
  readonly keyPair: TestKeyPair;
  readonly keyId: Uint8Array;
}

/** A self-signed root. Everything below it is made synchronously, with new keys each time. */
export function authority(changes: RootChanges = {}): TestAuthority {
  const clock = changes.clock ?? Date.now;
  const profile: Profile = {
    commonName: "Test Root",
    lifetimeMs: 3_650 * dayMs,
    extensions: authorityExtensions(changes),
  };
  const root = issue(changes, profile, clock);
  return authorityOver(root, [], root, clock);
}

function authorityOver(
  certificate: TestCertificate,
  chain: readonly TestCertificate[],
  root: TestCertificate,
  clock: () => number,
): TestAuthority {
  const issuer: Issuer = {
    subject: certificate.parts.subject,
    keyPair: certificate,
    keyId: keyIdOf(certificate.publicKey),
  };
  const chained = (leaf: TestCertificate): IssuedChain => ({
    leaf,
    chain: [leaf, ...chain],
    root,
    chainPem: [leaf, ...chain].map(({ pem }) => pem).join(""),
  });
  return {
    certificate,
    chain,
    root,
    intermediate(changes = {}) {
      const profile: Profile = {
        commonName: `Test Intermediate ${chain.length + 1}`,
        lifetimeMs: 365 * dayMs,
        extensions: authorityExtensions(changes),
      };
      const intermediate = issue(changes, profile, clock, issuer);
      return authorityOver(intermediate, [intermediate, ...chain], root, clock);
    },
    client(changes = {}) {
      return chained(
        issue(changes, leafProfile("test-client", "clientAuth", changes), clock, issuer),
      );
    },
    server(changes = {}) {
      const names = { dnsNames: ["localhost"], ipAddresses: ["127.0.0.1", "::1"], ...changes };
      return chained(issue(names, leafProfile("test-server", "serverAuth", names), clock, issuer));
    },
  };
}

function authorityExtensions(changes: AuthorityChanges): Profile["extensions"] {
  const { pathLength } = changes;
  return {
    basicConstraints: extensions.basicConstraints({
      ca: true,
      ...(pathLength === undefined ? {} : { pathLength }),
    }),
    keyUsage: extensions.keyUsage("keyCertSign", "cRLSign"),
  };
}

function leafProfile(
  commonName: string,
  purpose: "clientAuth" | "serverAuth",
  changes: LeafChanges,
): Profile {
  // RFC 5280 4.2.1.6: without a subject the alternative name must be critical.
  const critical = changes.subject !== undefined && der.contentOf(changes.subject).length === 0;
  const subjectAltName = extensions.subjectAltName(changes, { critical });
  return {
    commonName,
    lifetimeMs: 30 * dayMs,
    extensions: {
      basicConstraints: extensions.basicConstraints({ ca: false }),
      keyUsage: extensions.keyUsage("digitalSignature"),
      extendedKeyUsage: extensions.extendedKeyUsage(purpose),
      ...(subjectAltName === undefined ? {} : { subjectAltName }),
    },
  };
}

/** Without an issuer the certificate is self-signed. */
function issue(
  changes: CertificateChanges,
  profile: Profile,
  clock: () => number,
  issuer?: Issuer,
): TestCertificate {
  const keyPair = changes.keyPair ?? testKeyPair(changes.keyAlgorithm ?? "ecdsa-p256");
  const keyId = keyIdOf(keyPair.publicKey);
  const subject =
    changes.subject ?? distinguishedName({ commonName: changes.commonName ?? profile.commonName });
  const signer = issuer ?? { subject, keyPair, keyId };
  const signingKey = signer.keyPair.privateKey;
  const scheme = signatureScheme(changes.signatureScheme ?? usualScheme(signingKey));
  const nowMs = clock();
  const written: Profile["extensions"] = {
    subjectKeyIdentifier: extensions.subjectKeyIdentifier(keyId),
    authorityKeyIdentifier: extensions.authorityKeyIdentifier(signer.keyId),
    ...profile.extensions,
    ...changes.extensions,
  } as Profile["extensions"];

  const sound: RawCertificateParts = {
    version: der.constructed(0, der.integer(2)),
    serialNumber: der.integer(changes.serialNumber ?? randomSerial()),
    innerSignatureAlgorithm: scheme.algorithm,
    issuer: signer.subject,
    validity: der.sequence(
      der.time(Number(changes.notBefore ?? nowMs - hourMs)),
      der.time(Number(changes.notAfter ?? nowMs + profile.lifetimeMs)),
    ),
    subject,
    subjectPublicKeyInfo: new Uint8Array(keyPair.publicKey.export({ type: "spki", format: "der" })),
    extensions: [
      ...Object.values(written).filter((value: Uint8Array | string) => typeof value !== "string"),
      ...(changes.moreExtensions ?? []),
    ],
    sign: (tbs) => scheme.sign(tbs, signingKey),
  };
  const parts = changes.raw?.(sound) ?? sound;
  return testCertificate(issueRaw(parts), keyPair, parts);
}

function testCertificate(
  bytes: Uint8Array,
  keyPair: TestKeyPair,
  parts: RawCertificateParts,
): TestCertificate {
  return {
    der: bytes,
    pem: toPem(bytes),
    privateKey: keyPair.privateKey,
    publicKey: keyPair.publicKey,
    privateKeyPem: keyPair.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    fingerprint: createHash("sha256").update(bytes).digest("hex"),
    parts,
  };
}

function toPem(bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

/** SHA-1 of the public key's bits, the first method of RFC 5280 4.2.1.2. */
function keyIdOf(publicKey: KeyObject): Uint8Array {
  const [, bitString] = der.split(publicKey.export({ type: "spki", format: "der" }));
  if (bitString === undefined) throw new TypeError("The key has no bits.");
  return new Uint8Array(createHash("sha1").update(der.contentOf(bitString).subarray(1)).digest());
}

/** Sixteen octets, positive, without leading zeros. */
function randomSerial(): bigint {
  const octets = randomBytes(16);
  octets[0] = ((octets[0] ?? 0) & 0x3f) | 0x40;
  return BigInt(`0x${octets.toString("hex")}`);
}
