import { dottedOid, isDottedOid, oid, oids } from "../asn1/oids.ts";
import { parseSinglePem } from "../asn1/pem.ts";
import { ConfigError } from "../base/config-error.ts";
import { printValue } from "../base/print-value.ts";
import { defaultLimits, readLimits, type SearchLimits } from "../base/limits.ts";
import {
  checkFunction,
  checkList,
  isPlainObject,
  readChoice,
  readObject,
} from "../base/read-option.ts";
import { reason, type Reason } from "../reasons/reason.ts";
import { Certificate, parseCertificate } from "../x509/certificate.ts";
import { keyUsageBits } from "../x509/extensions.ts";
import type { LegacyAlgorithm } from "../x509/signature.ts";
import { findPath, type FailedSearch } from "./find-path.ts";
import { readLegacyAlgorithms } from "./legacy-algorithms.ts";
import { revocationCodes, type AcceptPath, type PathAcceptance } from "./path-acceptance.ts";
import type { PeerName } from "./peer-name.ts";
import { readPolicyOptions, type PolicyOptions } from "./policy-inputs.ts";
import { profiles, type Profile } from "./profile.ts";
import { TrustSet } from "./trust-set.ts";
import type { ValidationContext } from "./validation-context.ts";
import type { CandidatePath } from "./verified-path.ts";

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
  /** Certificate policies (RFC 5280 6.1.1). Default: what the authorities of the path demand. */
  readonly policies?: PolicyOptions;
  /** Intermediates at most, self-issued ones not counted (RFC 5280 6.1.2 (k)). Default: no limit but `limits.pathDepth`. */
  readonly pathLength?: number;
  /** Weak algorithms that are accepted all the same. Default: none. */
  readonly legacyAlgorithms?: readonly LegacyAlgorithm[];
  /** Tells public suffixes such as `co.uk`, in lower case, under which the profile `webpki` accepts no wildcard. */
  readonly isPublicSuffix?: (domain: string) => boolean;
  /** Has the last word on each path that is sound otherwise: revocation. What it throws is thrown on. */
  readonly acceptPath?: (
    path: readonly [Certificate, Certificate, ...Certificate[]],
  ) => PathAcceptance;
  /** How much work the certificates may cause. */
  readonly limits?: Partial<ChainLimits>;
}

/** How much work and memory one call may cause. How many certificates there are is the caller's own choice. */
export interface ChainLimits extends SearchLimits {
  /** Bytes of one certificate (DER). */
  readonly certificateBytes: number;
}

const { pathDepth, signatureChecks, paths, nameComparisons } = defaultLimits;
const defaultChainLimits: ChainLimits = Object.freeze({
  // What OpenSSL takes from a peer in all.
  certificateBytes: 102_400,
  pathDepth,
  signatureChecks,
  paths,
  nameComparisons,
});

/** What `verifyChain` found. */
export type ChainVerdict = VerifiedChain | RefusedChain;

/** A path holds. */
export interface VerifiedChain {
  readonly outcome: "verified";
  /** The leaf first, the anchor last. */
  readonly path: readonly [Certificate, Certificate, ...Certificate[]];
  readonly anchor: Certificate;
  /** The user-constrained policy set (RFC 9618, for RFC 5280 6.1.6), dotted; 2.5.29.32.0: any policy. */
  readonly policies: readonly string[];
  /** Epoch milliseconds: the verdict holds from `validFrom` on, and no longer from `validUntil` on. */
  readonly validFrom: number;
  readonly validUntil: number;
  /** Faults of issuance that the profile lets pass. */
  readonly warnings: readonly Reason[];
}

/** No path holds. */
export type RefusedChain = FailedSearch;

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
 * Judges a certificate by RFC 5280 section 6.1, without any server: finds a path to an anchor of the trust set and validates it.
 * Certificates that are malformed or hostile are refused with a reason.
 *
 * @throws {ConfigError} for misuse only: an option that is missing, unknown or of the wrong kind.
 */
export function verifyChain(input: ChainInput): ChainVerdict {
  readObject(input, optionNames, "", "{ leaf, trust, time, purpose }");
  for (const name of ["isPublicSuffix", "acceptPath"] as const) checkFunction(input[name], name);
  for (const name of ["intermediates", "keyUsage", "names"] as const) checkList(input[name], name);
  const context = readContext(input);
  const limits = readLimits(input.limits, defaultChainLimits);
  if (!(input.trust instanceof TrustSet)) {
    throw new ConfigError("trust", "is not a trust set", "Make one with createTrustSet().");
  }
  const { certificateBytes } = limits;
  const leaf = readCertificate(input.leaf, certificateBytes, "leaf");
  if (!(leaf instanceof Certificate)) return { outcome: "refused", reason: leaf, tried: [] };
  // One that cannot be read can be part of no path, so it hinders none.
  const intermediates = [...(input.intermediates ?? [])]
    .map((one, index) => readCertificate(one, certificateBytes, `intermediates[${index}]`))
    .filter((one) => one instanceof Certificate);
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

function readCertificate(input: unknown, most: number, option: string): Certificate | Reason {
  if (typeof input !== "string" && !(input instanceof Uint8Array)) {
    throw new ConfigError(option, "is neither DER nor PEM", "Pass one certificate.");
  }
  // PEM writes three octets as four characters, and its lines; whatever is longer than twice is too long anyway.
  const longest = typeof input === "string" ? 2 * most : most;
  if (input.length > longest) return reason("certificate-too-large", { certificateIndex: 0 });
  const der = typeof input === "string" ? parseSinglePem(input, "CERTIFICATE") : input;
  const certificate = typeof der === "string" ? der : parseCertificate(der);
  if (typeof certificate !== "string") return certificate;
  const details = { problem: certificate };
  return reason("certificate-malformed", { certificateIndex: 0, details });
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
    isPublicSuffix: input.isPublicSuffix && checkAnswer(input.isPublicSuffix),
    acceptPath: input.acceptPath && checkAcceptance(input.acceptPath),
  };
}

/** A verdict that is none would be taken for a yes: a promise, say, or nothing at all. */
function checkAcceptance(acceptPath: NonNullable<ChainInput["acceptPath"]>): AcceptPath {
  return (path) => {
    // A copy, since what the check does to it must not change what was judged. No chain is pinned, so it has an anchor.
    const acceptance: unknown = acceptPath([...path] as unknown as CandidatePath);
    if (isAcceptance(acceptance, path.length)) return acceptance;
    throw new ConfigError(
      "acceptPath",
      "returned no verdict",
      'Return { outcome: "accepted" }, or { outcome: "refused", code, certificateIndex }, and no promise.',
    );
  };
}

/** A promise is no `false`, and would pass for one. */
function checkAnswer(
  isPublicSuffix: NonNullable<ChainInput["isPublicSuffix"]>,
): NonNullable<ChainInput["isPublicSuffix"]> {
  return (domain) => {
    const answer: unknown = isPublicSuffix(domain);
    if (typeof answer === "boolean") return answer;
    throw new ConfigError("isPublicSuffix", "returned no boolean", "Return true or false.");
  };
}

function isAcceptance(value: unknown, length: number): value is PathAcceptance {
  if (!isPlainObject(value)) return false;
  const { outcome, until, warnings, code, certificateIndex } = value;
  if (outcome === "accepted") {
    return (
      (until === undefined || typeof until === "number") &&
      (warnings === undefined || Array.isArray(warnings))
    );
  }
  return (
    outcome === "refused" &&
    revocationCodes.some((known) => known === code) &&
    Number.isInteger(certificateIndex) &&
    (certificateIndex as number) >= 0 &&
    (certificateIndex as number) < length
  );
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
        `${printValue(input)} is none`,
        'Write "client", "server", "any", or a dotted object identifier.',
      );
  }
}

/** TLS 1.3 has both ends sign (RFC 8446 4.4.3); for servers the key exchanges of TLS 1.2 as well (RFC 5246 7.4.2). */
const usualKeyUsage = new Map<Purpose, readonly LeafKeyUsage[]>([
  ["client", ["digitalSignature"]],
  ["server", ["digitalSignature", "keyEncipherment", "keyAgreement"]],
]);

function readKeyUsage(input: readonly LeafKeyUsage[]): number {
  return [...input].reduce((bits, usage, index) => {
    const usages = ["digitalSignature", "keyEncipherment", "keyAgreement"] as const;
    return (
      bits | keyUsageBits[readChoice((usage as unknown) ?? null, usages, `keyUsage[${index}]`)]
    );
  }, 0);
}

function readNames(input: readonly PeerName[] = []): readonly PeerName[] {
  return [...input].map((name, index) => {
    const option = `names[${index}]`;
    readObject(name, ["type", "value"], option, '{ type: "dns", value: "api.example" }');
    readChoice(name.type, ["dns", "ip", "email"], `${option}.type`);
    if (typeof name.value === "string") return { type: name.type, value: name.value };
    throw new ConfigError(`${option}.value`, "is not a text", "Write the name.");
  });
}

function readPathLength(input: number | undefined): number {
  if (input === undefined) return Infinity;
  if (Number.isSafeInteger(input) && input >= 0) return input;
  throw new ConfigError("pathLength", "is not a number of certificates", "Write 0 or more.");
}
