import type { Context } from "koa";
import type { MtlsContext } from "@mtls-shield/core";
import { contextOf, RequestView } from "@mtls-shield/node/adapter";

/** The shield's context of a request, of `mtls()` or of the shield in front of the server; undefined where there is none. */
export function stateOf(ctx: Context): MtlsContext | undefined {
  return (ctx.state as { readonly mtls?: MtlsContext }).mtls ?? contextOf(ctx.req);
}

const none: readonly string[] = [];

/** Nothing was taken off the target, and nothing put in its place. */
const unchanged = { rewritten: none };

/** A request as the engine sees it. */
export function viewOf(ctx: Context): RequestView {
  const { originalUrl, req } = ctx;
  if (req.url === originalUrl) return new RequestView(req, unchanged);
  return new RequestView(ctx.req, { originalUrl, rewritten: rewrittenTargets(ctx, originalUrl) });
}

/**
 * Koa does not say what a mounted application's path lacks: koa-mount leaves only the innermost prefix. Where that is the
 * end of what is missing, nothing was rewritten; else the target is judged with the prefix and without.
 */
function rewrittenTargets(ctx: Context, originalUrl: string): readonly string[] {
  const mounted: unknown = ctx["mountPath"];
  const prefix = typeof mounted === "string" ? mounted.replace(/\/$/, "") : "";
  const original = withoutAuthority(originalUrl);
  const current = withoutAuthority(ctx.url);
  // What is mounted at a path sees `/` for the path itself.
  const isMounted =
    prefix !== "" &&
    (original.endsWith(prefix + current) ||
      (/^\/(\?|$)/.test(current) && original.endsWith(prefix + current.slice(1))));
  return isMounted ? none : [current, prefix + current];
}

/** RFC 9112 3.2.2: a target may name scheme and host before its path. */
function withoutAuthority(target: string): string {
  return target.replace(/^https?:\/\/[^/?]*/i, "");
}
