import { ConfigError } from "./config-error.ts";
import { readObject } from "./read-option.ts";

/** How much work and memory one client may cause. Every number is a maximum. */
export interface Limits {
  /** Certificates that a client may send, its own included. */
  readonly certificates: number;
  /** Bytes of one certificate (DER). */
  readonly certificateBytes: number;
  /** Certificates between the client's own and the trust anchor. */
  readonly pathDepth: number;
  /** Signatures checked while one client is being verified. */
  readonly signatureChecks: number;
  /** Paths judged while one client is being verified. */
  readonly paths: number;
  /** Comparisons of a name with a name constraint while one client is being verified. */
  readonly nameComparisons: number;
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

/** Reads the option `limits`; what it leaves out stays as it is. */
export function readLimits(input: unknown): Limits {
  if (input === undefined) return defaultLimits;
  const names = Object.keys(defaultLimits) as (keyof Limits)[];
  const given = readObject(input, names, "limits", "{ certificates: 10 }");
  for (const [name, value] of Object.entries(given)) {
    // There is no number that means "unlimited": a limit that can be switched off will be.
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= 1) continue;
    throw new ConfigError(
      `limits.${name}`,
      "is not a positive whole number",
      "Write a number, or leave it out.",
    );
  }
  const limits: Limits = { ...defaultLimits, ...(given as Partial<Limits>) };
  if (limits.certificates > mostCertificates) {
    throw new ConfigError(
      "limits.certificates",
      `is more than ${mostCertificates}`,
      "No hierarchy needs that many; list intermediates in `trust` instead.",
    );
  }
  return Object.freeze(limits);
}
