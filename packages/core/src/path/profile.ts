/**
 * How the standards are read.
 *
 * - `default`: RFC 5280 section 6.1. Faults of issuance that it does not check come as warnings.
 * - `strict`: those faults refuse, too.
 * - `webpki`: most of them refuse, and some rules of the web PKI (CA/Browser Forum Baseline Requirements) as well: on keys, roots,
 *   usages, common names and alternative names.
 * - `spiffe`: as `default`, and the leaf has to be an X.509 SVID.
 */
export type Profile = (typeof profiles)[number];

export const profiles = ["default", "strict", "webpki", "spiffe"] as const;
