import type { MtlsContext } from "@mtls-shield/core";

declare module "koa" {
  interface DefaultState {
    /** Who called, and what was decided; set by `mtls()`. */
    mtls?: MtlsContext;
  }
}
