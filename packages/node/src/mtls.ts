import {
  ConfigError,
  createShield,
  type ListMarksReset,
  type MtlsContext,
  type Shield,
  type ShieldOptions,
} from "@mtls-shield/core";
import { readObject, shieldOptionNames } from "@mtls-shield/core/adapter";
import type { NodeRequest } from "./connection-of.ts";
import {
  createRefuser,
  refusers,
  type Next,
  type NodeAnswer,
  type NodeResponse,
  type OnRefusal,
} from "./refuser.ts";
import { attachContext } from "./request-context.ts";
import { RequestView } from "./request-view.ts";

/** Options of `mtls()`: those of the shield, and how a refusal is answered. */
export interface MtlsOptions extends ShieldOptions {
  /** Default: `"respond"`, an answer in problem details (RFC 9457). */
  readonly onRefusal?: OnRefusal<NodeAnswer>;
}

/** Middleware for `node:http(s)`, Express and Connect: calls `next()` only for a request that the shield admits. */
export interface MtlsHandler {
  (request: NodeRequest, response: NodeResponse, next: Next): void;
  /** Decides about a request without answering it: for WebSocket upgrades, other frameworks and tests. */
  readonly check: (request: NodeRequest) => Promise<MtlsContext>;
  /** Whether everything that has to be loaded first has been, such as the first revocation lists: for readiness checks. */
  readonly isReady: () => boolean;
  /** Resolves as soon as it is ready. */
  readonly whenReady: () => Promise<void>;
  /**
   * Lets older revocation lists of an issuer pass once again: an explicit act, which `onRevocationEvent` hears of. Resolves with the
   * number of scopes: 0 where no list of the issuer was ever seen.
   */
  readonly resetListMarks: (reset: ListMarksReset) => Promise<number>;
  /** Ends refreshing and watching, for orderly shutdown and tests; whatever is known then counts until it expires. */
  readonly close: () => void;
  /** The handler itself, under the name by which `createMtlsServer` finds it in the middleware of every framework. */
  readonly handle: (request: NodeRequest, response: NodeResponse, next: Next) => void;
}

/** Puts a shield in front of what comes after it. Without options every request needs a client that the TLS server's own `ca` vouches for. */
export function mtls(options: MtlsOptions = {}): MtlsHandler {
  const { shieldOptions, onRefusal } = splitOptions<NodeAnswer>(options);
  return handlerOf(createShield(shieldOptions), onRefusal);
}

/** The middleware around a shield. */
export function handlerOf(shield: Shield, onRefusal: OnRefusal<NodeAnswer>): MtlsHandler {
  const refuse = createRefuser(onRefusal, shield);
  refusers.set(shield, refuse);
  const handler = (request: NodeRequest, response: NodeResponse, next: Next): void => {
    const proceed = (context: MtlsContext): void => {
      attachContext(request, context);
      const { decision } = context;
      if (decision.outcome === "deny" && decision.enforced) {
        refuse(decision, request, response, next);
      } else next();
    };
    const context = shield.decideWhenKnown(new RequestView(request));
    if (context instanceof Promise) void proceedLater(context, proceed, next);
    else proceed(context);
  };
  return Object.assign(handler, {
    check: async (request: NodeRequest) => {
      const context = await shield.decideWhenKnown(new RequestView(request));
      attachContext(request, context);
      return context;
    },
    handle: handler,
    isReady: () => shield.isReady(),
    whenReady: () => shield.whenReady(),
    resetListMarks: (reset: ListMarksReset) => shield.resetListMarks(reset),
    close: () => {
      shield.close();
    },
  });
}

/** What comes after the shield must fail as it does without waiting: an error that it throws is the framework's to handle. */
async function proceedLater(
  context: Promise<MtlsContext>,
  proceed: (context: MtlsContext) => void,
  next: Next,
): Promise<void> {
  const known = await context;
  try {
    proceed(known);
  } catch (error) {
    next(error);
  }
}

/** Tells the options of the shield from those of an adapter, and checks the latter. */
export function splitOptions<Answer>(
  options: ShieldOptions & { readonly onRefusal?: OnRefusal<Answer> },
): { readonly shieldOptions: ShieldOptions; readonly onRefusal: OnRefusal<Answer> } {
  readObject(options, [...shieldOptionNames, "onRefusal"], "", "mtls() or mtls({ trust, rules })");
  const { onRefusal = "respond", ...shieldOptions } = options;
  if (onRefusal !== "respond" && onRefusal !== "next" && typeof onRefusal !== "function") {
    throw new ConfigError(
      "onRefusal",
      "is not one of its values",
      'Write "respond", "next" or a function.',
    );
  }
  return { shieldOptions, onRefusal };
}
