export * from "@mtls-shield/core/application";
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
