import { oids } from "../asn1/oids.ts";
import { ConfigError } from "../base/config-error.ts";
import { sha256, toHex } from "../base/bytes.ts";
import { checkKeys } from "../base/check-keys.ts";
import { fileUrlPath } from "../base/file-url-path.ts";
import { isPlainObject } from "../base/read-option.ts";
import { suggest } from "../base/suggest.ts";
import { parseSha256 } from "../base/sha256-text.ts";
import type { ConfigWarning } from "../base/config-warning.ts";
import { reasons, type ReasonCode } from "../reasons/reasons.ts";
import type { Certificate } from "../x509/certificate.ts";
import { verifySignature, type LegacyAlgorithm } from "../x509/signature.ts";
import {
  parseBlock,
  readBlocks,
  readCertificates,
  type CertificateInput,
} from "./certificate-input.ts";
import { distinctCertificates } from "./distinct-certificates.ts";
import { findAnchorFault } from "./issuance/issuance-faults.ts";
import type { Profile } from "./profile.ts";
import { TrustSet } from "./trust-set.ts";
import { checkAnchor } from "./validate-path.ts";

/** One trust set, with its parts told apart. */
export interface TrustSetOptions {
  /** Self-signed certificates of certificate authorities; intermediates among them are taken as such. */
  readonly roots?: CertificateInput;
  /** Authorities between a root and the clients: for clients that leave them out, and for resumed sessions, which do. */
  readonly intermediates?: CertificateInput;
  /** Authorities that are trusted as they are, whoever signed them: this narrows trust to what they issue. */
  readonly anchors?: CertificateInput;
  /**
   * Clients that are accepted without a path, their dates excepted: certificates, public keys (PEM), or SHA-256
   * fingerprints of certificates.
   */
  readonly pinned?: CertificateInput;
}

/** Whom to trust: certificates, one set with its parts told apart, or several sets by name. */
export type TrustInput =
  CertificateInput | TrustSetOptions | Readonly<Record<string, CertificateInput | TrustSetOptions>>;

/** The name of the only trust set when it was given none. */
export const defaultTrustSetName = "default";

const partNames = ["roots", "intermediates", "anchors", "pinned"] as const;

/** What decides whether an anchor of the `trust` option can vouch for clients at all. */
export interface TrustReading {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly legacy: ReadonlySet<LegacyAlgorithm>;
  readonly profile: Profile;
  readonly warn: (warning: ConfigWarning) => void;
}

/** Reads the `trust` option: every fault is a `ConfigError`, whatever is merely odd goes to `warn`. */
export function readTrust(input: unknown, reading: TrustReading): readonly TrustSet[] {
  if (!isPlainObject(input)) return [readTrustSet(defaultTrustSetName, "trust", input, reading)];
  const keys = Object.keys(input);
  if (keys.length === 0) {
    throw new ConfigError("trust", "is empty", "Pass the root certificates of your authority.");
  }
  if (keys.some((key) => (partNames as readonly string[]).includes(key))) {
    return [readTrustSet(defaultTrustSetName, "trust", input, reading)];
  }
  return keys.map((name) => {
    const meant = suggest(name, partNames);
    if (meant !== undefined) {
      throw new ConfigError(
        `trust.${name}`,
        "would be a trust set of this name",
        `Did you mean "${meant}"? If not, give the set another name.`,
      );
    }
    if (!/^[\w.-]+$/.test(name)) {
      throw new ConfigError(
        "trust",
        `"${name}" cannot name a trust set`,
        "Use letters, digits, . _ and -.",
      );
    }
    return readTrustSet(name, `trust.${name}`, input[name], reading);
  });
}

/**
 * Makes a trust set for `verifyChain`, which judges its anchors when a path leads to them: whether they are authorities, and
 * valid at the moment that is asked for. Paths among the input are read at once, synchronously.
 *
 * @throws {ConfigError} for what cannot be read, and for a set without an anchor.
 */
export function createTrustSet(
  input: CertificateInput | Omit<TrustSetOptions, "pinned">,
): TrustSet {
  const known = partNames.filter((name) => name !== "pinned");
  const parts = readParts("trust", input, known);
  const { roots, named, intermediates, others, pinned, listOption } = parts;
  const anchors = distinctCertificates([...roots, ...named]);
  if (anchors.length === 0) throw noAnchor("trust", listOption, others);
  return new TrustSet({
    name: defaultTrustSetName,
    anchors,
    intermediates: distinctCertificates([...intermediates, ...others]),
    pinned,
  });
}

/** The files and folders that a `trust` option names: for whoever watches them. What names none is left to `readTrust` to refuse. */
export function trustPaths(input: unknown): readonly string[] {
  if (Array.isArray(input)) return input.flatMap(trustPaths);
  if (isPlainObject(input)) return Object.values(input).flatMap(trustPaths);
  if (input instanceof URL) return input.protocol === "file:" ? [fileUrlPath(input, "trust")] : [];
  const isPath =
    typeof input === "string" &&
    input.trim() !== "" &&
    !input.includes("-----BEGIN") &&
    parseSha256(input) === undefined;
  return isPath ? [input] : [];
}

interface TrustParts {
  readonly roots: readonly Certificate[];
  /** Anchors that were named as such. */
  readonly named: readonly Certificate[];
  readonly intermediates: readonly Certificate[];
  /** What lay among the roots and is none. */
  readonly others: readonly Certificate[];
  readonly pinned: ReadonlySet<string>;
  /** The option that holds the roots. */
  readonly listOption: string;
}

function readParts(
  option: string,
  input: unknown,
  known: readonly (typeof partNames)[number][] = partNames,
): TrustParts {
  const parts: Readonly<Partial<Record<(typeof partNames)[number], unknown>>> = isPlainObject(input)
    ? checkKeys(input, known, option)
    : { roots: input };
  const listOption = isPlainObject(input) ? `${option}.roots` : option;
  const listed = parts.roots === undefined ? [] : readCertificates(parts.roots, listOption);
  const roots = listed.filter(isSelfSigned);
  return {
    roots,
    named: readPart(parts.anchors, `${option}.anchors`),
    intermediates: readPart(parts.intermediates, `${option}.intermediates`),
    others: listed.filter((certificate) => !roots.includes(certificate)),
    pinned: new Set(parts.pinned === undefined ? [] : readPins(parts.pinned, `${option}.pinned`)),
    listOption,
  };
}

function readPart(input: unknown, option: string): readonly Certificate[] {
  if (input === undefined) return [];
  const certificates = readCertificates(input, option);
  if (certificates.length > 0) return certificates;
  throw new ConfigError(option, "holds no certificate", "Leave it out.");
}

/** Reads a trust set of a shield, whose anchors have to be of use from the start. */
function readTrustSet(
  name: string,
  option: string,
  input: unknown,
  reading: TrustReading,
): TrustSet {
  const { roots, named, intermediates, others, pinned, listOption } = readParts(option, input);
  checkAuthorities(named, `${option}.anchors`);
  checkAuthorities(intermediates, `${option}.intermediates`);
  const anchors = distinctCertificates([...roots, ...named]);
  if (anchors.length === 0 && pinned.size === 0) throw noAnchor(option, listOption, others);
  const usable = anchors.filter((anchor) => isUsable(anchor, option, reading));
  if (usable.length === 0 && pinned.size === 0) throw noUsableAnchor(option, anchors, reading);
  for (const certificate of others) {
    if (certificate.isCa) continue;
    reading.warn({
      option: listOption,
      message:
        `the certificate of "${certificate.subject.text}" is neither a root nor an intermediate authority ` +
        "and makes nobody trusted. Remove it; to accept exactly this client, list it under `pinned`.",
    });
  }
  return new TrustSet({
    name,
    anchors: usable,
    intermediates: distinctCertificates([...intermediates, ...others.filter(({ isCa }) => isCa)]),
    pinned,
  });
}

/** A root signs itself: the name alone is not enough. */
function isSelfSigned(certificate: Certificate): boolean {
  if (!certificate.isSelfIssued) return false;
  const { signatureAlgorithm, signedBytes, signature, publicKey } = certificate;
  const verdict = verifySignature(signatureAlgorithm, signedBytes, signature, publicKey);
  // An anchor's own signature algorithm does not count: nothing rests on it, the operator vouches for the key.
  return verdict !== "invalid";
}

function checkAuthorities(certificates: readonly Certificate[], option: string): void {
  for (const certificate of certificates) {
    if (certificate.isCa) continue;
    throw new ConfigError(
      option,
      `the certificate of "${certificate.subject.text}" is not that of a certificate authority`,
      "List authorities (basicConstraints CA:TRUE) here; a client that is to be accepted by itself goes to `pinned`.",
    );
  }
}

function readPins(input: unknown, option: string): string[] {
  if (Array.isArray(input)) {
    if (input.length === 0) throw new ConfigError(option, "is empty", "Leave it out.");
    return input.flatMap((entry, index) => readPins(entry, `${option}[${index}]`));
  }
  if (typeof input === "string" && !input.includes("-----BEGIN")) {
    const hash = parseSha256(input);
    if (hash !== undefined) return [hash];
  }
  return readBlocks(input, option).map((block) => {
    if (block.label === "CERTIFICATE") return parseBlock(block).fingerprint;
    if (block.label === "PUBLIC KEY") return toHex(sha256(block.bytes));
    throw new ConfigError(
      block.origin,
      `a ${block.label} block cannot be pinned`,
      "Pin certificates, public keys (-----BEGIN PUBLIC KEY-----) or SHA-256 fingerprints.",
    );
  });
}

function noAnchor(option: string, listOption: string, others: readonly Certificate[]): ConfigError {
  const [first] = others;
  if (first === undefined) {
    return new ConfigError(
      option,
      "holds no certificate",
      "Pass the root certificate of your authority.",
    );
  }
  if (first.isCa) {
    return new ConfigError(
      listOption,
      `holds only intermediate authorities, such as "${first.subject.text}", and no root`,
      "Add the self-signed root above it, or list the intermediate under `anchors` to trust it by itself.",
    );
  }
  return new ConfigError(
    listOption,
    `"${first.subject.text}" is a client's or server's certificate where a root is due`,
    "Pass the certificate of the authority that issued it. A shield accepts exactly one client by `trust.pinned`.",
  );
}

function isUsable(anchor: Certificate, option: string, reading: TrustReading): boolean {
  const code = judgeAnchor(anchor, reading);
  if (code === undefined) return true;
  reading.warn({
    option,
    message: `the authority "${anchor.subject.text}" cannot vouch for clients: ${describe(code)}`,
  });
  // Time may heal it, and every path checks the dates again.
  return code === "issuer-certificate-not-yet-valid";
}

function judgeAnchor(
  anchor: Certificate,
  { now, legacy, profile }: TrustReading,
): ReasonCode | undefined {
  return (
    checkAnchor(anchor, { now, legacy, purpose: oids.clientAuth }) ??
    findAnchorFault(anchor, profile)?.code
  );
}

function noUsableAnchor(
  option: string,
  anchors: readonly Certificate[],
  reading: TrustReading,
): ConfigError {
  const first = anchors[0] as Certificate;
  const code = judgeAnchor(first, reading) as ReasonCode;
  return new ConfigError(
    option,
    `no authority in it can vouch for clients: "${first.subject.text}": ${describe(code)}`,
    reasons[code].cure,
  );
}

function describe(code: ReasonCode): string {
  return code === "issuer-not-ca"
    ? "it is not a certificate authority (basicConstraints CA:TRUE)"
    : reasons[code].summary.replace(/\.$/, "");
}
