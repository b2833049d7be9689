import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Admission, LivingConnection } from "./living-connection.ts";

/** A connection of HTTP/1. */
export class HttpConnection implements LivingConnection {
  readonly openedAt: number;
  readonly #socket: Socket;
  /** More than one if the client does not wait for an answer before it asks again (RFC 9112 9.3.2). */
  readonly #underWay = new Map<ServerResponse, Admission>();
  #isRetired = false;

  constructor(socket: Socket, openedAt: number) {
    this.openedAt = openedAt;
    this.#socket = socket;
  }

  /** None between requests: the next one is judged anyway. */
  get admissions(): readonly Admission[] {
    return [...this.#underWay.values()];
  }

  /** A request on it was admitted. */
  admit(admission: Admission, response: ServerResponse): void {
    this.#underWay.set(response, admission);
    response.once("close", () => this.#underWay.delete(response));
    if (this.#isRetired) response.shouldKeepAlive = false;
  }

  retire(): void {
    this.#isRetired = true;
    const last = [...this.#underWay.keys()].at(-1);
    if (last === undefined) this.#socket.destroy();
    else if (!last.headersSent) last.shouldKeepAlive = false;
    // Too late to tell the client: it is cut off between this answer and the next request.
    else last.once("finish", () => this.#socket.end());
  }

  end(): void {
    this.#socket.destroy();
  }
}
