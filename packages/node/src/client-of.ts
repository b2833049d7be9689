import { MtlsError, type ClientIdentity, type MtlsContext } from "@mtls-shield/core";
import { defaultStatuses, deny, originOf, reason } from "@mtls-shield/core/adapter";
import type { NodeRequest } from "./connection-of.ts";
import { contextOf } from "./request-context.ts";

/** The verified client of a request. Throws an `MtlsError` when no `mtls()` ran or no client was verified, so handlers need no `?.`. */
export function clientOf(request: NodeRequest): ClientIdentity {
  return clientIn(contextOf(request));
}

/** The verified client of a context; throws as `clientOf` does. */
export function clientIn(context: MtlsContext | undefined): ClientIdentity {
  const origin = context && originOf(context);
  if (context === undefined || origin === undefined) {
    throw new MtlsError(deny(reason("shield-missing")), defaultStatuses);
  }
  if (context.authenticated) return context.client;
  throw new MtlsError(deny(context.reason), origin.statuses);
}
