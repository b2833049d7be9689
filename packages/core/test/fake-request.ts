import type { ShieldRequest } from "../src/shield-request.ts";
import type { TlsConnection } from "../src/sources/tls-connection.ts";

/** A request over a connection; what is left out is harmless. */
export function fakeRequest(
  connection: TlsConnection,
  facts: Partial<Omit<ShieldRequest, "connection">> = {},
): ShieldRequest {
  return {
    method: "GET",
    overrideMethods: [],
    target: "/",
    rewrittenTargets: [],
    hosts: ["api.example"],
    connection,
    ...facts,
  };
}
