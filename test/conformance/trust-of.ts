import { ConfigError, createTrustSet, type TrustSet } from "@mtls-shield/core";

/** Those of the trusted certificates that can be read: the others cannot vouch for anybody. */
export function trustOf(trusted: readonly string[]): TrustSet | undefined {
  if (trusted.length === 0) return undefined;
  try {
    return createTrustSet({ anchors: trusted });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    // A list of one is the one that cannot be read.
    const readable = trusted.length === 1 ? [] : trusted.filter((one) => trustOf([one]));
    return readable.length === 0 ? undefined : createTrustSet({ anchors: readable });
  }
}
