import type { Socket } from "node:net";
import type { ProxiedSource } from "./proxy-header.ts";

/** Every connection whose source is settled; undefined where it is the peer itself. */
const settled = new WeakMap<object, ProxiedSource | undefined>();

/** From here on the socket shows this source as its peer; without one, the peer that it has. */
export function settleSource(socket: Socket, source: ProxiedSource | undefined): void {
  settled.set(socket, source);
  if (source === undefined) return;
  // Node has them as accessors of the prototype, without setters.
  showAs(socket, "remoteAddress", source.address);
  showAs(socket, "remotePort", source.port);
  showAs(socket, "remoteFamily", source.family);
}

function showAs(socket: Socket, property: keyof Socket, value: string | number): void {
  Object.defineProperty(socket, property, { value, configurable: true, enumerable: true });
}

/** What was settled for a socket; `"unsettled"` for whatever came another way. */
export function settledSource(socket: object): ProxiedSource | undefined | "unsettled" {
  if (!settled.has(socket)) return "unsettled";
  return settled.get(socket);
}
