import { IncomingMessage } from "node:http";
import { Http2ServerRequest } from "node:http2";
import type { MtlsContext } from "@mtls-shield/core";
import type { NodeRequest } from "./connection-of.ts";

interface WithContext {
  mtls?: MtlsContext;
}

/** Where the context is kept for requests of a framework: on a list that every request has of its own. */
const slot = Symbol("mtls");

type Headers = string[] & { [slot]?: MtlsContext };

/** Prototypes of a framework's requests that have the accessor `mtls`. */
const adopted = new WeakSet<object>();

/**
 * Makes a context readable as `req.mtls`. Express gives each request another prototype, whereby V8 (Node 20 and 22) gives
 * it a hidden class of its own and takes 2 us for a new property: more than everything else that the shield does. So the
 * framework's prototype gets an accessor once, and the request none.
 */
export function attachContext(request: NodeRequest, context: MtlsContext): void {
  const prototype = Object.getPrototypeOf(request) as object;
  if (adopted.has(prototype) || adopt(prototype)) (request.rawHeaders as Headers)[slot] = context;
  else (request as WithContext).mtls = context;
}

/** What `attachContext` attached. */
export function contextOf(request: NodeRequest): MtlsContext | undefined {
  return (request as WithContext).mtls;
}

/** Gives a framework's prototype the accessor; Node's own prototypes belong to everybody and are left alone. */
function adopt(prototype: object): boolean {
  const isOfFramework =
    prototype !== IncomingMessage.prototype &&
    prototype !== Http2ServerRequest.prototype &&
    prototype instanceof IncomingMessage;
  if (!isOfFramework || !Object.isExtensible(prototype)) return false;
  Object.defineProperty(prototype, "mtls", {
    configurable: true,
    enumerable: true,
    get(this: NodeRequest) {
      return (this.rawHeaders as Headers)[slot];
    },
    set(this: object, value: unknown) {
      Object.defineProperty(this, "mtls", {
        value,
        configurable: true,
        enumerable: true,
        writable: true,
      });
    },
  });
  adopted.add(prototype);
  return true;
}
