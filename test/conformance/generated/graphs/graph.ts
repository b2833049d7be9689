import type { EdgeFault } from "./edge-fault.ts";

/** A public key infrastructure: who has certified whom. */
export interface Graph {
  /** As what the leaf is used. Default: as a server. */
  readonly kind?: "SERVER" | "CLIENT";
  readonly edges: readonly Edge[];
  /** Who issued the certificate that is judged. */
  readonly leafIssuer: Entity;
  readonly leafUsage?: UsageChoice;
  /** Intermediates at most. */
  readonly depth?: number;
  /** Whether certificates say by key identifiers which key signed them. */
  readonly keyIdentifiers: "present" | "absent";
}

/** A name and a key. Two entities may share either; who shares both is the same. */
export interface Entity {
  readonly name: string;
  readonly key: number;
}

/** One certificate of an authority. */
export interface Edge {
  readonly issuer: Entity;
  readonly subject: Entity;
  /** A trust anchor. Who issued it does not matter then. */
  readonly trusted?: boolean;
  readonly fault?: EdgeFault;
  /** Its path length constraint. */
  readonly pathLength?: number;
  readonly usage?: UsageChoice;
}

/** Extended key usages: none stated; that of the leaf; another; both; any at all. */
export type UsageChoice = (typeof usageChoices)[number];

export const usageChoices = ["none", "purpose", "another", "both", "any"] as const;

export function isSame(a: Entity, b: Entity): boolean {
  return a.name === b.name && a.key === b.key;
}

/** Keys from this one on are too weak for anybody. */
const firstWeakKey = 100;

export function isWeakKey(key: number): boolean {
  return key >= firstWeakKey;
}

export const weakKeys = [firstWeakKey, firstWeakKey + 1] as const;

/** A key that no entity has. */
export const nobodysKey = 99;
