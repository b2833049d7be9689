export * from "./application.ts";
export type { RoutedRequest } from "./policy/compile-policy.ts";
export { createShield, type Shield, type ShieldRequest } from "./shield.ts";
export { TlsConnection, type TlsPeer } from "./sources/tls-connection.ts";
