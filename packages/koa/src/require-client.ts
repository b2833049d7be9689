import type { Middleware } from "koa";
import { createGuard, type ClientMatcher } from "@mtls-shield/core";
import { stateOf } from "./koa-context.ts";
import { refuserFor } from "./refuse.ts";

/**
 * Admits a verified client whom any of the matchers means; `"any-client"` means all of them. It asks the context that
 * `mtls()` attached, and refuses, in every mode, where there is none.
 */
export function requireClient(
  ...allowed: readonly [ClientMatcher | "any-client", ...ClientMatcher[]]
): Middleware {
  const guard = createGuard(allowed);
  return (ctx, next) => {
    const context = stateOf(ctx);
    const refusal = guard(context, { method: ctx.method, target: ctx.originalUrl });
    return refusal === undefined ? next() : refuserFor(context)(refusal, ctx);
  };
}
