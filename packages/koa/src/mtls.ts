import type { Context, Middleware } from "koa";
import { createShield, type MtlsContext, type Shield, type ShieldOptions } from "@mtls-shield/core";
import type { MtlsHandler, OnRefusal } from "@mtls-shield/node";
import { handlerOf, splitOptions } from "@mtls-shield/node/adapter";
import { viewOf } from "./koa-context.ts";
import { createRefuser, type KoaAnswer } from "./refuse.ts";

/** Options of `mtls()`: those of the shield, and how a refusal is answered. */
export interface MtlsOptions extends ShieldOptions {
  /** Default: `"respond"`, an answer in problem details (RFC 9457); `"next"` throws the `MtlsError`. */
  readonly onRefusal?: OnRefusal<KoaAnswer>;
}

/** Koa middleware that lets only requests through that the shield admits. */
export type MtlsMiddleware = Middleware & {
  /** Decides about a request without answering it: for tests and for what does not pass through Koa. */
  check(ctx: Context): Promise<MtlsContext>;
  /** The same shield in front of a server: `createMtlsServer({ ..., shield: mtls() }, app)`. */
  readonly handle: MtlsHandler["handle"];
};

/** Puts a shield in front of what comes after it. Without options every request needs a client that the TLS server's own `ca` vouches for. */
export function mtls(options: MtlsOptions = {}): MtlsMiddleware {
  const { shieldOptions, onRefusal } = splitOptions<KoaAnswer>(options);
  return middlewareOf(createShield(shieldOptions), onRefusal);
}

/** The middleware around a shield. */
export function middlewareOf(shield: Shield, onRefusal: OnRefusal<KoaAnswer>): MtlsMiddleware {
  const refuse = createRefuser(onRefusal, shield);
  const decide = (ctx: Context): MtlsContext => {
    const context = shield.decide(viewOf(ctx));
    (ctx.state as { mtls?: MtlsContext }).mtls = context;
    return context;
  };
  const middleware: Middleware = (ctx, next) => {
    const { decision } = decide(ctx);
    return decision.outcome === "deny" && decision.enforced ? refuse(decision, ctx) : next();
  };
  return Object.assign(middleware, {
    check: (ctx: Context) => Promise.resolve(decide(ctx)),
    handle: handlerOf(shield, "respond").handle,
  });
}
