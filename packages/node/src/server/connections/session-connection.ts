import type { ServerHttp2Session } from "node:http2";
import type { Timers } from "@mtls-shield/core";
import type { Admission, LivingConnection } from "./living-connection.ts";

/** How long a session has for sending GOAWAY (RFC 9113 6.8) before it is cut off. */
const goAwayMs = 1_000;

/** A session of HTTP/2: many streams at once. */
export class SessionConnection implements LivingConnection {
  readonly openedAt: number;
  readonly #session: ServerHttp2Session;
  readonly #timers: Timers;
  #admissions: readonly Admission[];

  constructor(session: ServerHttp2Session, openedAt: number, admission: Admission, timers: Timers) {
    this.openedAt = openedAt;
    this.#session = session;
    this.#admissions = [admission];
    this.#timers = timers;
  }

  get admissions(): readonly Admission[] {
    return this.#admissions;
  }

  /** A further stream of it was admitted. */
  admit(admission: Admission): void {
    this.#admissions = [admission];
  }

  retire(): void {
    this.#session.close();
  }

  end(): void {
    const session = this.#session;
    session.close();
    const cancel = this.#timers.after(goAwayMs, () => {
      session.destroy();
    });
    session.once("close", cancel);
  }
}
