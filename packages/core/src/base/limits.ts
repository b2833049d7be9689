/** How much work and memory one client may cause. Every number is a maximum. */
export interface Limits {
  /** Certificates that a client may send, its own included. */
  readonly certificates: number;
  /** Bytes of one certificate (DER). */
  readonly certificateBytes: number;
  /** Certificates between the client's own and the trust anchor. */
  readonly pathDepth: number;
  /** Signatures checked while one client is being verified. */
  readonly signatureChecks: number;
  /** Paths judged while one client is being verified. */
  readonly paths: number;
  /** Clients remembered for each trust set, and as many refusals; the least recently seen is forgotten first. */
  readonly rememberedClients: number;
}

/** What `certificates` may be raised to: OpenSSL takes 100 KB of certificates from a client, which a few dozen fill. */
export const mostCertificates = 32;

export const defaultLimits: Limits = {
  // client-certificate-auth arrived at 10 after its issue #221; real paths have two to four.
  certificates: 10,
  // RFC 9440 implementations stop at 10 KiB (Cloudflare) and 16 KB (Google Cloud) for one certificate.
  certificateBytes: 16_384,
  // Path builders in use stop between 6 (rustls-webpki) and 10 (Windows); private hierarchies have up to 4.
  pathDepth: 8,
  // Go's remedy for CVE-2018-16875, and rustls-webpki's number since.
  signatureChecks: 100,
  // Cross-certified meshes of the x509-limbo suite need fewer than 20.
  paths: 64,
  // About 4 KiB each: 16 MiB for a set that is full.
  rememberedClients: 4_096,
};
