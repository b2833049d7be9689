export {
  allOf,
  anyOf,
  commonName,
  ConfigError,
  dnsName,
  email,
  fingerprint,
  issuer,
  MtlsError,
  not,
  publicKeyPin,
  reasons,
  serialNumber,
  spiffe,
  uri,
  type Allowed,
  type AllowDecision,
  type AnonymousContext,
  type AuthenticatedContext,
  type CertificateInput,
  type ClientIdentity,
  type ClientMatcher,
  type Clock,
  type ConfigWarning,
  type Decision,
  type DecisionEvent,
  type DenyDecision,
  type Limits,
  type MtlsContext,
  type MtlsErrorCode,
  type NameMatcherOptions,
  type Reason,
  type ReasonCategory,
  type ReasonCode,
  type Rule,
  type ShieldOptions,
  type SpiffeId,
  type StatusOptions,
  type TrustInput,
  type TrustSetOptions,
} from "@mtls-shield/core";
export { clientOf } from "./client-of.ts";
export type { NodeRequest } from "./connection-of.ts";
export {
  createMtlsServer,
  type Application,
  type MtlsServerOptions,
} from "./create-mtls-server.ts";
export { httpsOptions } from "./https-options.ts";
export { mtls, mtls as default, type MtlsHandler, type MtlsOptions } from "./mtls.ts";
export type { Next, NodeAnswer, NodeResponse, OnRefusal } from "./refuser.ts";
export { requireClient, type GuardHandler } from "./require-client.ts";
