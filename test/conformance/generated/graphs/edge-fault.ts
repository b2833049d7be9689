/** The one thing that is wrong with a certificate of an authority. */
export type EdgeFault = (typeof edgeFaults)[number];

export const edgeFaults = [
  "expired",
  "not-yet-valid",
  "excludes-leaf",
  "permits-other-names",
  "other-usage",
  "no-basic-constraints",
  "not-an-authority",
  "no-key-cert-sign",
  "unknown-critical-extension",
  "sha1",
  "wrong-signature",
  "signed-by-another",
  "revoked",
] as const;

/** Nothing is asked of an anchor's own signature: whoever trusts it vouches for its key. */
export const signatureFaults: ReadonlySet<EdgeFault> = new Set<EdgeFault>([
  "sha1",
  "wrong-signature",
  "signed-by-another",
  "revoked",
]);
