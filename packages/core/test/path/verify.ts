import type { IssuedChain, TestCertificate } from "@mtls-shield/testkit";

import { defaultLimits, type Limits } from "../../src/base/limits.ts";
import type { ValidationContext, ValidationRules } from "../../src/path/validation-context.ts";
import { readShieldOptions } from "../../src/shield-options.ts";
import { TrustSet } from "../../src/path/trust-set.ts";
import { verifyClient, type Verification } from "../../src/path/verify-client.ts";
import { parsed } from "../certificates.ts";

type HasDer = Pick<TestCertificate, "der">;

export interface TrustParts {
  readonly anchors?: readonly HasDer[];
  readonly intermediates?: readonly HasDer[];
  /** SHA-256 in hex. */
  readonly pinned?: readonly string[];
}

/** A trust set without the checks of the `trust` option. */
export function trustSet({ anchors = [], intermediates = [], pinned = [] }: TrustParts): TrustSet {
  return new TrustSet({
    name: "default",
    anchors: anchors.map(parsed),
    intermediates: intermediates.map(parsed),
    pinned: new Set(pinned),
  });
}

/** What a shield asks of its clients by default. */
export function clientRules(changes: Partial<ValidationRules> = {}): ValidationRules {
  return { ...readShieldOptions({}).validation, ...changes };
}

/** The same at one moment. */
export function clientContext(changes: Partial<ValidationContext> = {}): ValidationContext {
  return { ...clientRules(), now: Date.now(), ...changes };
}

export interface VerifyOptions extends Partial<ValidationContext> {
  readonly limits?: Partial<Limits>;
}

/** What the engine says of the first certificate of a list, the others being what the client sent with it. */
export function verify(
  [client, ...presented]: readonly HasDer[],
  trust: TrustParts,
  { limits, ...changes }: VerifyOptions = {},
): Verification {
  return verifyClient(
    parsed(client!),
    presented.map(parsed),
    trustSet(trust),
    clientContext(changes),
    { ...defaultLimits, ...limits },
  );
}

/** The same of an issued chain, whose own root is trusted. */
export function verifyIssued(issued: IssuedChain, options?: VerifyOptions): Verification {
  return verify(issued.chain, { anchors: [issued.root] }, options);
}

/** `verified`, or the reason's code. */
export function outcomeOf(verification: Verification): string {
  return verification.outcome === "verified" ? "verified" : verification.reason.code;
}
