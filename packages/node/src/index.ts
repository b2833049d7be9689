export * from "@mtls-shield/core/application";
export { clientOf } from "./client-of.ts";
export type { NodeRequest } from "./connection-of.ts";
export type { Application } from "./server/application.ts";
export { createMtlsServer, type Reloadable } from "./server/create-mtls-server.ts";
export type { HostOptions, MtlsServerOptions } from "./server/mtls-server-options.ts";
export {
  protectServer,
  type ProtectableServer,
  type ProtectOptions,
} from "./server/protect-server.ts";
export { httpsOptions } from "./https-options.ts";
export type { StripHeaders } from "./headers/certificate-headers.ts";
export { mtls, mtls as default, type MtlsHandler, type MtlsOptions } from "./mtls.ts";
export type { Next, NodeAnswer, NodeResponse, OnRefusal } from "./refuser.ts";
export { requireClient, type GuardHandler } from "./require-client.ts";
