/** The parts of `tls.Server` that tell whom the server itself trusts. */
interface ServerSettings {
  readonly ca?: unknown;
  /** Contexts that `addContext` made. */
  readonly _contexts?: readonly unknown[];
}

/** The `ca` of a TLS server, or why it is not known. */
export type ServerAuthorities =
  | { readonly outcome: "known"; readonly ca: unknown }
  | { readonly outcome: "missing" }
  | { readonly outcome: "hidden" };

/**
 * Whom a TLS server trusts by its own `ca` option. Contexts per server name may trust others, and Node does not say
 * which context a connection uses.
 */
export function readServerAuthorities(server: object | undefined): ServerAuthorities {
  if (server === undefined) return { outcome: "hidden" };
  const { ca, _contexts: contexts } = server as ServerSettings;
  if (contexts === undefined || contexts.length > 0 || hasOwnContextChoice(server)) {
    return { outcome: "hidden" };
  }
  if (!hasAuthorities(ca)) return { outcome: "missing" };
  return { outcome: "known", ca };
}

/** Whether a `ca` option names any authority: an empty list is as good as none, OpenSSL then trusts the public web roots. */
export function hasAuthorities(ca: unknown): boolean {
  return ca !== undefined && ca !== null && !(Array.isArray(ca) && ca.length === 0);
}

/** The `SNICallback` option: Node keeps it under a symbol of this name. Where there is no such symbol nothing is known. */
function hasOwnContextChoice(server: object): boolean {
  const slots = Object.getOwnPropertySymbols(server).filter(
    (symbol) => symbol.description === "snicallback",
  );
  const settings = server as Readonly<Record<symbol, unknown>>;
  return slots.length === 0 || slots.some((slot) => settings[slot] !== undefined);
}
