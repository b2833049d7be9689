/**
 * What kind of question a reason answers.
 *
 * - `authentication`: who are you? No verified client came with the request.
 * - `authorization`: a verified client, but not for this endpoint.
 * - `request`: the request itself cannot be judged.
 * - `availability`: what the shield has to know cannot be had at the moment; the same request may pass later.
 * - `engine`: the shield could not do its work; the operator has to act.
 * - `issuance`: a certificate was issued otherwise than the standards want. A warning beside a decision, unless the profile
 *   refuses it: then it is answered like `authentication`.
 */
export type ReasonCategory =
  "authentication" | "authorization" | "request" | "availability" | "engine" | "issuance";

/** One line of the reason table. */
export interface ReasonInfo {
  readonly category: ReasonCategory;
  /** One sentence that the client may read: it names no certificate, no subject, no rule. */
  readonly summary: string;
  /** What the operator or the client's owner does about it. */
  readonly cure: string;
  /** The rule that was broken, as document and section. */
  readonly specification?: string;
  /** When several paths failed, the reason with the highest rank is shown: the one that its owner can most likely mend. */
  readonly rank: number;
  /** The status of the answer, where it is another than that of the category. */
  readonly status?: 421;
  /** A refusal ends the connection after the answer: its client is not to be heard again under this certificate. */
  readonly endsConnection?: true;
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
    summary: "The certificate is signed by itself and is not trusted.",
    cure: "Have the key certified by an authority that is trusted here.",
    specification: "RFC 5280 6.1",
    rank: 20,
  },
  "issuer-unknown": {
    category: "authentication",
    summary: "The certificate was issued by an authority that is not trusted here.",
    cure: "Use a certificate of a trusted authority, or add the authority's root to `trust`.",
    specification: "RFC 5280 6.1",
    rank: 20,
  },
  "chain-incomplete": {
    category: "authentication",
    summary: "The issuer of the certificate is not known, and intermediates may be missing.",
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
    cure: "Send only the intermediates that lead to the trusted root, or raise `limits.paths` and `limits.signatureChecks`.",
    specification: "RFC 4158 5.2",
    rank: 22,
  },
  "path-too-deep": {
    category: "authentication",
    summary: "There are more intermediates above the certificate than are accepted here.",
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
    summary:
      "There are more intermediates than an authority above the certificate, or the verifier, allows.",
    cure: "Issue from an authority whose path length allows it.",
    specification: "RFC 5280 6.1.2 (k), 6.1.4 (l), (m)",
    rank: 40,
  },
  "critical-extension-unsupported": {
    category: "authentication",
    summary: "A certificate holds a critical extension that this API does not process.",
    cure: "Issue the certificate without it, or mark it as not critical.",
    specification: "RFC 5280 6.1.4 (o), 6.1.5 (f)",
    rank: 45,
  },
  "name-constraints-malformed": {
    category: "authentication",
    summary: "An authority in the path constrains names in a form that has no meaning.",
    cure: "Issue the authority's certificate with name constraints in the form of RFC 5280.",
    specification: "RFC 5280 4.2.1.10",
    rank: 45,
  },
  "name-constraints-unsupported": {
    category: "authentication",
    summary: "An authority in the path constrains names of a kind that this API does not process.",
    cure: "Constrain only directory names, DNS names, mailboxes, URIs and IP addresses, without minimum and maximum.",
    specification: "RFC 5280 4.2.1.10",
    rank: 45,
  },
  "name-constraints-violated": {
    category: "authentication",
    summary: "A certificate holds a name that an authority above it may not issue.",
    cure: "Issue the certificate with permitted names only, or from another authority.",
    specification: "RFC 5280 6.1.3 (b), (c)",
    rank: 46,
  },
  "name-comparison-limit": {
    category: "authentication",
    summary: "The certificates hold too many names and name constraints to be compared.",
    cure: "Issue certificates with fewer names, or raise `limits.nameComparisons`.",
    specification: "RFC 5280 4.2.1.10",
    rank: 46,
  },
  "policy-mapping-invalid": {
    category: "authentication",
    summary: "An authority in the path maps anyPolicy, which must not be mapped.",
    cure: "Issue the authority's certificate with mappings between named policies only.",
    specification: "RFC 5280 6.1.4 (a)",
    rank: 47,
  },
  "policy-missing": {
    category: "authentication",
    summary: "The certificates do not share a policy that this API accepts.",
    cure: "Issue every certificate of the path under a policy that is asked for.",
    specification: "RFC 5280 6.1.3 (f), 6.1.5 (g)",
    rank: 47,
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
    summary: "The certificate of an authority in the path has expired.",
    cure: "Renew the authority's certificate.",
    specification: "RFC 5280 6.1.3 (a)(2)",
    rank: 60,
  },
  "issuer-certificate-not-yet-valid": {
    category: "authentication",
    summary: "The certificate of an authority in the path is not valid yet.",
    cure: "Check the clocks, or wait until the authority's certificate is valid.",
    specification: "RFC 5280 6.1.3 (a)(2)",
    rank: 60,
  },
  "key-usage-invalid": {
    category: "authentication",
    summary: "The certificate's key may not be used for this purpose.",
    cure: "Issue the certificate with a key usage that the purpose needs: digitalSignature for clients.",
    specification: "RFC 5280 4.2.1.3",
    rank: 70,
  },
  "extended-key-usage-invalid": {
    category: "authentication",
    summary: "The certificate may not be used for this purpose, such as to authenticate a client.",
    cure: "Issue the certificate, and any authority that lists usages, with the extended key usage: clientAuth for clients.",
    specification: "RFC 5280 4.2.1.12",
    rank: 70,
  },
  "certificate-expired": {
    category: "authentication",
    summary: "The certificate has expired.",
    cure: "Renew the certificate.",
    specification: "RFC 5280 6.1.3 (a)(2)",
    rank: 80,
  },
  "certificate-not-yet-valid": {
    category: "authentication",
    summary: "The certificate is not valid yet.",
    cure: "Check the clocks, or wait until the certificate is valid.",
    specification: "RFC 5280 6.1.3 (a)(2)",
    rank: 80,
  },
  "certificate-revoked": {
    category: "authentication",
    summary: "A certificate has been revoked.",
    cure: "Use a certificate that has not been revoked.",
    specification: "RFC 5280 6.3",
    rank: 85,
    endsConnection: true,
  },
  "certificate-on-hold": {
    category: "authentication",
    summary: "A certificate has been suspended.",
    cure: "Have its authority release the hold, or use another certificate.",
    specification: "RFC 5280 5.3.1",
    rank: 85,
    endsConnection: true,
  },
  "certificate-denied": {
    category: "authentication",
    summary: "A certificate is denied here.",
    cure: "Use another certificate; the operator restores this one by taking it off the list of denied certificates.",
    rank: 86,
    endsConnection: true,
  },
  "responder-unknown": {
    category: "authentication",
    summary: "The authority's OCSP responder does not know a certificate.",
    cure: "Use a certificate that its authority knows to have issued, or mend the responder's records.",
    specification: "RFC 6960 2.2",
    rank: 85,
    endsConnection: true,
  },
  "revocation-unknown": {
    category: "availability",
    summary: "Whether a certificate has been revoked cannot be told at the moment.",
    cure:
      "Provide a current revocation list for the certificate's authority, or an OCSP responder that answers; " +
      "`decision.reason.details` says what is missing.",
    specification: "RFC 5280 6.3.3",
    rank: 84,
  },
  "peer-name-mismatch": {
    category: "authentication",
    summary: "The certificate does not hold the name that was asked for.",
    cure: "Issue the certificate with the name in its subject alternative name; a common name does not count.",
    specification: "RFC 9525 6",
    rank: 82,
  },
  "svid-invalid": {
    category: "authentication",
    summary: "The certificate is not an X.509 SVID.",
    cure: "Issue it with exactly one URI, a SPIFFE ID, basicConstraints CA:FALSE if any, and the critical key usage digitalSignature.",
    specification: "SPIFFE X509-SVID 2 to 5",
    rank: 82,
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
  "request-misdirected": {
    category: "request",
    summary: "This connection does not serve the host of the request.",
    cure: "Open a connection to that host, with its name as the server name (SNI).",
    specification: "RFC 9110 15.5.20",
    rank: 100,
    status: 421,
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
    category: "issuance",
    summary: "A certificate has no authority key identifier, or none that holds a key identifier.",
    cure: "Issue it with authorityKeyIdentifier=keyid.",
    specification: "RFC 5280 4.2.1.1",
    rank: 48,
  },
  "subject-key-identifier-missing": {
    category: "issuance",
    summary: "The certificate of an authority has no subject key identifier.",
    cure: "Issue it with subjectKeyIdentifier=hash.",
    specification: "RFC 5280 4.2.1.2",
    rank: 48,
  },
  "authority-key-usage-missing": {
    category: "issuance",
    summary: "The certificate of an authority does not state that it may sign certificates.",
    cure: "Issue it with keyUsage=critical,keyCertSign,cRLSign.",
    specification: "RFC 5280 4.2.1.3",
    rank: 48,
  },
  "key-cert-sign-without-ca": {
    category: "issuance",
    summary: "A certificate may sign certificates, but is not that of an authority.",
    cure: "Issue it without the key usage keyCertSign, or with basicConstraints CA:TRUE.",
    specification: "RFC 5280 4.2.1.3",
    rank: 48,
  },
  "certificate-version-1": {
    category: "issuance",
    summary: "A certificate is of X.509 version 1 or 2 and cannot state its usages.",
    cure: "Issue a version 3 certificate: give the issuing command an extensions file.",
    specification: "RFC 5280 4.1.2.1",
    rank: 48,
  },
  "certificate-is-ca": {
    category: "issuance",
    summary: "The certificate that is presented is that of a certificate authority.",
    cure: "Issue clients and servers certificates of their own, with basicConstraints CA:FALSE.",
    specification: "CA/Browser Forum BR 7.1.2.7",
    rank: 48,
  },
  "extension-critical": {
    category: "issuance",
    summary: "A certificate marks an extension as critical that must not be.",
    cure: "Issue it without `critical` for this extension.",
    specification: "RFC 5280 4.2",
    rank: 48,
  },
  "extension-not-critical": {
    category: "issuance",
    summary: "A certificate does not mark an extension as critical that must be.",
    cure: "Issue it with `critical` for this extension.",
    specification: "RFC 5280 4.2",
    rank: 48,
  },
  "name-constraints-not-critical": {
    category: "issuance",
    summary: "The name constraints of an authority are not marked as critical.",
    cure: "Issue it with nameConstraints=critical,...",
    specification: "RFC 5280 4.2.1.10",
    rank: 48,
  },
  "name-constraints-in-end-entity": {
    category: "issuance",
    summary: "A certificate that is not that of an authority constrains names.",
    cure: "Issue it without name constraints.",
    specification: "RFC 5280 4.2.1.10",
    rank: 48,
  },
  "name-constraint-leading-period": {
    category: "issuance",
    summary: "A constraint of DNS names starts with a period; it is read as: subdomains only.",
    cure: "Issue it with the domain alone, which covers its subdomains.",
    specification: "RFC 5280 4.2.1.10",
    rank: 48,
  },
  "alternative-name-malformed": {
    category: "issuance",
    summary: "A subject alternative name is not in the form of its type.",
    cure: "Issue the certificate with host names, mailboxes and URIs in their usual form.",
    specification: "RFC 5280 4.2.1.6",
    rank: 48,
  },
  "serial-number-not-positive": {
    category: "issuance",
    summary: "A certificate's serial number is zero or negative.",
    cure: "Issue it with a random positive serial number.",
    specification: "RFC 5280 4.1.2.2",
    rank: 48,
  },
  "serial-number-too-long": {
    category: "issuance",
    summary: "A certificate's serial number is longer than 20 octets.",
    cure: "Issue it with a random serial number of 16 octets.",
    specification: "RFC 5280 4.1.2.2",
    rank: 48,
  },
  "dates-not-canonical": {
    category: "issuance",
    summary: "The dates of a certificate are not in the form that is prescribed for their years.",
    cure: "Issue it with a tool that writes years up to 2049 as UTCTime.",
    specification: "RFC 5280 4.1.2.5",
    rank: 48,
  },
  "web-pki-key": {
    category: "issuance",
    summary: "A key is not one that the web PKI allows.",
    cure: "Use an RSA key whose modulus has a multiple of eight bits, or P-256, P-384, P-521.",
    specification: "CA/Browser Forum BR 6.1.5",
    rank: 48,
  },
  "web-pki-root": {
    category: "issuance",
    summary: "A root certificate is not one that the web PKI allows.",
    cure: "Issue it without extended key usage, its authority key identifier (if any) equal to its subject key identifier.",
    specification: "CA/Browser Forum BR 7.1.2.1",
    rank: 48,
  },
  "web-pki-extended-key-usage": {
    category: "issuance",
    summary: "The extended key usage is not one that the web PKI allows.",
    cure: "Issue the certificate with the usages that it needs, not critical and without anyExtendedKeyUsage.",
    specification: "CA/Browser Forum BR 7.1.2.7",
    rank: 48,
  },
  "web-pki-common-name": {
    category: "issuance",
    summary: "The common name is not one of the subject alternative names.",
    cure: "Issue the certificate without a common name, or with a copy of an alternative name.",
    specification: "CA/Browser Forum BR 7.1.4.3",
    rank: 48,
  },
  "web-pki-alternative-name": {
    category: "issuance",
    summary: "The subject alternative name is not one that the web PKI allows.",
    cure: "Issue the certificate with a subject alternative name that is not critical beside a subject, and spans no public suffix.",
    specification: "CA/Browser Forum BR 7.1.2.7.12",
    rank: 48,
  },
} as const satisfies Record<string, ReasonInfo>;

export type ReasonCode = keyof typeof reasons;

/** The table as its interface, for code that asks for optional fields. */
export function reasonInfo(code: ReasonCode): ReasonInfo {
  return reasons[code];
}
