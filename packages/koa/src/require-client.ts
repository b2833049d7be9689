import type { Middleware } from "koa";
import type { ClientMatcher } from "@mtls-shield/core";
import { createGuard } from "@mtls-shield/core/adapter";
import { stateOf } from "./koa-context.ts";
import { refusers } from "./refuser.ts";

/**
 * Admits a verified client whom any of the matchers means; `"any-client"` means all of them. It asks the context that
 * `mtls()` attached, and refuses, in every mode, where there is none.
 */
export function requireClient(...allowed: readonly (ClientMatcher | "any-client")[]): Middleware {
  const guard = createGuard(allowed);
  return (ctx, next) => {
    const context = stateOf(ctx);
    const refusal = guard(context, { method: ctx.method, target: ctx.originalUrl });
    return refusal === undefined ? next() : refusers.for(context)(refusal, ctx);
  };
}
