import type { Middleware } from "koa";
import { createShield, type MtlsContext, type Shield, type ShieldOptions } from "@mtls-shield/core";
import type { MtlsHandler, OnRefusal } from "@mtls-shield/node";
import {
  handlerOf,
  isTooLate,
  shareFace,
  splitOptions,
  type AdapterConfig,
  type AdapterOptions,
} from "@mtls-shield/node/adapter";
import { viewOf } from "./koa-context.ts";
import { createRefuser, refusers, type KoaAnswer } from "./refuser.ts";

/** Options of `mtls()`: those of the shield, and how requests are treated and refusals answered. */
export interface MtlsOptions extends ShieldOptions, AdapterOptions<KoaAnswer> {
  /** Default: `"respond"`, an answer in problem details (RFC 9457); `"next"` throws the `MtlsError`. */
  readonly onRefusal?: OnRefusal<KoaAnswer>;
}

/**
 * Koa middleware that lets only requests through that the shield admits, with the rest of the shield beside it. `handle` is for
 * `createMtlsServer({ ..., shield: mtls() }, app)`: it answers with problem details whatever `onRefusal` says, since there is no
 * `ctx` yet.
 */
export type MtlsMiddleware = Middleware &
  Pick<
    MtlsHandler,
    "check" | "handle" | "isReady" | "whenReady" | "resetListMarks" | "reload" | "close"
  >;

/** Puts a shield in front of what comes after it. Without options every request needs a client that the TLS server's own `ca` vouches for. */
export function mtls(options: MtlsOptions = {}): MtlsMiddleware {
  const { shieldOptions, config } = splitOptions<KoaAnswer>(options);
  return middlewareOf(createShield(shieldOptions), config);
}

/** The middleware around a shield. */
export function middlewareOf(
  shield: Shield,
  { onRefusal, headerFilter, reloadSignal }: AdapterConfig<KoaAnswer>,
): MtlsMiddleware {
  const handler = handlerOf(shield, { onRefusal: "respond", headerFilter, reloadSignal });
  const refuse = createRefuser(onRefusal, shield);
  refusers.set(shield, refuse);
  const middleware: Middleware = async (ctx, next) => {
    if (isTooLate(ctx.req, ctx.res)) {
      ctx.respond = false;
      return;
    }
    headerFilter?.stripRequest(ctx.req);
    const decided = shield.decideWhenKnown(viewOf(ctx));
    // Nothing that can be decided at once is put off, so that requests keep their order.
    const context = decided instanceof Promise ? await decided : decided;
    (ctx.state as { mtls?: MtlsContext }).mtls = context;
    const { decision } = context;
    await (decision.outcome === "deny" && decision.enforced ? refuse(decision, ctx) : next());
  };
  const { check, handle, isReady, whenReady, resetListMarks, reload, close } = handler;
  const complete: MtlsMiddleware = Object.assign(middleware, {
    check,
    handle,
    isReady,
    whenReady,
    resetListMarks,
    reload,
    close,
  });
  shareFace(complete, handler);
  return complete;
}
