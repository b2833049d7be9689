import type { RoutedRequest } from "./policy/compile-policy.ts";
import type { TlsConnection } from "./sources/tls-connection.ts";

/** A request as the engine sees it. */
export interface ShieldRequest extends RoutedRequest {
  readonly connection: TlsConnection;
}
