import type { Context } from "koa";
import { MtlsError, type DenyDecision } from "@mtls-shield/core";
import { noticeFailedCallback } from "@mtls-shield/core/adapter";
import type { OnRefusal } from "@mtls-shield/node";
import {
  announcesBody,
  endConnectionAfter,
  problemOf,
  Refusers,
  type AnsweringShield,
} from "@mtls-shield/node/adapter";

/** Answers a refusal in its own way. If it throws or rejects, the usual answer is sent and `onWarning` told. */
export type KoaAnswer = (error: MtlsError, ctx: Context) => void | Promise<void>;

/** Carries out a refusal. */
export type Refuser = (decision: DenyDecision, ctx: Context) => Promise<void>;

export function createRefuser(onRefusal: OnRefusal<KoaAnswer>, shield: AnsweringShield): Refuser {
  const { statuses, notices, timers } = shield;
  return async (decision, ctx) => {
    const error = new MtlsError(decision, statuses);
    // A body that nobody wants is not waited for.
    if (error.endsConnection || announcesBody(ctx.req)) endConnectionAfter(ctx.res, timers);
    // Koa's way to hand an error on is to throw it.
    if (onRefusal === "next") throw error;
    if (onRefusal === "respond") {
      respond(error, ctx);
      return;
    }
    try {
      await onRefusal(error, ctx);
    } catch (fault) {
      respond(error, ctx);
      if (notices !== undefined) noticeFailedCallback(notices, "onRefusal", fault);
    }
  };
}

/** The refusers of this adapter's shields. */
export const refusers = new Refusers((shield) => createRefuser("respond", shield));

/** Writes the answer, and tells the application's `error` listeners, as Koa does with errors that are thrown. */
function respond(error: MtlsError, ctx: Context): void {
  const { status, headers, body } = problemOf(error);
  ctx.status = status;
  ctx.set(headers);
  ctx.body = body;
  ctx.app.emit("error", error, ctx);
}
