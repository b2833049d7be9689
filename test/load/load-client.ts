import { setTimeout as wait } from "node:timers/promises";
import type { IssuedChain } from "@mtls-shield/testkit";
import { KeptConnection } from "../end-to-end/revocation/kept-connection.ts";

/** How soon somebody who was refused comes again. */
const retryMs = 20;

/** What the connections of one client met with. Times are those of `performance.now`. */
export interface Experience {
  readonly admitted: number;
  readonly refused: number;
  /** Answers of other kinds, and connections that ended without one. */
  readonly faults: readonly string[];
  /** When the last answer came that let it in. */
  readonly lastAdmittedAt: number;
  /** When the first answer came that did not. */
  readonly firstRefusedAt: number;
  /** Requests that were sent after the first refusal had come, and let in. */
  readonly admittedAfterRefusal: number;
}

/** A client with many kept connections, on each of which it asks as fast as answers come; what ends is opened anew. */
export class LoadClient {
  readonly #port: number;
  readonly #client: IssuedChain;
  readonly #loops: Promise<void>[] = [];
  readonly #faults: string[] = [];
  #isStopped = false;
  #admitted = 0;
  #refused = 0;
  #lastAdmittedAt = 0;
  #firstRefusedAt = Infinity;
  #admittedAfterRefusal = 0;

  constructor(port: number, client: IssuedChain) {
    this.#port = port;
    this.#client = client;
  }

  start(connections: number): void {
    for (let index = 0; index < connections; index++) this.#loops.push(this.#run());
  }

  get experience(): Experience {
    return {
      admitted: this.#admitted,
      refused: this.#refused,
      faults: this.#faults,
      lastAdmittedAt: this.#lastAdmittedAt,
      firstRefusedAt: this.#firstRefusedAt,
      admittedAfterRefusal: this.#admittedAfterRefusal,
    };
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#loops);
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      try {
        const connection = await KeptConnection.open(this.#port, this.#client);
        await this.#ask(connection);
        connection.close();
      } catch (error) {
        this.#faults.push(`no connection: ${(error as Error).message}`);
      }
      await wait(retryMs);
    }
  }

  /** Until the server ends the connection. */
  async #ask(connection: KeptConnection): Promise<void> {
    while (!this.#isStopped && !connection.isEnded) {
      const sentAt = performance.now();
      const answer = await connection.get();
      const now = performance.now();
      if (answer?.status === 200) {
        this.#admitted++;
        this.#lastAdmittedAt = now;
        if (sentAt > this.#firstRefusedAt) this.#admittedAfterRefusal++;
      } else if (answer?.status === 403 && answer.outcome === "certificate-revoked") {
        this.#refused++;
        this.#firstRefusedAt = Math.min(this.#firstRefusedAt, now);
        await connection.ended();
      } else {
        this.#faults.push(answer === undefined ? "no answer" : `${answer.status} ${answer.text}`);
      }
    }
  }
}
