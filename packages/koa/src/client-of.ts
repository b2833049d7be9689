import type { Context } from "koa";
import type { ClientIdentity } from "@mtls-shield/core";
import { clientIn } from "@mtls-shield/node/adapter";
import { stateOf } from "./koa-context.ts";

/** The verified client of a request. Throws an `MtlsError` when no `mtls()` ran or no client was verified, so handlers need no `?.`. */
export function clientOf(ctx: Context): ClientIdentity {
  return clientIn(stateOf(ctx));
}
