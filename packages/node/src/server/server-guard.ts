import type { EventEmitter } from "node:events";
import type { ServerResponse } from "node:http";
import type {
  Http2ServerRequest,
  IncomingHttpHeaders,
  ServerHttp2Session,
  ServerHttp2Stream,
} from "node:http2";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import {
  MtlsError,
  TlsConnection,
  type DenyDecision,
  type MtlsContext,
  type Reason,
} from "@mtls-shield/core";

import type { NodeRequest } from "../connection-of.ts";
import { judgeRequest, type Face } from "../judge-request.ts";
import { sendProblem, type Next, type NodeResponse } from "../refuser.ts";
import { attachContext } from "../request-context.ts";
import { RequestView } from "../request-view.ts";
import { endConnectionAfter, endSessionAfter } from "../end-connection.ts";
import type { HandshakeGate } from "./arrivals/handshake-gate.ts";
import type { LivingConnections } from "./connections/living-connections.ts";
import { intercept, type Interceptor } from "./intercept.ts";
import { refuseSocket } from "./raw-refusal.ts";
import { refuseStream } from "./stream-refusal.ts";
import { streamRequest } from "./stream-request.ts";

/** Whose shield counts for a request, or why none does. */
export interface Choice {
  readonly face: Face;
  readonly refusal: Reason | undefined;
}

export interface ServerGuardOptions {
  readonly choose: (request: NodeRequest) => Choice;
  readonly connections: LivingConnections;
  /** Told who was admitted, and who was not: strangers pay for what they cost. Undefined: nothing is bounded. */
  readonly gate?: HandshakeGate | undefined;
}

type Proceed = () => void;

/** A peer may reset its connection at any time: where nobody listens, that would end the process. */
const ignore = (): void => undefined;

/**
 * Stands between a server and all of its listeners: upgrades, tunnels, `Expect` and raw HTTP/2 streams never pass through the
 * middleware of a framework.
 */
export class ServerGuard {
  readonly #server: EventEmitter;
  readonly #choose: ServerGuardOptions["choose"];
  readonly #connections: LivingConnections;
  readonly #gate: HandshakeGate | undefined;
  /** What was decided about streams; the compatibility API of node:http2 makes requests of the same ones. */
  readonly #streams = new WeakMap<ServerHttp2Stream, MtlsContext>();

  constructor(server: EventEmitter, { choose, connections, gate }: ServerGuardOptions) {
    this.#server = server;
    this.#choose = choose;
    this.#connections = connections;
    this.#gate = gate;
    const onStream = this.#onStream as Interceptor;
    // Reading a chain consumes it: whoever reads first has it, so the shield does.
    server.prependListener("secureConnection", (socket: TLSSocket) => {
      TlsConnection.of(socket, socket).capture();
      connections.opened(socket);
    });
    server.prependListener("session", (session: ServerHttp2Session) => {
      TlsConnection.of(session, session.socket as TLSSocket);
      connections.openedSession(session);
      intercept(session, { stream: onStream });
    });
    // With a listener of its own, Node leaves it to that to send 100 (Continue).
    server.on("checkContinue", ignore);
    intercept(server, {
      request: this.#onRequest as Interceptor,
      checkContinue: this.#onCheckContinue as Interceptor,
      checkExpectation: this.#onRequest as Interceptor,
      upgrade: this.#onUpgrade as Interceptor,
      connect: this.#onUpgrade as Interceptor,
      // Of sessions that were there before.
      stream: onStream,
    });
  }

  readonly #onRequest = (proceed: Proceed, request: NodeRequest, response: NodeResponse): void => {
    const known = isStreamed(request) ? this.#streams.get(request.stream) : undefined;
    if (known !== undefined) {
      attachContext(request, known);
      proceed();
      return;
    }
    const { face, refusal } = this.#choose(request);
    const next: Next = (error) => {
      if (error === undefined) proceed();
      // No framework is there yet to take an error that the shield handed on: it is answered here.
      else if (error instanceof MtlsError) sendProblem(error, response);
      else response.destroy();
    };
    judgeRequest(face, request, response, next, {
      refusal,
      onVerdict: (context, view) => {
        if (refusalIn(context) !== undefined) {
          if (this.#gate?.refused(request.socket) === true)
            endConnectionAfter(response, face.shield.timers);
          return;
        }
        this.#gate?.admitted(request.socket);
        const admission = { shield: face.shield, request: view };
        this.#connections.admitted(request.socket, admission, response as ServerResponse);
      },
    });
  };

  readonly #onCheckContinue = (
    proceed: Proceed,
    request: NodeRequest,
    response: NodeResponse,
  ): void => {
    const isOnlyOurs = this.#server.listenerCount("checkContinue") === 1;
    const goOn = (): void => {
      response.writeContinue();
      this.#server.emit("request", request, response);
    };
    // RFC 9110 10.1.1: only an admitted request is told to send its body, unless somebody else sees to that.
    this.#onRequest(isOnlyOurs ? goOn : proceed, request, response);
  };

  readonly #onUpgrade = (proceed: Proceed, request: NodeRequest, socket: Duplex): void => {
    // A tunnel over HTTP/2 comes as a stream, which was judged.
    if (isStreamed(request)) {
      this.#onRequest(proceed, request, socket as unknown as NodeResponse);
      return;
    }
    socket.on("error", ignore);
    this.#judge(request, ({ face, view, context }) => {
      if (socket.destroyed) return;
      const refusal = refusalIn(context);
      if (refusal === undefined) {
        this.#gate?.admitted(socket);
        this.#connections.upgraded(socket, { shield: face.shield, request: view });
        proceed();
      } else {
        this.#gate?.refused(socket);
        refuseSocket(new MtlsError(refusal, face.shield.statuses), socket);
      }
    });
  };

  readonly #onStream = (
    proceed: Proceed,
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    _flags: number,
    rawHeaders: readonly string[],
  ): void => {
    if (this.#streams.has(stream)) {
      proceed();
      return;
    }
    stream.on("error", ignore);
    // Its client has gone already, and of whom it came nothing can be seen any more.
    if (stream.destroyed || stream.session?.destroyed !== false) return;
    this.#judge(streamRequest(stream, headers, rawHeaders), ({ face, view, context }) => {
      const { session } = stream;
      if (stream.destroyed || session === undefined) return;
      const refusal = refusalIn(context);
      if (refusal === undefined) {
        this.#streams.set(stream, context);
        this.#gate?.admitted(session.socket);
        const isAuthenticated = context.authenticated;
        const admission = { shield: face.shield, request: view, isAuthenticated };
        this.#connections.admittedStream(session as ServerHttp2Session, stream, admission);
        proceed();
      } else {
        const { statuses, timers } = face.shield;
        if (this.#gate?.refused(session.socket) === true) endSessionAfter(stream, timers);
        refuseStream(new MtlsError(refusal, statuses), stream, timers);
      }
    });
  };

  /** Asks the shield about something for which there is no response. */
  #judge(
    request: NodeRequest,
    carryOut: (verdict: { face: Face; view: RequestView; context: MtlsContext }) => void,
  ): void {
    const { face, refusal } = this.#choose(request);
    const { shield, headerFilter } = face;
    headerFilter?.stripRequest(request);
    const view = new RequestView(request);
    const finish = (context: MtlsContext): void => {
      attachContext(request, context);
      carryOut({ face, view, context });
    };
    const context =
      refusal === undefined ? shield.decideWhenKnown(view) : shield.refuse(view, refusal);
    if (context instanceof Promise) void context.then(finish);
    else finish(context);
  }
}

function isStreamed(request: NodeRequest): request is Http2ServerRequest {
  return request.httpVersionMajor >= 2;
}

function refusalIn({ decision }: MtlsContext): DenyDecision | undefined {
  return decision.outcome === "deny" && decision.enforced ? decision : undefined;
}
