import type { Socket } from "node:net";
import { Duplex } from "node:stream";

/** Decides about octets before TLS sees them: false ends the connection. */
export type Toll = (octets: number) => boolean;

/** Small beside the smallest certificate. */
const pieceBytes = 512;

/**
 * A connection whose octets pass through here on their way to TLS. Given a plain socket, OpenSSL reads from the operating system
 * by itself, and has verified a whole hostile chain before anybody could stop it.
 */
export class CountedSocket extends Duplex {
  readonly #socket: Socket;
  #toll: Toll | undefined;

  constructor(socket: Socket, toll: Toll) {
    super({ allowHalfOpen: socket.allowHalfOpen });
    this.#socket = socket;
    this.#toll = toll;
    socket.on("data", (chunk: Buffer) => {
      this.#take(chunk);
    });
    socket.on("end", () => this.push(null));
    socket.on("error", (error) => this.destroy(error));
    socket.on("close", () => this.destroy());
    // Whoever reads asks for more.
    socket.pause();
  }

  /** The client is through the handshake: from now on it is for others to bound what it sends. */
  free(): void {
    this.#toll = undefined;
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(
    chunk: Buffer,
    encoding: BufferEncoding,
    done: (error?: Error | null) => void,
  ): void {
    this.#socket.write(chunk, encoding, done);
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }

  /**
   * In pieces, each of which TLS takes before the next is paid for: what follows the last octet of the handshake, such as a body
   * that is sent at once, is no part of it.
   */
  #take(chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0) {
      const piece = this.#toll === undefined ? rest : rest.subarray(0, pieceBytes);
      if (this.#toll?.(piece.length) === false) {
        this.destroy();
        return;
      }
      rest = rest.subarray(piece.length);
      if (this.push(piece) && this.readableLength === 0) continue;
      // TLS has not taken it yet: the rest waits until it asks for more.
      this.#socket.pause();
      if (rest.length > 0) this.#socket.unshift(rest);
      return;
    }
  }

  // What listeners of `connection` may ask of a socket.

  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress;
  }

  get remotePort(): number | undefined {
    return this.#socket.remotePort;
  }

  get remoteFamily(): string | undefined {
    return this.#socket.remoteFamily;
  }

  get localAddress(): string | undefined {
    return this.#socket.localAddress;
  }

  get localPort(): number | undefined {
    return this.#socket.localPort;
  }

  setNoDelay(noDelay?: boolean): this {
    this.#socket.setNoDelay(noDelay);
    return this;
  }

  setKeepAlive(enable?: boolean, initialDelayMs?: number): this {
    this.#socket.setKeepAlive(enable, initialDelayMs);
    return this;
  }

  setTimeout(timeoutMs: number, listener?: () => void): this {
    this.#socket.setTimeout(timeoutMs, listener);
    return this;
  }

  ref(): this {
    this.#socket.ref();
    return this;
  }

  unref(): this {
    this.#socket.unref();
    return this;
  }
}
