export * from "./application.ts";
export { dottedOid, oid } from "./asn1/oids.ts";
export type { SearchLimits } from "./base/limits.ts";
export type { RoutedRequest } from "./policy/compile-policy.ts";
export type { TriedPath } from "./path/find-path.ts";
export type { PathAcceptance } from "./path/path-acceptance.ts";
export type { PeerName } from "./path/peer-name.ts";
export { createTrustSet } from "./path/trust-input.ts";
export type { TrustSet } from "./path/trust-set.ts";
export type { CandidatePath } from "./path/verified-path.ts";
export {
  verifyChain,
  type ChainInput,
  type ChainLimits,
  type ChainVerdict,
  type LeafKeyUsage,
  type Purpose,
  type RefusedChain,
  type VerifiedChain,
} from "./path/verify-chain.ts";
export { createShield, type Shield } from "./shield.ts";
export type { ShieldRequest } from "./shield-request.ts";
export { TlsConnection, type TlsPeer } from "./sources/tls-connection.ts";
export type { PolicyConstraints, PolicyMapping } from "./x509/certificate-policies.ts";
export type { Certificate } from "./x509/certificate.ts";
export type { DistinguishedName, NameAttribute } from "./x509/distinguished-name.ts";
export type { DistributionPoint, DistributionPointName } from "./x509/distribution-points.ts";
export {
  keyUsageBits,
  type AuthorityKeyIdentifier,
  type BasicConstraints,
  type Extensions,
  type RawExtension,
} from "./x509/extensions.ts";
export type { GeneralName, OtherName } from "./x509/general-name.ts";
export type { AccessDescription } from "./x509/information-access.ts";
export type { GeneralSubtree, NameConstraints, SubtreeBase } from "./x509/name-constraints.ts";
export type { PublicKey, PublicKeyShape } from "./x509/public-key.ts";
export type { SignatureAlgorithm } from "./x509/signature.ts";
