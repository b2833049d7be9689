import {
  ConfigError,
  createShield,
  type ListMarksReset,
  type MtlsContext,
  type Shield,
  type ShieldChanges,
  type ShieldOptions,
} from "@mtls-shield/core";
import { readObject, shieldOptionNames } from "@mtls-shield/core/adapter";
import type { NodeRequest } from "./connection-of.ts";
import { registerFace } from "./faces.ts";
import { readStripHeaders, type StripHeaders } from "./headers/certificate-headers.ts";
import type { HeaderFilter } from "./headers/header-filter.ts";
import { judgeRequest } from "./judge-request.ts";
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
import { readReloadSignal, reloadOnSignal } from "./server/reload-on-signal.ts";

/** What an adapter does for a shield, whatever its framework. */
export interface AdapterOptions<Answer> {
  /** Default: `"respond"`, an answer in problem details (RFC 9457). */
  readonly onRefusal?: OnRefusal<Answer>;
  /**
   * Headers that are removed from every request before anything reads them. Default: `"certificates"`, those in which a proxy says
   * who its client is; a list of names, which may end in `*`, takes their place, `false` leaves all.
   */
  readonly stripHeaders?: StripHeaders;
  /** A signal upon which the shield does what `reload()` does. Default: none. */
  readonly reloadSignal?: NodeJS.Signals;
}

/** Those options when they were read. */
export interface AdapterConfig<Answer> {
  readonly onRefusal: OnRefusal<Answer>;
  readonly headerFilter: HeaderFilter | undefined;
  readonly reloadSignal?: NodeJS.Signals | undefined;
}

/** Options of `mtls()`: those of the shield, and how requests are treated and refusals answered. */
export interface MtlsOptions extends ShieldOptions, AdapterOptions<NodeAnswer> {}

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
  /**
   * Reads every option and file anew, with these changes to the options, and then judges everybody anew. Where something is wrong
   * with it, it rejects, and all stays as it was; `onReload` hears of it either way.
   */
  readonly reload: (changes?: ShieldChanges) => Promise<void>;
  /** Ends refreshing and watching, for orderly shutdown and tests; whatever is known then counts until it expires. */
  readonly close: () => void;
  /** The handler itself, under the name by which `createMtlsServer` finds it in the middleware of every framework. */
  readonly handle: (request: NodeRequest, response: NodeResponse, next: Next) => void;
}

/** Puts a shield in front of what comes after it. Without options every request needs a client that the TLS server's own `ca` vouches for. */
export function mtls(options: MtlsOptions = {}): MtlsHandler {
  const { shieldOptions, config } = splitOptions<NodeAnswer>(options);
  return handlerOf(createShield(shieldOptions), config);
}

/** The middleware around a shield. */
export function handlerOf(
  shield: Shield,
  { onRefusal, headerFilter, reloadSignal }: AdapterConfig<NodeAnswer>,
): MtlsHandler {
  const stopReloading = reloadOnSignal(reloadSignal, () => shield.reload({}, "signal"));
  const refuse = createRefuser(onRefusal, shield);
  refusers.set(shield, refuse);
  const face = { shield, refuse, headerFilter };
  const handler = (request: NodeRequest, response: NodeResponse, next: Next): void => {
    judgeRequest(face, request, response, next);
  };
  const complete: MtlsHandler = Object.assign(handler, {
    check: async (request: NodeRequest) => {
      headerFilter?.stripRequest(request);
      const context = await shield.decideWhenKnown(new RequestView(request));
      attachContext(request, context);
      return context;
    },
    handle: handler,
    isReady: () => shield.isReady(),
    whenReady: () => shield.whenReady(),
    resetListMarks: (reset: ListMarksReset) => shield.resetListMarks(reset),
    reload: (changes?: ShieldChanges) => shield.reload(changes),
    close: () => {
      stopReloading();
      shield.close();
    },
  });
  registerFace(complete, face);
  return complete;
}

/** The names of the options of `mtls()` that count for each host of a server: one signal is for all of them. */
export const mtlsOptionNames = [...shieldOptionNames, "onRefusal", "stripHeaders"] as const;

/** Tells the options of the shield from those of an adapter, and checks the latter. */
export function splitOptions<Answer>(options: ShieldOptions & AdapterOptions<Answer>): {
  readonly shieldOptions: ShieldOptions;
  readonly config: AdapterConfig<Answer>;
} {
  readObject(options, [...mtlsOptionNames, "reloadSignal"], "", "mtls() or mtls({ trust, rules })");
  const { onRefusal = "respond", stripHeaders, reloadSignal, ...shieldOptions } = options;
  if (onRefusal !== "respond" && onRefusal !== "next" && typeof onRefusal !== "function") {
    throw new ConfigError(
      "onRefusal",
      "is not one of its values",
      'Write "respond", "next" or a function.',
    );
  }
  const config = {
    onRefusal,
    headerFilter: readStripHeaders(stripHeaders),
    reloadSignal: readReloadSignal(reloadSignal),
  };
  return { shieldOptions, config };
}
