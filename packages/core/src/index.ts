export * from "./application.ts";
export type { PathAcceptance } from "./path/path-acceptance.ts";
export type { PeerName } from "./path/peer-name.ts";
export { createTrustSet } from "./path/trust-input.ts";
export type { TrustSet } from "./path/trust-set.ts";
export {
  verifyChain,
  type ChainInput,
  type ChainVerdict,
  type LeafKeyUsage,
  type Purpose,
  type RefusedChain,
  type VerifiedChain,
} from "./path/verify-chain.ts";
export type { RoutedRequest } from "./policy/compile-policy.ts";
export { createShield, type Shield, type ShieldRequest } from "./shield.ts";
export { TlsConnection, type TlsPeer } from "./sources/tls-connection.ts";
export type { Certificate } from "./x509/certificate.ts";
