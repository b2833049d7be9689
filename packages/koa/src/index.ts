import "./koa-state.ts";

export * from "@mtls-shield/core/application";
export {
  createMtlsServer,
  httpsOptions,
  type Application,
  type MtlsServerOptions,
  type OnRefusal,
} from "@mtls-shield/node";
export { clientOf } from "./client-of.ts";
export { mtls, mtls as default, type MtlsMiddleware, type MtlsOptions } from "./mtls.ts";
export type { KoaAnswer } from "./refuser.ts";
export { requireClient } from "./require-client.ts";
