import type { ServerResponse } from "node:http";
import type { Http2ServerResponse } from "node:http2";
import { MtlsError, type DenyDecision } from "@mtls-shield/core";
import { noticeFailedCallback } from "@mtls-shield/core/adapter";
import { announcesBody } from "./announces-body.ts";
import type { NodeRequest } from "./connection-of.ts";
import { endConnectionAfter } from "./end-connection.ts";
import { problemOf } from "./problem.ts";
import { Refusers, type AnsweringShield } from "./refusers.ts";

/** A response of `node:http(s)` or of the compatibility API of `node:http2`. */
export type NodeResponse = ServerResponse | Http2ServerResponse;
/** Hands the request, or an error, on: `next` of Express and Connect. */
export type Next = (error?: unknown) => void;

/**
 * What happens to a refused request: `"respond"` answers it with problem details, `"next"` hands the `MtlsError` to the
 * framework's error handling, a function answers it itself.
 */
export type OnRefusal<Answer> = "respond" | "next" | Answer;

/** Answers a refusal in its own way. If it throws or rejects, the usual answer is sent and `onWarning` told. */
export type NodeAnswer = (
  error: MtlsError,
  request: NodeRequest,
  response: NodeResponse,
) => void | Promise<void>;

/** Carries out a refusal. */
export type Refuser = (
  decision: DenyDecision,
  request: NodeRequest,
  response: NodeResponse,
  next: Next,
) => void;

export function createRefuser(onRefusal: OnRefusal<NodeAnswer>, shield: AnsweringShield): Refuser {
  return (decision, request, response, next) => {
    const error = new MtlsError(decision, shield.statuses);
    // A body that nobody wants is not waited for.
    if (error.endsConnection || announcesBody(request)) {
      endConnectionAfter(response, shield.timers);
    }
    if (onRefusal === "respond") {
      sendProblem(error, response);
    } else if (onRefusal === "next") {
      next(error);
    } else {
      void answerWith(onRefusal, error, request, response, shield);
    }
  };
}

/** The refusers of this adapter's shields. */
export const refusers = new Refusers((shield) => createRefuser("respond", shield));

async function answerWith(
  answer: NodeAnswer,
  error: MtlsError,
  request: NodeRequest,
  response: NodeResponse,
  { notices }: AnsweringShield,
): Promise<void> {
  try {
    await answer(error, request, response);
  } catch (fault) {
    sendProblem(error, response);
    if (notices !== undefined) noticeFailedCallback(notices, "onRefusal", fault);
  }
}

/** The one place that writes an answer to a refused request. */
export function sendProblem(error: MtlsError, response: NodeResponse): void {
  if (response.writableEnded) return;
  if (response.headersSent) {
    // Half an answer of somebody else is out: the only safe end is none.
    response.destroy();
    return;
  }
  const { status, headers, body } = problemOf(error);
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.end(body);
}
