import { constants, type ServerHttp2Stream } from "node:http2";
import type { Admission, LivingConnection } from "./living-connection.ts";

/** A stream of HTTP/2 that was admitted: its session may go on where it may not. */
export class OpenStream implements LivingConnection {
  readonly openedAt: number;
  readonly admissions: readonly Admission[];
  readonly #stream: ServerHttp2Stream;

  constructor(stream: ServerHttp2Stream, openedAt: number, admission: Admission) {
    this.openedAt = openedAt;
    this.admissions = [admission];
    this.#stream = stream;
  }

  retire(): void {
    this.#stream.session?.close();
  }

  end(): void {
    this.#stream.close(constants.NGHTTP2_CANCEL);
  }
}
