export { ConfigError } from "./base/config-error.ts";
export type { ConfigWarning } from "./base/config-warning.ts";
export type { Clock } from "./base/clock.ts";
export type { Limits } from "./base/limits.ts";
export { checkKeys } from "./base/check-keys.ts";
export type {
  AllowDecision,
  AnonymousContext,
  AuthenticatedContext,
  Decision,
  DenyDecision,
  MtlsContext,
} from "./decision/decision.ts";
export { deny, type DenyFacts } from "./decision/deny.ts";
export { MtlsError, type MtlsErrorCode } from "./decision/mtls-error.ts";
export { defaultStatuses, type StatusOptions, type Statuses } from "./decision/statuses.ts";
export type { DecisionEvent } from "./events/decision-event.ts";
export { createGuard, type Guard, type GuardedRequest } from "./guard.ts";
export type { ClientIdentity } from "./identity/client-identity.ts";
export type { SpiffeId } from "./identity/spiffe-id.ts";
export type { CertificateInput } from "./path/certificate-input.ts";
export type { TrustInput, TrustSetOptions } from "./path/trust-input.ts";
export type { ClientMatcher } from "./policy/client-matcher.ts";
export type { RoutedRequest } from "./policy/compile-policy.ts";
export {
  allOf,
  anyOf,
  commonName,
  dnsName,
  email,
  fingerprint,
  issuer,
  not,
  publicKeyPin,
  serialNumber,
  spiffe,
  uri,
  type NameMatcherOptions,
} from "./policy/matchers.ts";
export type { Allowed, Rule } from "./policy/rule.ts";
export { reason, type Reason, type ReasonFacts } from "./reasons/reason.ts";
export {
  reasons,
  type ReasonCategory,
  type ReasonCode,
  type ReasonInfo,
} from "./reasons/reasons.ts";
export {
  createShield,
  originOf,
  type ContextOrigin,
  type Shield,
  type ShieldRequest,
} from "./shield.ts";
export { shieldOptionNames, type ShieldOptions } from "./shield-options.ts";
export { TlsConnection, type TlsPeer } from "./sources/tls-connection.ts";
