import type { Context } from "koa";
import type { MtlsContext } from "@mtls-shield/core";
import { contextOf, RequestView } from "@mtls-shield/node/adapter";

/** The shield's context of a request, of `mtls()` or of the shield in front of the server; undefined where there is none. */
export function stateOf(ctx: Context): MtlsContext | undefined {
  return (ctx.state as { readonly mtls?: MtlsContext }).mtls ?? contextOf(ctx.req);
}

/** A request as the engine sees it. koa-mount keeps what it took off the path as `mountPath`. */
export function viewOf(ctx: Context): RequestView {
  const mountPath: unknown = ctx["mountPath"];
  return new RequestView(ctx.req, {
    originalUrl: ctx.originalUrl,
    baseUrl: typeof mountPath === "string" ? mountPath.replace(/\/$/, "") : "",
  });
}
