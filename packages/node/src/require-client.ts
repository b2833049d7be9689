import type { ClientMatcher } from "@mtls-shield/core";
import { createGuard } from "@mtls-shield/core/adapter";
import type { NodeRequest } from "./connection-of.ts";
import { contextOf } from "./request-context.ts";
import type { FrameworkTarget } from "./request-view.ts";
import { refusers, type Next, type NodeResponse } from "./refuser.ts";

/** Middleware for one route. */
export type GuardHandler = (request: NodeRequest, response: NodeResponse, next: Next) => void;

/**
 * Admits a verified client whom any of the matchers means; `"any-client"` means all of them. It asks the context that
 * `mtls()` attached, and refuses, in every mode, where there is none.
 */
export function requireClient(...allowed: readonly (ClientMatcher | "any-client")[]): GuardHandler {
  const guard = createGuard(allowed);
  return (request, response, next) => {
    const context = contextOf(request);
    const target = (request as FrameworkTarget).originalUrl ?? request.url ?? "";
    const refusal = guard(context, { method: request.method ?? "", target });
    if (refusal === undefined) next();
    else refusers.for(context)(refusal, request, response, next);
  };
}
