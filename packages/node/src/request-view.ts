import type { ShieldRequest, TlsConnection } from "@mtls-shield/core";
import { connectionOf, type NodeRequest } from "./connection-of.ts";

/** What a framework knows of a target: how it came, and how much of it a mounted router has taken off. */
export interface FrameworkTarget {
  readonly originalUrl?: string;
  readonly baseUrl?: string;
  /** Where the framework does not say what was taken off: every target that the current one may stand for. */
  readonly rewritten?: readonly string[];
}

const none: readonly string[] = [];

/** By name in lower case: headers that method-override libraries follow. */
const overrideHeaders: readonly string[] = [
  "x-http-method-override",
  "x-http-method",
  "x-method-override",
];
const overrideLengths = new Set(overrideHeaders.map(({ length }) => length));

/** A request as the engine sees it; what only some policies ask for is read when they do. */
export class RequestView implements ShieldRequest {
  readonly #request: NodeRequest;
  #connection: TlsConnection | undefined;
  readonly method: string;
  readonly target: string;
  readonly rewrittenTargets: readonly string[];

  /** Express keeps what it knows on the request itself. */
  constructor(request: NodeRequest, known: FrameworkTarget = request as FrameworkTarget) {
    this.#request = request;
    // Only HTTP/2 lets a client spell a method in lower case; Express would route it all the same.
    this.method = (request.method ?? "").toUpperCase();
    const url = request.url ?? "";
    this.target = known.originalUrl ?? url;
    this.rewrittenTargets = known.rewritten ?? rewrittenBy(known.baseUrl ?? "", url, this.target);
  }

  /** Remembered, since a request may be judged once more when its stream has lost its session. */
  get connection(): TlsConnection {
    return (this.#connection ??= connectionOf(this.#request));
  }

  get hosts(): readonly string[] {
    const hosts = headerValues(this.#request, (name) => name === "host" || name === ":authority");
    // A proxy may send both over HTTP/2; where they agree they are one (RFC 9113 8.3.1).
    return [...new Set(hosts)];
  }

  get overrideMethods(): readonly string[] {
    const headers = this.#request.rawHeaders;
    for (let at = 0; at < headers.length; at += 2) {
      const name = headers[at] as string;
      // Looked at for each header of each request: few are as long as one of these.
      if (overrideLengths.has(name.length) && overrideHeaders.includes(name.toLowerCase())) {
        return headerValues(this.#request, (header) => overrideHeaders.includes(header)).flatMap(
          (value) => value.split(",").map((method) => method.trim().toUpperCase()),
        );
      }
    }
    return none;
  }
}

/** The target that a router behind the shield sees, where it is not the one that came. */
function rewrittenBy(prefix: string, url: string, target: string): readonly string[] {
  const current = withPrefix(prefix, url);
  return current === target ? none : [current];
}

/** Puts back what a mounted router took off a target: behind its authority, if it has one (RFC 9112 3.2.2). */
function withPrefix(prefix: string, url: string): string {
  return prefix === "" ? url : url.replace(/^(?:https?:\/\/[^/?]*)?/i, (origin) => origin + prefix);
}

/** The values of headers as they came: Node's own view joins some repeated ones and drops others. */
function headerValues(request: NodeRequest, wanted: (name: string) => boolean): string[] {
  const values: string[] = [];
  const { rawHeaders } = request;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    if (wanted((rawHeaders[at] as string).toLowerCase())) values.push(rawHeaders[at + 1] as string);
  }
  return values;
}
