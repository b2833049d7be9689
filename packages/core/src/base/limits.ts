import { ConfigError } from "./config-error.ts";
import { readObject } from "./read-option.ts";

/** How much work the verification of one leaf may cause. Every number is a maximum. */
export interface SearchLimits {
  /** Certificates between the leaf and the trust anchor. */
  readonly pathDepth: number;
  /** Signatures checked. */
  readonly signatureChecks: number;
  /** Paths judged. */
  readonly paths: number;
  /** Comparisons of a name with a name constraint. */
  readonly nameComparisons: number;
}

/** How much work and memory one client may cause. Every number is a maximum. */
export interface Limits extends SearchLimits {
  /** Certificates that a client may send, its own included. */
  readonly certificates: number;
  /** Bytes of one certificate (DER). */
  readonly certificateBytes: number;
  /** Clients remembered for each trust set, and as many refusals; the least recently seen is forgotten first. */
  readonly rememberedClients: number;
}

/** What `certificates` may be raised to: OpenSSL takes 100 KB of certificates from a client, which a few dozen fill. */
export const mostCertificates = 32;

export const defaultLimits: Limits = {
  // client-certificate-auth arrived at 10 after its issue #221; real paths have two to four.
  certificates: 10,
  // RFC 9440 implementations stop at 10 KiB (Cloudflare) and 16 KB (Google Cloud) for one certificate.
  certificateBytes: 16_384,
  // Path builders in use stop between 6 (rustls-webpki) and 10 (Windows); private hierarchies have up to 4.
  pathDepth: 8,
  // Go's remedy for CVE-2018-16875, and rustls-webpki's number since.
  signatureChecks: 100,
  // Cross-certified meshes of the x509-limbo suite need fewer than 20.
  paths: 64,
  // Go's remedy for CVE-2018-16875 again, and rustls-webpki's: about 10 ms.
  nameComparisons: 250_000,
  // About 4 KiB each: 16 MiB for a set that is full.
  rememberedClients: 4_096,
};

/** Reads the option `limits`; what it leaves out is as in `defaults`. */
export function readLimits<Known extends Readonly<Record<keyof Known, number>>>(
  input: unknown,
  defaults: Known,
): Known {
  if (input === undefined) return defaults;
  const names = Object.keys(defaults) as (keyof Known & string)[];
  const given = readObject(input, names, "limits", "{ paths: 64 }");
  for (const [name, value] of Object.entries(given)) {
    // There is no number that means "unlimited": a limit that can be switched off will be.
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= 1) continue;
    throw new ConfigError(
      `limits.${name}`,
      "is not a positive whole number",
      "Write a number, or leave it out.",
    );
  }
  return Object.freeze({ ...defaults, ...given });
}

/** Reads the option `limits` of a shield. */
export function readClientLimits(input: unknown): Limits {
  const limits = readLimits(input, defaultLimits);
  if (limits.certificates <= mostCertificates) return limits;
  throw new ConfigError(
    "limits.certificates",
    `is more than ${mostCertificates}`,
    "No hierarchy needs that many; list intermediates in `trust` instead.",
  );
}
