import {
  authority,
  type AuthorityChanges,
  type IssuedChain,
  type LeafChanges,
} from "../test-authority.ts";
import type { RawCertificateParts } from "../raw-certificate.ts";

/** The refusals that the table knows. */
export type ExpectedRefusal =
  | "certificate-expired"
  | "certificate-malformed"
  | "certificate-not-yet-valid"
  | "certificate-self-signed"
  | "critical-extension-unsupported"
  | "extended-key-usage-invalid"
  | "issuer-certificate-expired"
  | "issuer-certificate-not-yet-valid"
  | "issuer-key-usage-invalid"
  | "issuer-not-ca"
  | "issuer-unknown"
  | "key-too-weak"
  | "key-unsupported"
  | "key-usage-invalid"
  | "name-constraints-malformed"
  | "name-constraints-unsupported"
  | "name-constraints-violated"
  | "path-length-exceeded"
  | "policy-mapping-invalid"
  | "policy-missing"
  | "signature-algorithm-mismatch"
  | "signature-algorithm-unsupported"
  | "signature-invalid";

/** A client chain with exactly one defect. */
export interface Defect {
  /** The defect as a sentence. */
  readonly defect: string;
  /** The reason code that the defect should be refused with. */
  readonly expected: ExpectedRefusal;
  /**
   * Whether a TLS client on every supported Node can present the chain, byte for byte, to a Node
   * server with default settings. What only some of them present is `false`.
   */
  readonly handshake: boolean;
  /** A new chain on each call; validity periods are laid around the clock, by default the system's. */
  readonly make: (options?: MakeOptions) => IssuedChain;
}

export interface MakeOptions {
  readonly clock?: () => number;
  /** Of the root: many roots of one name would make every search for a path long. */
  readonly commonName?: string;
}

/** The names in every leaf of the table, so that name rules have something to match. */
export const clientNames = {
  commonName: "client.corp.example",
  dnsNames: ["client.corp.example"],
  spiffeId: "spiffe://corp.example/client",
} as const;

/** Root, one intermediate and a leaf, all sound but for what `changes` break. */
export function chainWith(
  changes: { readonly intermediate?: AuthorityChanges; readonly leaf?: LeafChanges },
  options: MakeOptions = {},
): IssuedChain {
  return authority(options)
    .intermediate(changes.intermediate)
    .client({ ...clientNames, ...changes.leaf });
}

/** A chain whose leaf is made of changed parts. */
export function leafOf(
  change: (sound: RawCertificateParts) => Partial<RawCertificateParts>,
): Defect["make"] {
  return (options) =>
    chainWith({ leaf: { raw: (sound) => ({ ...sound, ...change(sound) }) } }, options);
}

/** A chain whose intermediate is made of changed parts. */
export function intermediateOf(
  change: (sound: RawCertificateParts) => Partial<RawCertificateParts>,
): Defect["make"] {
  return (options) =>
    chainWith({ intermediate: { raw: (sound) => ({ ...sound, ...change(sound) }) } }, options);
}
