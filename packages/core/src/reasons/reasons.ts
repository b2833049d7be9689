/**
 * What kind of question a reason answers.
 *
 * - `authentication`: who are you? No verified client came with the request.
 * - `authorization`: a verified client, but not for this endpoint.
 * - `request`: the request itself cannot be judged.
 * - `engine`: the shield could not do its work; the operator has to act.
 * - `warning`: never refuses; comes beside a decision.
 */
export type ReasonCategory = "authentication" | "authorization" | "request" | "engine" | "warning";

/** One line of the reason table. */
export interface ReasonInfo {
  readonly category: ReasonCategory;
  /** One sentence that the client may read: it names no certificate, no subject, no rule. */
  readonly summary: string;
  /** What the operator or the client's owner does about it. */
  readonly cure: string;
  /** The rule that was broken, as document and section. */
  readonly specification?: string;
  /** When several paths failed, the reason with the highest rank is shown: the one that came furthest. */
  readonly rank: number;
}

/** Every reason, by its stable code. Codes are added, never renamed or reused. */
export const reasons = {
  "tls-required": {
    category: "authentication",
    summary: "This endpoint is only served over TLS with a client certificate.",
    cure: "Call the API over https, or let the TLS connection end in this process.",
    rank: 1,
  },
  "certificate-missing": {
    category: "authentication",
    summary: "A client certificate is required, and none was presented.",
    cure: "Configure the client with a certificate and its private key.",
    specification: "RFC 8446 4.4.2.4",
    rank: 1,
  },
  "certificate-malformed": {
    category: "authentication",
    summary: "A presented certificate is not well-formed X.509 in DER.",
    cure: "Issue the certificate anew with a tool that encodes strict DER.",
    specification: "RFC 5280 4.1",
    rank: 10,
  },
  "certificate-too-large": {
    category: "authentication",
    summary: "A presented certificate is larger than this API accepts.",
    cure: "Use a smaller certificate, or raise `limits.certificateBytes`.",
    rank: 10,
  },
  "too-many-certificates": {
    category: "authentication",
    summary: "More certificates were presented than this API accepts.",
    cure: "Send only the client's certificate and its intermediates, or raise `limits.certificates`.",
    rank: 10,
  },
  "certificate-self-signed": {
    category: "authentication",
    summary: "The client certificate is signed by itself and is not trusted.",
    cure: "Have the client's key certified by an authority that this API trusts.",
    specification: "RFC 5280 6.1",
    rank: 20,
  },
  "issuer-unknown": {
    category: "authentication",
    summary: "The client certificate was issued by an authority that this API does not trust.",
    cure: "Use a certificate of a trusted authority, or add the authority's root to `trust`.",
    specification: "RFC 5280 6.1",
    rank: 20,
  },
  "chain-incomplete": {
    category: "authentication",
    summary: "The issuer of the client certificate is not known, and intermediates may be missing.",
    cure:
      "Add the client's intermediates to `trust` (or `trust.intermediates`): a resumed TLS session, and " +
      "some releases of Node on every handshake, show only the client's own certificate. " +
      "If its authority is not meant to be trusted, nothing is wrong here.",
    specification: "RFC 5280 6.1",
    rank: 21,
  },
  "path-search-limit": {
    category: "authentication",
    summary: "The presented certificates allow too many paths to be tried.",
    cure: "Send only the intermediates that lead to the trusted root.",
    specification: "RFC 4158 5.2",
    rank: 22,
  },
  "path-too-deep": {
    category: "authentication",
    summary: "There are more intermediates above the client certificate than this API accepts.",
    cure: "Shorten the hierarchy, or raise `limits.pathDepth`.",
    rank: 22,
  },
  "signature-algorithm-mismatch": {
    category: "authentication",
    summary: "A certificate names two different signature algorithms.",
    cure: "Issue the certificate anew.",
    specification: "RFC 5280 4.1.1.2",
    rank: 30,
  },
  "signature-algorithm-unsupported": {
    category: "authentication",
    summary: "A certificate is signed with an algorithm that this API does not accept.",
    cure: "Sign with SHA-256 or better: RSA, RSASSA-PSS, ECDSA on a NIST curve, Ed25519 or Ed448.",
    specification: "RFC 5280 6.1.3 (a)(1)",
    rank: 30,
  },
  "key-unsupported": {
    category: "authentication",
    summary: "A certificate holds a public key of a kind that this API does not accept.",
    cure: "Use RSA, P-256, P-384, P-521, Ed25519 or Ed448.",
    specification: "RFC 5480 2.1.1",
    rank: 30,
  },
  "key-too-weak": {
    category: "authentication",
    summary: "A certificate holds a public key that is too weak or out of bounds.",
    cure: "Use an RSA key of 2048 to 8192 bits with a usual exponent, or an elliptic-curve key.",
    specification: "NIST SP 800-131A",
    rank: 30,
  },
  "issuer-not-ca": {
    category: "authentication",
    summary: "A certificate was issued by one that is not a certificate authority.",
    cure: "Issue intermediates with basicConstraints CA:TRUE.",
    specification: "RFC 5280 6.1.4 (k)",
    rank: 40,
  },
  "issuer-key-usage-invalid": {
    category: "authentication",
    summary: "A certificate authority in the path may not sign certificates.",
    cure: "Issue the authority's certificate with the key usage keyCertSign.",
    specification: "RFC 5280 6.1.4 (n)",
    rank: 40,
  },
  "path-length-exceeded": {
    category: "authentication",
    summary: "An authority above the client certificate allows fewer intermediates.",
    cure: "Issue from an authority whose path length allows it.",
    specification: "RFC 5280 6.1.4 (l), (m)",
    rank: 40,
  },
  "critical-extension-unsupported": {
    category: "authentication",
    summary: "A certificate holds a critical extension that this API does not process.",
    cure: "Issue the certificate without it, or mark it as not critical.",
    specification: "RFC 5280 6.1.4 (o), 6.1.5 (f)",
    rank: 45,
  },
  "name-constraints-unsupported": {
    category: "authentication",
    summary: "An authority in the path constrains names, which this API does not process yet.",
    cure: "Issue from an authority without name constraints.",
    specification: "RFC 5280 4.2.1.10",
    rank: 45,
  },
  "policy-constraints-unsupported": {
    category: "authentication",
    summary: "A certificate in the path constrains policies, which this API does not process yet.",
    cure: "Issue from authorities without policy constraints and policy mappings.",
    specification: "RFC 5280 4.2.1.11",
    rank: 45,
  },
  "signature-invalid": {
    category: "authentication",
    summary: "A certificate's signature does not match its issuer's key.",
    cure: "Check that the certificate was issued by the key of the trusted authority.",
    specification: "RFC 5280 6.1.3 (a)(1)",
    rank: 50,
  },
  "issuer-certificate-expired": {
    category: "authentication",
    summary: "The certificate of an authority above the client has expired.",
    cure: "Renew the authority's certificate.",
    specification: "RFC 5280 6.1.3 (a)(2)",
    rank: 60,
  },
  "issuer-certificate-not-yet-valid": {
    category: "authentication",
    summary: "The certificate of an authority above the client is not valid yet.",
    cure: "Check the clocks, or wait until the authority's certificate is valid.",
    specification: "RFC 5280 6.1.3 (a)(2)",
    rank: 60,
  },
  "key-usage-invalid": {
    category: "authentication",
    summary: "The client certificate's key may not be used for digital signatures.",
    cure: "Issue the certificate with the key usage digitalSignature.",
    specification: "RFC 5280 4.2.1.3",
    rank: 70,
  },
  "extended-key-usage-invalid": {
    category: "authentication",
    summary: "The client certificate may not be used for client authentication.",
    cure: "Issue the certificate, and any authority that lists usages, with the extended key usage clientAuth.",
    specification: "RFC 5280 4.2.1.12",
    rank: 70,
  },
  "certificate-expired": {
    category: "authentication",
    summary: "The client certificate has expired.",
    cure: "Renew the client certificate.",
    specification: "RFC 5280 6.1.3 (a)(2)",
    rank: 80,
  },
  "certificate-not-yet-valid": {
    category: "authentication",
    summary: "The client certificate is not valid yet.",
    cure: "Check the clocks, or wait until the certificate is valid.",
    specification: "RFC 5280 6.1.3 (a)(2)",
    rank: 80,
  },

  "trust-set-mismatch": {
    category: "authorization",
    summary: "The client certificate is trusted, but not for this endpoint.",
    cure: "Call with a certificate of the authority that this endpoint asks for.",
    rank: 90,
  },
  "client-not-allowed": {
    category: "authorization",
    summary: "This client may not call this endpoint.",
    cure: "Allow the client in the rule of this endpoint, or call with another certificate.",
    rank: 100,
  },
  "client-denied": {
    category: "authorization",
    summary: "This client is denied on this endpoint.",
    cure: "Remove the client from the `deny` list of the rule, or call with another certificate.",
    rank: 100,
  },
  "no-rule-matches": {
    category: "authorization",
    summary: "No rule allows calls of this endpoint.",
    cure: "Add a rule for the endpoint; what no rule names is refused.",
    rank: 100,
  },

  "target-ambiguous": {
    category: "request",
    summary: "The request target can be read in more than one way.",
    cure:
      "Send a plain path: no encoded slash, backslash, control character or double encoding. " +
      "A rule may accept encoded slashes with `allowEncodedSlash`.",
    specification: "RFC 3986 6.2",
    rank: 100,
  },
  "method-ambiguous": {
    category: "request",
    summary: "The request asks for several methods at once.",
    cure: "Send at most one method-override header, with one method.",
    rank: 100,
  },
  "host-ambiguous": {
    category: "request",
    summary: "The host of the request is missing, repeated or malformed.",
    cure: "Send exactly one Host header, equal to the authority of an absolute target.",
    specification: "RFC 9112 3.2",
    rank: 100,
  },

  "certificate-not-requested": {
    category: "engine",
    summary: "The server does not ask clients for a certificate.",
    cure: "Create the server with `createMtlsServer()` or with `httpsOptions()`, which set `requestCert`.",
    rank: 100,
  },
  "trust-missing": {
    category: "engine",
    summary: "No trusted authority is configured.",
    cure: "Pass `trust` to mtls(), or `ca` to the TLS server.",
    rank: 100,
  },
  "trust-hidden": {
    category: "engine",
    summary: "The trusted authorities of this connection cannot be known.",
    cure: "Pass `trust` to mtls(): the server has contexts per server name, which Node does not show.",
    rank: 100,
  },
  "trust-unusable": {
    category: "engine",
    summary: "The configured authorities cannot be used.",
    cure: "Pass root certificates of certificate authorities as `ca` of the TLS server or as `trust`.",
    rank: 100,
  },
  "trust-set-unnamed": {
    category: "engine",
    summary: "A guard compares names without saying which known authority must vouch for them.",
    cure: 'Name the trust set in the matcher: dnsName("a.example", { trust: "partners" }).',
    rank: 100,
  },
  "matcher-failed": {
    category: "engine",
    summary: "A rule of this endpoint could not be evaluated.",
    cure: "Mend the matcher that threw; the decision event holds the error.",
    rank: 100,
  },
  "shield-missing": {
    category: "engine",
    summary: "A guard ran before the shield.",
    cure: "Mount mtls() before requireClient(); `mtls({ required: false })` only attaches the client.",
    rank: 100,
  },
  "engine-failed": {
    category: "engine",
    summary: "The request could not be judged.",
    cure: "The decision event holds the error; please report it.",
    rank: 100,
  },

  "authority-key-identifier-missing": {
    category: "warning",
    summary: "The certificate has no authority key identifier.",
    cure: "Issue it with authorityKeyIdentifier=keyid.",
    specification: "RFC 5280 4.2.1.1",
    rank: 0,
  },
  "certificate-version-1": {
    category: "warning",
    summary: "The certificate is of X.509 version 1 and cannot state its usages.",
    cure: "Issue a version 3 certificate: give the issuing command an extensions file.",
    specification: "RFC 5280 4.1.2.1",
    rank: 0,
  },
  "certificate-is-ca": {
    category: "warning",
    summary: "The client certificate is that of a certificate authority.",
    cure: "Issue clients certificates of their own, with basicConstraints CA:FALSE.",
    specification: "RFC 5280 4.2.1.9",
    rank: 0,
  },
  "serial-number-not-positive": {
    category: "warning",
    summary: "The certificate's serial number is zero or negative.",
    cure: "Issue it with a random positive serial number.",
    specification: "RFC 5280 4.1.2.2",
    rank: 0,
  },
} as const satisfies Record<string, ReasonInfo>;

export type ReasonCode = keyof typeof reasons;

/** The table as its interface, for code that asks for optional fields. */
export function reasonInfo(code: ReasonCode): ReasonInfo {
  return reasons[code];
}
