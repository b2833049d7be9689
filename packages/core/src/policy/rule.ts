import type { ClientMatcher } from "./client-matcher.ts";

/** Whom a rule lets in: everyone, every verified client, or the clients that a matcher means (any of a list). */
export type Allowed = "anyone" | "any-client" | ClientMatcher | readonly ClientMatcher[];

/** One line of a policy. The first rule that matches a request decides it. */
export interface Rule {
  /** For decisions and logs; default: the route as text. */
  readonly name?: string;
  /** Methods and path in one: `"GET /health"`, `"GET,POST /orders/*"`, `"* /admin/**"`. */
  readonly match?: string;
  /** Methods, when `match` is not used; default: all. GET includes HEAD. */
  readonly methods?: string | readonly string[];
  /** The host of the request, without port: `"api.corp.example"` or `"*.corp.example"`; default: any. */
  readonly host?: string;
  /** The path, when `match` is not used: `*` is one segment, `**` none or more, and includes the bare prefix. */
  readonly path?: string;
  readonly allow: Allowed;
  /** Clients that are refused although `allow` means them. */
  readonly deny?: ClientMatcher | readonly ClientMatcher[];
  /** The trust set, or sets, that have to vouch for the client; default: any. */
  readonly trust?: string | readonly string[];
  /** `"report"` decides and records, but lets the request through; default: the shield's mode. */
  readonly mode?: "enforce" | "report";
  /** Accepts `%2F` within a segment; default: false, and such a target is refused with 400. */
  readonly allowEncodedSlash?: boolean;
}
