import {
  authority,
  type AuthorityChanges,
  type CertificateChanges,
  type IssuedChain,
  type LeafChanges,
  type StandardExtension,
} from "@mtls-shield/testkit";

import { profiles, type Profile } from "../../../src/path/profile.ts";
import type { ChainInput } from "../../../src/path/verify-chain.ts";
import { judgeChain, placeOf, warningsOf } from "../judge-chain.ts";

/** What a test changes in a chain that every profile accepts without a remark. */
export interface ChainChanges {
  readonly root?: AuthorityChanges;
  readonly intermediate?: AuthorityChanges;
  readonly leaf?: LeafChanges;
}

/** The names in the leaf: an SVID, and one of the web PKI. */
export const leafNames = {
  commonName: "client.corp.example",
  dnsNames: ["client.corp.example"],
  spiffeId: "spiffe://corp.example/client",
} as const;

export function issue({ root, intermediate, leaf }: ChainChanges): IssuedChain {
  return authority(root)
    .intermediate(intermediate)
    .client({ ...leafNames, ...leaf });
}

/** Certificates without these of their usual extensions. */
export function without(...names: readonly StandardExtension[]): CertificateChanges {
  return { extensions: Object.fromEntries(names.map((name) => [name, "absent"])) };
}

/** What a profile makes of a chain: the refusal, or the remarks. */
export function outcomeOf(
  issued: IssuedChain,
  profile: Profile,
  options: Partial<ChainInput> = {},
): string {
  const verdict = judgeChain(issued, { ...options, profile });
  if (verdict.outcome === "refused") return `refused: ${placeOf(verdict)}`;
  return ["verified", ...warningsOf(verdict)].join(", ");
}

/** What every profile makes of it. */
export function outcomesOf(
  issued: IssuedChain,
  options?: Partial<ChainInput>,
): Readonly<Record<Profile, string>> {
  return Object.fromEntries(
    profiles.map((profile) => [profile, outcomeOf(issued, profile, options)]),
  ) as Record<Profile, string>;
}
