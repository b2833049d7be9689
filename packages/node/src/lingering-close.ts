import type { Socket } from "node:net";
import type { Timers } from "@mtls-shield/core";

/**
 * How much of what a client goes on sending after its last answer is read and thrown away: what fits one HTTP/2 window
 * (RFC 9113 6.9.2) or one read of Node. Go's net/http reads 256 KiB of the body of a request that nobody wanted.
 */
export const mostUnwantedBytes = 65_536;

/**
 * How long a client has after its last answer to read it and to close, in milliseconds. Go's net/http waits 500 (rstAvoidanceDelay),
 * Apache 2 s (SECONDS_TO_LINGER), nginx 5 s between reads (lingering_timeout).
 */
export const lingerMs = 1_000;

/** How often a connection is looked at that says nothing of what it reads, in milliseconds. */
const lookMs = 100;

/** Budget and time of a connection that is about to be closed. */
export interface Lingering {
  readonly timers: Timers;
  /** `socket.bytesRead` when the last request was refused. */
  readonly bytesReadBefore: number;
}

/**
 * Closes a connection of HTTP/1 after its last answer. Closed at once, with a body unread in it, it would be reset, and a
 * client that is still sending could lose the answer (RFC 9112 9.6).
 */
export function closeAfterAnswer(socket: Socket, lingering: Lingering): void {
  // HTTP stops reading when its buffer is full, and only HTTP can go on; it does so before the next tick.
  if (isBudgetLeft(socket, lingering)) socket.resume();
  process.nextTick(() => {
    // Nothing that comes from now on is a request: "MUST NOT process any further requests" (RFC 9112 9.6).
    socket.removeAllListeners("data").removeAllListeners("end");
    socket.end();
    linger(socket, lingering);
  });
}

/**
 * Watches a connection of HTTP/2 whose own side is closed, and ends it when budget or time are used up. Node throws away what still
 * comes, without an end and without telling, so it is looked at from time to time.
 */
export function closeAfterSession(socket: Socket, { timers, bytesReadBefore }: Lingering): void {
  let leftMs = lingerMs;
  const wait = (): (() => void) =>
    timers.after(lookMs, () => {
      leftMs -= lookMs;
      if (leftMs > 0 && isBudgetLeft(socket, { bytesReadBefore })) cancel = wait();
      else socket.destroy();
    });
  let cancel = wait();
  socket.once("close", () => {
    cancel();
  });
}

/** Throws away what still comes through a connection of HTTP/1 whose own side is closed. */
function linger(socket: Socket, lingering: Lingering): void {
  const stopWhenSpent = (): void => {
    // Not ended here: what the client sends now waits in the buffers of the kernels, and it can read its answer in peace.
    if (!isBudgetLeft(socket, lingering)) socket.pause();
  };
  socket.on("data", stopWhenSpent);
  stopWhenSpent();
  const cancel = lingering.timers.after(lingerMs, () => {
    socket.destroy();
  });
  socket.once("close", cancel);
}

/** False for a socket that does not count, too. */
function isBudgetLeft(
  { bytesRead }: Socket,
  { bytesReadBefore }: Pick<Lingering, "bytesReadBefore">,
): boolean {
  return bytesRead - bytesReadBefore < mostUnwantedBytes;
}
