export * from "./application.ts";
export { checkKeys } from "./base/check-keys.ts";
export { deny, type DenyFacts } from "./decision/deny.ts";
export { defaultStatuses, type Statuses } from "./decision/statuses.ts";
export { createGuard, type Guard, type GuardedRequest } from "./guard.ts";
export type { RoutedRequest } from "./policy/compile-policy.ts";
export { reason, type ReasonFacts } from "./reasons/reason.ts";
export { type ReasonInfo } from "./reasons/reasons.ts";
export {
  createShield,
  originOf,
  type ContextOrigin,
  type Shield,
  type ShieldRequest,
} from "./shield.ts";
export { shieldOptionNames } from "./shield-options.ts";
export { TlsConnection, type TlsPeer } from "./sources/tls-connection.ts";
