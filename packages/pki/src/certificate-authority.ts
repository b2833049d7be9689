import {
  alternativeNameOptions,
  encodeAlternativeNames,
  type AlternativeNames,
} from "./alternative-names.ts";
import { issuedCertificate, type IssuedCertificate } from "./issued-certificate.ts";
import { generateKeyPair, type KeyAlgorithm, type KeyPair } from "./key-pair.ts";
import { checkKnownOptions } from "./known-options.ts";
import { decidePathLength } from "./path-length.ts";
import {
  createOcspResponder,
  type OcspResponder,
  type OcspResponderOptions,
} from "./ocsp-responder.ts";
import { PkiError } from "./pki-error.ts";
import {
  authorityExtensions,
  crlSignerExtensions,
  leafExtensions,
  ocspResponderExtensions,
  usualLifetimeMs,
  type Role,
} from "./profiles.ts";
import { createRevocationList, type CrlOptions, type RevocationList } from "./revocation-list.ts";
import {
  createRevocationRegister,
  type RevocableCertificate,
  type Revocation,
  type RevocationRegister,
  type RevokeOptions,
} from "./revocation-register.ts";
import { signCertificate, type SigningRequest } from "./sign-certificate.ts";
import { signingIdentity } from "./signing-identity.ts";
import {
  statusExtensions,
  statusLocationOptions,
  type LeafStatusLocation,
  type StatusLocation,
} from "./status-location.ts";
import {
  encodeSubject,
  maxCommonNameLength,
  type NameElement,
  type Subject,
} from "./subject-name.ts";
import { systemClock } from "./system-clock.ts";
import { decideValidity, validityOptions, type ValidityOptions } from "./validity.ts";

/** What every kind of certificate may be told. */
export interface CertificateOptions extends ValidityOptions {
  /** Who the certificate is about. */
  readonly subject?: Subject;
  /** By default `ecdsa-p256`. */
  readonly keyAlgorithm?: KeyAlgorithm;
}

/** An intermediate authority; valid for five years unless told otherwise. */
export interface IntermediateOptions extends PathLengthOptions, StatusLocation {}

interface PathLengthOptions extends CertificateOptions {
  /** How many further authorities may follow in a chain (RFC 5280 4.2.1.9); by default what is left. */
  readonly pathLength?: number;
}

/** A root authority; valid for ten years unless told otherwise. */
export interface AuthorityOptions extends PathLengthOptions {
  /** Epoch milliseconds; by default the system's clock. Everything issued below follows it too. */
  readonly clock?: () => number;
}

/** A client's certificate; valid for 90 days unless told otherwise. */
export interface ClientOptions extends CertificateOptions, AlternativeNames, LeafStatusLocation {}

/** A server's certificate; valid for 90 days, and for this machine, unless told otherwise. */
export interface ServerOptions extends CertificateOptions, AlternativeNames, LeafStatusLocation {}

/** A delegated OCSP responder's certificate; valid for a week unless told otherwise. */
export type OcspResponderCertificateOptions = CertificateOptions;

/** The certificate of one who signs lists; valid for a year unless told otherwise. */
export interface CrlSignerOptions extends CertificateOptions, StatusLocation {}

/** A certificate with the right to issue others, and its key. */
export interface CertificateAuthority {
  /** The authority's own certificate and key. */
  readonly certificate: IssuedCertificate;
  /** The self-signed root above this authority: what a verifier is told to trust. */
  readonly trustPem: string;
  /** This authority and the intermediates above it, the root left out; "" for a root. */
  readonly chainPem: string;
  /**
   * Makes an authority below this one.
   *
   * @throws PkiError for an option that cannot be used, or when the path length is used up.
   */
  createIntermediate(options?: IntermediateOptions): Promise<CertificateAuthority>;
  /**
   * Issues a certificate for TLS clients (extended key usage clientAuth, RFC 5280 4.2.1.12) with a new
   * key. Without a subject the first DNS name, e-mail or IP address is the common name; an empty
   * subject, `{}`, makes the alternative names critical.
   *
   * @throws PkiError for an option that cannot be used.
   */
  issueClient(options?: ClientOptions): Promise<IssuedCertificate>;
  /**
   * Issues a certificate for TLS servers (extended key usage serverAuth) with a new key. Without any
   * name it is for localhost, 127.0.0.1 and ::1.
   *
   * @throws PkiError for an option that cannot be used.
   */
  issueServer(options?: ServerOptions): Promise<IssuedCertificate>;
  /**
   * Issues a certificate that may sign OCSP answers and nothing else (RFC 6960 4.2.2.2), so that the
   * authority's key stays away from the network. Nobody asks for its own status: keep it short.
   *
   * @throws PkiError for an option that cannot be used.
   */
  issueOcspResponder(options?: OcspResponderCertificateOptions): Promise<IssuedCertificate>;
  /**
   * Issues a certificate that may sign lists and nothing else, for indirect lists (RFC 5280 5).
   *
   * @throws PkiError for an option that cannot be used.
   */
  issueCrlSigner(options?: CrlSignerOptions): Promise<IssuedCertificate>;
  /**
   * Revokes a certificate of this authority, from the next list and the next OCSP answer on. Another
   * reason replaces the one before, but nothing that is revoked for good goes back on hold.
   *
   * @throws PkiError for another authority's certificate or an option that cannot be used.
   */
  revoke(certificate: RevocableCertificate, options?: RevokeOptions): Revocation;
  /**
   * Takes back a hold (RFC 5280 5.3.1).
   *
   * @throws PkiError when the certificate is not on hold.
   */
  restore(certificate: RevocableCertificate): void;
  /** All that is revoked now, as plain data: a copy that stays as it is. */
  readonly revocations: readonly Revocation[];
  /**
   * Signs a certificate revocation list (RFC 5280 5): complete, delta, or of a part.
   *
   * @throws PkiError for an option that cannot be used.
   */
  createCrl(options?: CrlOptions): Promise<RevocationList>;
  /**
   * Makes an OCSP responder (RFC 6960) for this authority's certificates, always at the newest state.
   *
   * @throws PkiError for an option that cannot be used.
   */
  createOcspResponder(options?: OcspResponderOptions): OcspResponder;
}

const certificateOptions = ["subject", "keyAlgorithm", ...validityOptions];
const rootOptions = [...certificateOptions, "pathLength", "clock"];
const intermediateOptions = [...certificateOptions, ...statusLocationOptions, "pathLength"];
const crlSignerOptions = [...certificateOptions, ...statusLocationOptions];
const leafOptions = [
  ...certificateOptions,
  ...alternativeNameOptions,
  ...statusLocationOptions,
  "noRevAvail",
];
const thisMachine: AlternativeNames = {
  dnsNames: ["localhost"],
  ipAddresses: ["127.0.0.1", "::1"],
};

/**
 * Makes a self-signed root (RFC 5280 3.2) with a new key. Its certificates follow RFC 5280: version 3,
 * random serial numbers, key identifiers, critical basicConstraints and keyUsage.
 *
 * @throws PkiError for an option that cannot be used.
 */
export async function createAuthority(
  options: AuthorityOptions = {},
): Promise<CertificateAuthority> {
  checkKnownOptions(options, rootOptions);
  const clock = options.clock ?? systemClock;
  const subject = authoritySubject(options.subject, "Root CA");
  const pathLength = decidePathLength(options.pathLength, undefined);
  const keyPair = await generateKeyPair(options.keyAlgorithm ?? "ecdsa-p256");
  const certificate = await issue({
    role: "root",
    options,
    clock,
    subject,
    keyPair,
    extensions: authorityExtensions(pathLength),
    issuer: { subject, keyPair, notAfter: Number.POSITIVE_INFINITY, chain: [] },
  });
  return authorityOver({ certificate, subject, keyPair, pathLength, clock, chain: [] });
}

interface Standing {
  readonly certificate: IssuedCertificate;
  readonly subject: readonly NameElement[];
  readonly keyPair: KeyPair;
  readonly pathLength: number | undefined;
  readonly clock: () => number;
  /** This authority and the intermediates above it, nearest first, the root left out. */
  readonly chain: readonly IssuedCertificate[];
  readonly trustPem?: string;
}

function authorityOver(standing: Standing): CertificateAuthority {
  const { certificate, clock, keyPair, subject, chain } = standing;
  const trustPem = standing.trustPem ?? certificate.pem;
  const register = createRevocationRegister({ clock, issuer: certificate.der });
  const issuer: Issuer = { subject, keyPair, notAfter: certificate.notAfter, chain, register };
  const authority = { identity: signingIdentity("authority", certificate), register, clock };

  async function issueLeaf(
    role: "client" | "server",
    options: ClientOptions | ServerOptions,
  ): Promise<IssuedCertificate> {
    checkKnownOptions(options, leafOptions);
    const named = alternativeNameOptions.some((name) => options[name] !== undefined);
    const names = role === "server" && !named ? thisMachine : options;
    const entries = encodeAlternativeNames(names, {
      wildcards: role === "server" ? "allowed" : "refused",
    });
    const leafSubject = encodeSubject(options.subject ?? usualSubject(role, names));
    const subjectIsEmpty = leafSubject.length === 0;
    if (subjectIsEmpty && entries.length === 0) {
      throw new PkiError(
        "subject",
        `"subject" is empty and there is no other name. Give a commonName, or a name such as "dnsNames".`,
      );
    }
    const leafKey = await generateKeyPair(options.keyAlgorithm ?? "ecdsa-p256");
    return issue({
      role,
      options,
      clock,
      subject: leafSubject,
      keyPair: leafKey,
      extensions: [
        ...leafExtensions(role, leafKey, { entries, subjectIsEmpty }),
        ...statusExtensions(options),
      ],
      issuer,
    });
  }

  async function issueHelper(
    role: "ocspResponder" | "crlSigner",
    options: CertificateOptions,
    helper: { readonly usualName: string; readonly extensions: SigningRequest["extensions"] },
  ): Promise<IssuedCertificate> {
    const helperSubject = encodeSubject(options.subject ?? { commonName: helper.usualName });
    if (helperSubject.length === 0) throw emptySubject("a signer");
    return issue({
      role,
      options,
      clock,
      subject: helperSubject,
      keyPair: await generateKeyPair(options.keyAlgorithm ?? "ecdsa-p256"),
      extensions: helper.extensions,
      issuer,
    });
  }

  return Object.freeze({
    certificate,
    trustPem,
    chainPem: chain.map(({ pem }) => pem).join(""),
    async createIntermediate(options: IntermediateOptions = {}) {
      checkKnownOptions(options, intermediateOptions);
      const usualName = `Intermediate CA ${chain.length + 1}`;
      const lowerSubject = authoritySubject(options.subject, usualName);
      const pathLength = decidePathLength(options.pathLength, standing.pathLength);
      const lowerKey = await generateKeyPair(options.keyAlgorithm ?? "ecdsa-p256");
      const lower = await issue({
        role: "intermediate",
        options,
        clock,
        subject: lowerSubject,
        keyPair: lowerKey,
        extensions: [...authorityExtensions(pathLength), ...statusExtensions(options)],
        issuer,
      });
      return authorityOver({
        certificate: lower,
        subject: lowerSubject,
        keyPair: lowerKey,
        pathLength,
        clock,
        chain: [lower, ...chain],
        trustPem,
      });
    },
    issueClient: (options: ClientOptions = {}) => issueLeaf("client", options),
    issueServer: (options: ServerOptions = {}) => issueLeaf("server", options),
    async issueOcspResponder(options: OcspResponderCertificateOptions = {}) {
      checkKnownOptions(options, certificateOptions);
      const extensions = ocspResponderExtensions();
      return issueHelper("ocspResponder", options, { usualName: "OCSP responder", extensions });
    },
    async issueCrlSigner(options: CrlSignerOptions = {}) {
      checkKnownOptions(options, crlSignerOptions);
      const extensions = [...crlSignerExtensions(), ...statusExtensions(options)];
      return issueHelper("crlSigner", options, { usualName: "CRL signer", extensions });
    },
    revoke: (revocable: RevocableCertificate, options: RevokeOptions = {}) =>
      register.revoke(revocable, options),
    restore(revocable: RevocableCertificate) {
      register.restore(revocable);
    },
    get revocations() {
      return register.revocations();
    },
    createCrl: (options: CrlOptions = {}) => createRevocationList(options, authority),
    createOcspResponder: (options: OcspResponderOptions = {}) =>
      createOcspResponder(options, authority),
  });
}

interface Issuer {
  readonly subject: readonly NameElement[];
  readonly keyPair: KeyPair;
  readonly notAfter: number;
  readonly chain: readonly IssuedCertificate[];
  /** Where a new certificate is written down; a root's own is not. */
  readonly register?: RevocationRegister;
}

async function issue(order: {
  readonly role: Role;
  readonly options: CertificateOptions & StatusLocation;
  readonly clock: () => number;
  readonly subject: readonly NameElement[];
  readonly keyPair: KeyPair;
  readonly extensions: SigningRequest["extensions"];
  readonly issuer: Issuer;
}): Promise<IssuedCertificate> {
  const { subject, keyPair, issuer, options } = order;
  if (issuer.keyPair !== keyPair && sameName(subject, issuer.subject)) {
    throw new PkiError(
      "subject",
      `"subject" is the issuer's own. Give another one: with the same name a certificate counts as ` +
        `self-issued (RFC 5280 6.1).`,
    );
  }
  const validity = decideValidity(options, {
    nowMs: order.clock(),
    lifetimeMs: usualLifetimeMs[order.role],
    issuerNotAfter: issuer.notAfter,
  });
  const { der, serialNumber } = await signCertificate({
    subject,
    publicKey: keyPair.publicKey,
    validity,
    extensions: order.extensions,
    issuer,
  });
  issuer.register?.recordIssue(serialNumber, {
    kind: order.role === "intermediate" ? "authority" : "user",
    crlDistributionPoints: [...(options.crlDistributionPoints ?? [])],
  });
  const privateKeyInfo = await globalThis.crypto.subtle.exportKey("pkcs8", keyPair.privateKey);
  return issuedCertificate({
    der,
    serialNumber,
    validity,
    privateKeyInfo: new Uint8Array(privateKeyInfo),
    intermediates: issuer.chain,
    commonName: options.subject?.commonName,
  });
}

function authoritySubject(subject: Subject | undefined, usualName: string): NameElement[] {
  const encoded = encodeSubject(subject ?? { commonName: usualName });
  if (encoded.length > 0) return encoded;
  // RFC 5280 4.1.2.6: what issues must have a name.
  throw emptySubject("an authority");
}

function emptySubject(whose: string): PkiError {
  return new PkiError("subject", `"subject" is empty. Give ${whose} a commonName.`);
}

function usualSubject(role: "client" | "server", names: AlternativeNames): Subject {
  const first = [names.dnsNames, names.emails, names.ipAddresses].flatMap((list) => list ?? [])[0];
  const fits = first !== undefined && first.length <= maxCommonNameLength;
  return { commonName: fits ? first : role };
}

function sameName(left: readonly NameElement[], right: readonly NameElement[]): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
