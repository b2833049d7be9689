/** A SPIFFE ID: who a workload is, within a trust domain. */
export interface SpiffeId {
  /** The whole ID, such as `spiffe://corp.example/orders/api`. */
  readonly id: string;
  /** Such as `corp.example`. */
  readonly trustDomain: string;
  /** Such as `/orders/api`; empty for the ID of a trust domain itself. */
  readonly path: string;
}

/** SPIFFE-ID 2: scheme and trust domain in lower case; segments of letters, digits, `.`, `-`, `_`; nothing else. */
const syntax = /^spiffe:\/\/([a-z0-9._-]{1,255})((?:\/[A-Za-z0-9._-]+)*)$/;

/** The parts of a SPIFFE ID; undefined when the text is none (SPIFFE-ID 2.1 to 2.3). */
export function parseSpiffeId(text: string): SpiffeId | undefined {
  // SPIFFE-ID 2.3: at most 2048 bytes.
  if (text.length > 2048) return undefined;
  const [, trustDomain, path] = syntax.exec(text) ?? [];
  if (trustDomain === undefined || path === undefined) return undefined;
  if (path.split("/").some((segment) => segment === "." || segment === "..")) return undefined;
  return Object.freeze({ id: text, trustDomain, path });
}
