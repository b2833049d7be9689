import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Admission, LivingConnection } from "./living-connection.ts";

/** A connection of HTTP/1: one request after the other. */
export class HttpConnection implements LivingConnection {
  readonly openedAt: number;
  readonly #socket: Socket;
  #admission: Admission;
  #response: ServerResponse;
  #isRetired = false;

  constructor(socket: Socket, openedAt: number, admission: Admission, response: ServerResponse) {
    this.openedAt = openedAt;
    this.#socket = socket;
    this.#admission = admission;
    this.#response = response;
  }

  /** Between requests nothing goes on that the next request is not judged for anyway. */
  get admission(): Admission | undefined {
    return this.#isIdle ? undefined : this.#admission;
  }

  /** The next request on it was admitted. */
  admit(admission: Admission, response: ServerResponse): void {
    this.#admission = admission;
    this.#response = response;
    if (this.#isRetired) response.shouldKeepAlive = false;
  }

  retire(): void {
    this.#isRetired = true;
    if (this.#isIdle) this.#socket.destroy();
    else if (!this.#response.headersSent) this.#response.shouldKeepAlive = false;
    // Too late to tell the client: it is cut off between this answer and the next request.
    else this.#response.once("finish", () => this.#socket.end());
  }

  get #isIdle(): boolean {
    const { writableFinished, destroyed } = this.#response;
    return writableFinished || destroyed;
  }

  end(): void {
    this.#socket.destroy();
  }
}
