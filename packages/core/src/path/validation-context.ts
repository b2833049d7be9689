import type { LegacyAlgorithm } from "../x509/signature.ts";
import type { AcceptPath } from "./path-acceptance.ts";
import type { PeerName } from "./peer-name.ts";
import type { PolicyInputs } from "./policy-inputs.ts";
import type { Profile } from "./profile.ts";

/** What is asked of a path at one moment. */
export interface ValidationContext extends ValidationRules {
  /** The moment to judge, in epoch milliseconds. */
  readonly now: number;
}

/** What is asked of a path at any moment: the inputs of RFC 5280 6.1.1, and what its users ask besides. */
export interface ValidationRules {
  /** The extended key usage that is needed, an object identifier key; undefined: none. */
  readonly purpose: string | undefined;
  /** Whether the leaf has to name the purpose as an extended key usage, or may say nothing of usages. */
  readonly extendedKeyUsage: "if-present" | "required";
  /** Bits of `keyUsageBits`, of which the leaf has to state one if it states any; 0 asks for none. */
  readonly keyUsage: number;
  readonly profile: Profile;
  /** Names that the leaf has to hold, every one of them. */
  readonly names: readonly PeerName[];
  readonly policies: PolicyInputs;
  /** Intermediates at most, self-issued ones not counted. */
  readonly pathLength: number;
  /** Algorithms and keys that are accepted although they are too weak. */
  readonly legacy: ReadonlySet<LegacyAlgorithm>;
  /** Whether certificates for all names below this domain are nobody's to issue; only `webpki` asks. */
  readonly isPublicSuffix: ((domain: string) => boolean) | undefined;
  /** Has the last word on a path that is sound otherwise: revocation. */
  readonly acceptPath: AcceptPath | undefined;
}
