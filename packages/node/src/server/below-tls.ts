import type { TLSSocket } from "node:tls";

/** What Node 20 to 26 keep of the connection that a `TLSSocket` was made of: there is no public way to it. */
interface Below {
  /** A plain socket. */
  readonly _parent?: object;
  /** Anything else, behind what makes a stream of it. */
  readonly _handle?: { readonly _parentWrap?: { readonly stream?: object } } | null;
}

/** The connection that TLS runs over; undefined once it is gone, and where Node no longer shows it. */
export function belowTls(socket: TLSSocket): object | undefined {
  const { _parent: parent, _handle: handle } = socket as unknown as Below;
  return parent ?? handle?._parentWrap?.stream;
}
