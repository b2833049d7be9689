// What applications use of the engine; every adapter passes it on.
export { ConfigError } from "./base/config-error.ts";
export type { ConfigWarning } from "./base/config-warning.ts";
export type { Clock } from "./base/clock.ts";
export type { Limits } from "./base/limits.ts";
export type {
  AllowDecision,
  AnonymousContext,
  AuthenticatedContext,
  Decision,
  DenyDecision,
  MtlsContext,
} from "./decision/decision.ts";
export { MtlsError, type MtlsErrorCode } from "./decision/mtls-error.ts";
export { type StatusOptions } from "./decision/statuses.ts";
export type { DecisionEvent } from "./events/decision-event.ts";
export type { ClientIdentity } from "./identity/client-identity.ts";
export type { SpiffeId } from "./x509/spiffe-id.ts";
export type { CertificateInput } from "./path/certificate-input.ts";
export type { Fetcher, FetchRequest, FetchResponse } from "./network/fetcher.ts";
export type { Timers } from "./base/timers.ts";
export type { Metrics, MetricName } from "./events/metrics.ts";
export {
  createDenyList,
  type DenyList,
  type DenyListOptions,
} from "./revocation/deny-list/deny-list.ts";
export type {
  DenyEntry,
  DenyEntryInput,
  DenyRemarks,
  DenySelector,
} from "./revocation/deny-list/deny-entry.ts";
export type { ListInput } from "./revocation/lists/list-input.ts";
export type { RevocationEvent } from "./revocation/revocation-event.ts";
export type {
  CertificateAddresses,
  CrlOptions,
  OcspOptions,
  RevocationOptions,
} from "./revocation/revocation-options.ts";
export type { ListMarksReset } from "./revocation/revocations.ts";
export type {
  RevocableTrustInput,
  RevocableTrustSetOptions,
} from "./revocation/trusted-revocation.ts";
export { MemoryStore, type MemoryStoreOptions } from "./store/memory-store.ts";
export type { Store } from "./store/store.ts";
export type { PolicyOptions } from "./path/policy-inputs.ts";
export type { Profile } from "./path/profile.ts";
export type { TrustInput, TrustSetOptions } from "./path/trust-input.ts";
export type { ClientMatcher } from "./policy/client-matcher.ts";
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
export { type Reason } from "./reasons/reason.ts";
export { reasons, type ReasonCategory, type ReasonCode } from "./reasons/reasons.ts";
export type { ReloadCause, ReloadEvent } from "./events/reload-event.ts";
export type { ShieldChanges, ShieldOptions } from "./shield-options.ts";
export type { WatchedOptions } from "./watch-option.ts";
export type { LegacyAlgorithm } from "./x509/signature.ts";
