import type { Duplex } from "node:stream";
import type { Admission, LivingConnection } from "./living-connection.ts";

/** A connection that left HTTP by `Upgrade` or CONNECT: nothing more is asked on it, and nobody here knows how to end it well. */
export class UpgradedConnection implements LivingConnection {
  readonly openedAt: number;
  readonly admissions: readonly Admission[];
  readonly #socket: Duplex;

  constructor(socket: Duplex, openedAt: number, admission: Admission) {
    this.openedAt = openedAt;
    this.admissions = [admission];
    this.#socket = socket;
  }

  retire(): void {
    this.#socket.end();
  }

  end(): void {
    this.#socket.destroy();
  }
}
