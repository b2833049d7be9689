import { dottedOid, isDottedOid, oid, oids } from "../asn1/oids.ts";
import { parseSinglePem } from "../asn1/pem.ts";
import { ConfigError } from "../base/config-error.ts";
import { readLimits, type Limits } from "../base/limits.ts";
import { checkFunction, checkList, readChoice, readObject } from "../base/read-option.ts";
import { reason, type Reason } from "../reasons/reason.ts";
import { parseCertificate, type Certificate } from "../x509/certificate.ts";
import { keyUsageBits } from "../x509/extensions.ts";
import type { LegacyAlgorithm } from "../x509/signature.ts";
import { findPath, type TriedPath } from "./find-path.ts";
import { readLegacyAlgorithms } from "./legacy-algorithms.ts";
import type { PathAcceptance } from "./path-acceptance.ts";
import type { PeerName } from "./peer-name.ts";
import { readPolicyOptions, type PolicyOptions } from "./policy-inputs.ts";
import { profiles, type Profile } from "./profile.ts";
import { TrustSet } from "./trust-set.ts";
import type { ValidationContext } from "./validation-context.ts";

/**
 * What the leaf is used for: as the client or as the server of a TLS connection, by an extended key usage of one's own (a dotted
 * object identifier), or `any`: extended key usages are not asked for.
 */
export type Purpose = "client" | "server" | "any" | `${bigint}.${string}`;

/** A use of the leaf's key that its key usage extension may have to allow (RFC 5280 4.2.1.3). */
export type LeafKeyUsage = "digitalSignature" | "keyEncipherment" | "keyAgreement";

/** What `verifyChain` judges, and by what. */
export interface ChainInput {
  /** The certificate that is judged: DER, or one PEM block. */
  readonly leaf: Uint8Array | string;
  /** Certificates that may stand between it and an anchor, in any order, each DER or one PEM block. Those that cannot be read are left aside. */
  readonly intermediates?: readonly (Uint8Array | string)[];
  /** Whom to trust: made by `createTrustSet`. */
  readonly trust: TrustSet;
  /** The moment to judge, in epoch milliseconds. */
  readonly time: number;
  readonly purpose: Purpose;
  /** Whether the leaf has to name its purpose, or may name none at all. Default: `"if-present"`. */
  readonly extendedKeyUsage?: "if-present" | "required";
  /**
   * Of these the leaf has to state one, if it states any key usage. Default: for a client digitalSignature, which TLS needs;
   * for a server all three; else none.
   */
  readonly keyUsage?: readonly LeafKeyUsage[];
  /** Default: `"default"`. */
  readonly profile?: Profile;
  /** Names that the leaf has to hold in its subject alternative name, every one of them (RFC 9525). Default: none. */
  readonly names?: readonly PeerName[];
  /** Certificate policies. Default: what the authorities of the path demand. */
  readonly policies?: PolicyOptions;
  /** Intermediates at most, self-issued ones not counted (RFC 5280 6.1.2 (k)). Default: no limit but `limits.pathDepth`. */
  readonly pathLength?: number;
  /** Weak algorithms that are accepted all the same. Default: none. */
  readonly legacyAlgorithms?: readonly LegacyAlgorithm[];
  /** Tells public suffixes such as `co.uk`, under which the profile `webpki` accepts no wildcard. */
  readonly isPublicSuffix?: (domain: string) => boolean;
  /** Has the last word on each path that is sound otherwise: revocation, for example. What it throws is thrown on. */
  readonly acceptPath?: (
    path: readonly [Certificate, Certificate, ...Certificate[]],
  ) => PathAcceptance;
  /** How much work the certificates may cause. */
  readonly limits?: Partial<Limits>;
}

/** What `verifyChain` found. */
export type ChainVerdict = VerifiedChain | RefusedChain;

export interface VerifiedChain {
  readonly outcome: "verified";
  /** The leaf first, the anchor last. */
  readonly path: readonly [Certificate, Certificate, ...Certificate[]];
  readonly anchor: Certificate;
  /** The user-constrained policy set (RFC 5280 6.1.6), dotted; 2.5.29.32.0: any policy. */
  readonly policies: readonly string[];
  /** Epoch milliseconds: the verdict holds from `validFrom` on, and no longer from `validUntil` on. */
  readonly validFrom: number;
  readonly validUntil: number;
  /** Faults of issuance that the profile lets pass. */
  readonly warnings: readonly Reason[];
}

export interface RefusedChain {
  readonly outcome: "refused";
  /** Of all reasons the most useful. */
  readonly reason: Reason;
  /** Every path that was tried, in order, and why each does not hold. */
  readonly tried: readonly TriedPath[];
}

const optionNames = [
  "leaf",
  "intermediates",
  "trust",
  "time",
  "purpose",
  "extendedKeyUsage",
  "keyUsage",
  "profile",
  "names",
  "policies",
  "pathLength",
  "legacyAlgorithms",
  "isPublicSuffix",
  "acceptPath",
  "limits",
] as const;

/**
 * Judges a certificate by RFC 5280 section 6, without any server: finds a path to an anchor of the trust set and validates it.
 * Certificates that are malformed or hostile are refused with a reason; a `ConfigError` is thrown for misuse only.
 */
export function verifyChain(input: ChainInput): ChainVerdict {
  readObject(input, optionNames, "", "{ leaf, trust, time, purpose }");
  for (const name of ["isPublicSuffix", "acceptPath"] as const) checkFunction(input[name], name);
  for (const name of ["intermediates", "keyUsage", "names"] as const) checkList(input[name], name);
  const context = readContext(input);
  const limits = readLimits(input.limits);
  if (!(input.trust instanceof TrustSet)) {
    throw new ConfigError("trust", "is not a trust set", "Make one with createTrustSet().");
  }
  const leaf = readCertificate(input.leaf, "leaf");
  if (typeof leaf === "string") {
    const details = { problem: leaf };
    const malformed = reason("certificate-malformed", { certificateIndex: 0, details });
    return { outcome: "refused", reason: malformed, tried: [] };
  }
  // One that cannot be read can be part of no path, so it hinders none.
  const intermediates = (input.intermediates ?? [])
    .map((certificate, index) => readCertificate(certificate, `intermediates[${index}]`))
    .filter((certificate) => typeof certificate !== "string");
  const search = findPath(leaf, intermediates, input.trust, context, limits);
  if (search.outcome === "refused") return search;
  const { outcome, path, policies, validFrom, validUntil, warnings } = search;
  return {
    outcome,
    path,
    anchor: path[path.length - 1] as Certificate,
    policies: policies.map(dottedOid),
    validFrom,
    validUntil,
    warnings,
  };
}

function readCertificate(input: unknown, option: string): Certificate | string {
  if (input instanceof Uint8Array) return parseCertificate(input);
  if (typeof input !== "string") {
    throw new ConfigError(option, "is neither DER nor PEM", "Pass one certificate.");
  }
  const der = parseSinglePem(input, "CERTIFICATE");
  return typeof der === "string" ? der : parseCertificate(der);
}

function readContext(input: ChainInput): ValidationContext {
  if (!Number.isFinite(input.time)) {
    throw new ConfigError(
      "time",
      "is not a moment",
      "Pass epoch milliseconds, as Date.now() does.",
    );
  }
  return {
    now: input.time,
    purpose: readPurpose(input.purpose),
    extendedKeyUsage: readChoice(
      input.extendedKeyUsage,
      ["if-present", "required"],
      "extendedKeyUsage",
    ),
    keyUsage: readKeyUsage(input.keyUsage ?? usualKeyUsage.get(input.purpose) ?? []),
    profile: readChoice(input.profile, profiles, "profile"),
    names: readNames(input.names),
    policies: readPolicyOptions(input.policies, "policies"),
    pathLength: readPathLength(input.pathLength),
    legacy: readLegacyAlgorithms(input.legacyAlgorithms, "legacyAlgorithms"),
    isPublicSuffix: input.isPublicSuffix,
    acceptPath: input.acceptPath,
  };
}

function readPurpose(input: Purpose): string | undefined {
  switch (input) {
    case "client":
      return oids.clientAuth;
    case "server":
      return oids.serverAuth;
    case "any":
      return undefined;
    default:
      if (typeof input === "string" && isDottedOid(input)) return oid(input);
      throw new ConfigError(
        "purpose",
        `${JSON.stringify(input)} is none`,
        'Write "client", "server", "any", or a dotted object identifier.',
      );
  }
}

/** RFC 8446 4.4.2.2, and for servers the key exchanges of TLS 1.2 as well (RFC 5246 7.4.2). */
const usualKeyUsage = new Map<Purpose, readonly LeafKeyUsage[]>([
  ["client", ["digitalSignature"]],
  ["server", ["digitalSignature", "keyEncipherment", "keyAgreement"]],
]);

function readKeyUsage(input: readonly LeafKeyUsage[]): number {
  return input.reduce((bits, usage, index) => {
    const usages = ["digitalSignature", "keyEncipherment", "keyAgreement"] as const;
    return (
      bits | keyUsageBits[readChoice((usage as unknown) ?? null, usages, `keyUsage[${index}]`)]
    );
  }, 0);
}

function readNames(input: readonly PeerName[] = []): readonly PeerName[] {
  return input.map((name, index) => {
    const option = `names[${index}]`;
    readObject(name, ["type", "value"], option, '{ type: "dns", value: "api.example" }');
    readChoice(name.type, ["dns", "ip", "email"], `${option}.type`);
    if (typeof name.value === "string") return name;
    throw new ConfigError(`${option}.value`, "is not a text", "Write the name.");
  });
}

function readPathLength(input: number | undefined): number {
  if (input === undefined) return Infinity;
  if (Number.isSafeInteger(input) && input >= 0) return input;
  throw new ConfigError("pathLength", "is not a number of certificates", "Write 0 or more.");
}
