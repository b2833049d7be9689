import type { ServerResponse } from "node:http";
import type { Http2ServerResponse } from "node:http2";
import { defaultStatuses, MtlsError, type DenyDecision, type Shield } from "@mtls-shield/core";
import type { NodeRequest } from "./connection-of.ts";
import { problemOf } from "./problem.ts";

export type NodeResponse = ServerResponse | Http2ServerResponse;
export type Next = (error?: unknown) => void;

/**
 * What happens to a refused request: `"respond"` answers it with problem details, `"next"` hands the `MtlsError` to the
 * framework's error handling, a function answers it itself.
 */
export type OnRefusal<Answer> = "respond" | "next" | Answer;

/** Answers a refusal in its own way. If it throws or rejects, the usual answer is sent. */
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

export function createRefuser(
  onRefusal: OnRefusal<NodeAnswer>,
  statuses: Shield["statuses"],
): Refuser {
  return (decision, request, response, next) => {
    const error = new MtlsError(decision, statuses);
    if (onRefusal === "respond") {
      sendProblem(error, response);
    } else if (onRefusal === "next") {
      next(error);
    } else {
      answerWith(onRefusal, error, request, response);
    }
  };
}

/** For guards that no shield ran before. */
export const defaultRefuser: Refuser = createRefuser("respond", defaultStatuses);

function answerWith(
  answer: NodeAnswer,
  error: MtlsError,
  request: NodeRequest,
  response: NodeResponse,
): void {
  const fallBack = (): void => {
    sendProblem(error, response);
  };
  try {
    Promise.resolve(answer(error, request, response)).catch(fallBack);
  } catch {
    fallBack();
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
