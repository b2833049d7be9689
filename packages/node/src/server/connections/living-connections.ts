import type { ServerResponse } from "node:http";
import type { ServerHttp2Session, ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { ConnectionSweep, type ConnectionSweepOptions } from "./connection-sweep.ts";
import { HttpConnection } from "./http-connection.ts";
import type { Admission, LivingConnection } from "./living-connection.ts";
import { OpenStream } from "./open-stream.ts";
import { SessionConnection } from "./session-connection.ts";
import { UpgradedConnection } from "./upgraded-connection.ts";

/** Anything that tells when it is over. */
interface Closing {
  once(event: "close", listener: () => void): unknown;
}

/** How long a session may go without a stream that is admitted: as long as the headers of a request over HTTP/1 may take. */
const firstStreamMs = 20_000;

/** The connections of a server on which something was admitted. */
export class LivingConnections {
  readonly #options: ConnectionSweepOptions;
  readonly #sweep: ConnectionSweep;
  readonly #openedAt = new WeakMap<object, number>();
  readonly #http = new WeakMap<object, HttpConnection>();
  readonly #sessions = new WeakMap<ServerHttp2Session, SessionConnection>();

  constructor(options: ConnectionSweepOptions) {
    this.#options = options;
    this.#sweep = new ConnectionSweep(options);
  }

  /** A socket or session has come. */
  opened(key: object): void {
    this.#openedAt.set(key, this.#options.clock());
  }

  /** A session of HTTP/2, which unlike a connection of HTTP/1 Node lets idle for ever. */
  openedSession(session: ServerHttp2Session): void {
    this.opened(session);
    const cancel = this.#options.timers.after(firstStreamMs, () => {
      if (!this.#sessions.has(session)) session.destroy();
    });
    session.once("close", cancel);
  }

  /** A request of HTTP/1. */
  admitted(socket: Socket, admission: Admission, response: ServerResponse): void {
    let connection = this.#http.get(socket);
    if (connection === undefined) {
      connection = new HttpConnection(socket, this.#ageOf(socket));
      this.#http.set(socket, connection);
      this.#follow(connection, socket);
    }
    connection.admit(admission, response);
  }

  /**
   * A stream of HTTP/2. A session is judged by the last of its streams for which a client was needed: another that anybody may
   * open must not keep it alive.
   */
  admittedStream(
    session: ServerHttp2Session,
    stream: ServerHttp2Stream,
    admission: Admission & { readonly isAuthenticated: boolean },
  ): void {
    const openedAt = this.#ageOf(session);
    this.#follow(new OpenStream(stream, openedAt, admission), stream);
    const known = this.#sessions.get(session);
    if (known === undefined) {
      const { timers } = this.#options;
      const connection = new SessionConnection(session, openedAt, admission, timers);
      this.#sessions.set(session, connection);
      this.#follow(connection, session);
    } else if (admission.isAuthenticated) known.admit(admission);
  }

  /** A connection leaves HTTP. */
  upgraded(socket: Duplex, admission: Admission): void {
    const before = this.#http.get(socket);
    if (before !== undefined) this.#sweep.delete(before);
    this.#follow(new UpgradedConnection(socket, this.#ageOf(socket), admission), socket);
  }

  /** Looks at all of them now: the options may be others. */
  sweep(): void {
    this.#sweep.sweep();
  }

  close(): void {
    this.#sweep.close();
  }

  /** A server may be protected when it has connections already. */
  #ageOf(key: object): number {
    return this.#openedAt.get(key) ?? this.#options.clock();
  }

  #follow(connection: LivingConnection, closing: Closing): void {
    this.#sweep.add(connection);
    closing.once("close", () => {
      this.#sweep.delete(connection);
    });
  }
}
