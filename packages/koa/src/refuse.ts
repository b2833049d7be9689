import type { Context } from "koa";
import {
  defaultStatuses,
  MtlsError,
  originOf,
  type DenyDecision,
  type MtlsContext,
  type Shield,
} from "@mtls-shield/core";
import type { OnRefusal } from "@mtls-shield/node";
import { problemOf } from "@mtls-shield/node/adapter";

/** Answers a refusal in its own way. If it throws or rejects, the usual answer is sent. */
export type KoaAnswer = (error: MtlsError, ctx: Context) => void | Promise<void>;

/** Carries out a refusal. */
export type Refuser = (decision: DenyDecision, ctx: Context) => Promise<void>;

const refusers = new WeakMap<object, Refuser>();

/** How a shield's refusals are answered, by the shield itself and by the guards behind it. */
export function createRefuser(onRefusal: OnRefusal<KoaAnswer>, shield: Shield): Refuser {
  const refuse = refuserOf(onRefusal, shield.statuses);
  refusers.set(shield, refuse);
  return refuse;
}

/** The refuser that goes with a context; the default one for a context that no shield made. */
export function refuserFor(context: MtlsContext | undefined): Refuser {
  const origin = context && originOf(context);
  return (origin && refusers.get(origin)) ?? defaultRefuser;
}

function refuserOf(onRefusal: OnRefusal<KoaAnswer>, statuses: Shield["statuses"]): Refuser {
  return async (decision, ctx) => {
    const error = new MtlsError(decision, statuses);
    if (onRefusal === "next") throw error;
    if (onRefusal === "respond") {
      respond(error, ctx);
      return;
    }
    try {
      await onRefusal(error, ctx);
    } catch {
      respond(error, ctx);
    }
  };
}

const defaultRefuser = refuserOf("respond", defaultStatuses);

/** Writes the answer, and tells the application's `error` listeners, as Koa does with errors that are thrown. */
function respond(error: MtlsError, ctx: Context): void {
  const { status, headers, body } = problemOf(error);
  ctx.status = status;
  ctx.set(headers);
  ctx.body = body;
  ctx.app.emit("error", error, ctx);
}
