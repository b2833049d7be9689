import type { MtlsContext, Reason, Shield } from "@mtls-shield/core";

import type { NodeRequest } from "./connection-of.ts";
import { isTooLate } from "./end-connection.ts";
import type { HeaderFilter } from "./headers/header-filter.ts";
import type { Next, NodeResponse, Refuser } from "./refuser.ts";
import { attachContext } from "./request-context.ts";
import { RequestView } from "./request-view.ts";

/** A shield, and how it answers. */
export interface Face {
  readonly shield: Shield;
  readonly refuse: Refuser;
  /** Removes what says who the client is, and came from the client. */
  readonly headerFilter: HeaderFilter | undefined;
}

/** What a server does beside the shield's own work. */
export interface ServerPart {
  /** Set where the server found a reason to refuse the request. */
  readonly refusal: Reason | undefined;
  /** Told of the verdict before it is carried out. */
  readonly onVerdict: (context: MtlsContext, view: RequestView) => void;
}

/** Asks the shield about a request: `next` is called for one that it admits, one that it does not is answered. */
export function judgeRequest(
  { shield, refuse, headerFilter }: Face,
  request: NodeRequest,
  response: NodeResponse,
  next: Next,
  server?: ServerPart,
): void {
  if (isTooLate(request, response)) return;
  headerFilter?.stripRequest(request);
  const view = new RequestView(request);
  const carryOut = (context: MtlsContext): void => {
    attachContext(request, context);
    server?.onVerdict(context, view);
    const { decision } = context;
    if (decision.outcome === "deny" && decision.enforced) refuse(decision, request, response, next);
    else next();
  };
  const context =
    server?.refusal === undefined
      ? shield.decideWhenKnown(view)
      : shield.refuse(view, server.refusal);
  if (context instanceof Promise) void carryOutLater(context, carryOut, next);
  else carryOut(context);
}

/** What comes after the shield must fail as it does without waiting: an error that it throws is the framework's to handle. */
async function carryOutLater(
  context: Promise<MtlsContext>,
  carryOut: (context: MtlsContext) => void,
  next: Next,
): Promise<void> {
  const known = await context;
  try {
    carryOut(known);
  } catch (error) {
    next(error);
  }
}
