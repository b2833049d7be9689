/**
 * How the standards are read.
 *
 * - `default`: RFC 5280 section 6. Faults of issuance that it does not check come as warnings.
 * - `strict`: those faults refuse, too.
 * - `webpki`: the rules of the web PKI (CA/Browser Forum Baseline Requirements) on top of most of them.
 * - `spiffe`: as `default`, and the leaf has to be an X.509 SVID.
 */
export type Profile = (typeof profiles)[number];

export const profiles = ["default", "strict", "webpki", "spiffe"] as const;
