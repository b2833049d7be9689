import { IncomingMessage } from "node:http";
import type { MtlsContext } from "@mtls-shield/core";
import type { NodeRequest } from "./connection-of.ts";

/** Where the context of a request is kept: on a list that every request has of its own. */
const slot = Symbol("mtls");

type Headers = string[] & { [slot]?: MtlsContext };

/** Prototypes of a framework's requests that have the accessor `mtls`. */
const adopted = new WeakSet<object>();

/**
 * Attaches a context, so that handlers find it as `req.mtls`. Express gives each request another prototype, whereby V8
 * (Node 20 and 22) gives it a hidden class of its own and takes 2 us for a new property: as much as everything else that
 * the shield does. So the framework's prototype gets an accessor once, and the request no property.
 */
export function attachContext(request: NodeRequest, context: MtlsContext): void {
  (request.rawHeaders as Headers)[slot] = context;
  const prototype = Object.getPrototypeOf(request) as object;
  if (!adopted.has(prototype)) adopt(prototype);
  // Not so on Node's own requests, nor where a shield in front of the framework left a property that hides the accessor.
  const visible = request as { mtls?: MtlsContext };
  if (visible.mtls !== context) visible.mtls = context;
}

/** What the last shield attached, whatever `req.mtls` was set to since. */
export function contextOf(request: NodeRequest): MtlsContext | undefined {
  return (request.rawHeaders as Headers)[slot];
}

/** Gives a framework's prototype the accessor; Node's own prototypes belong to everybody and are left alone. */
function adopt(prototype: object): void {
  if (!(prototype instanceof IncomingMessage) || !Object.isExtensible(prototype)) return;
  Object.defineProperty(prototype, "mtls", {
    configurable: true,
    enumerable: true,
    get(this: NodeRequest) {
      return contextOf(this);
    },
    set(this: object, value: unknown) {
      const own = { value, configurable: true, enumerable: true, writable: true };
      Object.defineProperty(this, "mtls", own);
    },
  });
  adopted.add(prototype);
}
