import { METHODS } from "node:http";
import { ConfigError } from "../base/config-error.ts";
import { suggest } from "../base/suggest.ts";
import { readTarget } from "./target-readings.ts";

/** What a rule is about: which methods, on which host, under which paths. */
export interface RoutePattern {
  /** Upper case, HEAD wherever GET is; undefined: all of them. */
  readonly methods: ReadonlySet<string> | undefined;
  /** Lower case; `*.` in front stands for one label; undefined: any host. */
  readonly host: string | undefined;
  /** Segments, decoded: `*` is one segment, `**` none or more. */
  readonly segments: readonly string[];
}

/** The three ways to write one: `match`, or `path` with `methods` and `host`. */
export interface RouteSpelling {
  readonly match?: unknown;
  readonly methods?: unknown;
  readonly host?: unknown;
  readonly path?: unknown;
}

export function parseRoutePattern(spelling: RouteSpelling, option: string): RoutePattern {
  const { match, host } = spelling;
  if (match === undefined) {
    return {
      methods: parseMethods(spelling.methods, `${option}.methods`),
      host: parseHost(host, `${option}.host`),
      segments: parsePath(spelling.path, `${option}.path`),
    };
  }
  if (spelling.path !== undefined || spelling.methods !== undefined) {
    throw new ConfigError(
      `${option}.match`,
      "stands beside `path` or `methods`",
      "Write one or the other.",
    );
  }
  const [, methods, path] =
    typeof match === "string" ? (/^(?:(\S+)\s+)?(\/\S*)$/.exec(match) ?? []) : [];
  if (path === undefined) {
    throw new ConfigError(
      `${option}.match`,
      `${JSON.stringify(match)} is not a method and a path`,
      'Write "GET /health", "GET,POST /orders/*" or "* /admin/**".',
    );
  }
  return {
    methods: parseMethods(methods === "*" ? undefined : methods?.split(","), `${option}.match`),
    host: parseHost(host, `${option}.host`),
    segments: parsePath(path, `${option}.match`),
  };
}

function parseMethods(methods: unknown, option: string): ReadonlySet<string> | undefined {
  if (methods === undefined || methods === "*") return undefined;
  const list: readonly unknown[] = Array.isArray(methods) ? methods : [methods];
  if (list.length === 0) {
    throw new ConfigError(
      option,
      "is empty, so the rule can never match",
      "Leave it out for all methods.",
    );
  }
  const parsed = new Set<string>();
  for (const method of list) {
    const name = typeof method === "string" ? method.toUpperCase() : "";
    if (!METHODS.includes(name)) {
      const meant = suggest(name, METHODS);
      throw new ConfigError(
        option,
        `${JSON.stringify(method)} is no HTTP method, so the rule can never match`,
        meant === undefined
          ? "Use the names of RFC 9110, or * for all."
          : `Did you mean "${meant}"?`,
      );
    }
    parsed.add(name);
    // RFC 9110 9.3.2: HEAD is GET without a body, and routers answer it with the handler of GET.
    if (name === "GET") parsed.add("HEAD");
  }
  return parsed;
}

function parseHost(host: unknown, option: string): string | undefined {
  if (host === undefined) return undefined;
  const name = typeof host === "string" ? host.toLowerCase() : "";
  if (/^(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(name) || /^\[[0-9a-f:.]+\]$/.test(name))
    return name;
  throw new ConfigError(
    option,
    `${JSON.stringify(host)} is not a host name`,
    'Write "api.corp.example" or "*.corp.example", without port and final dot.',
  );
}

function parsePath(path: unknown, option: string): readonly string[] {
  const fault = (problem: string, cure: string): ConfigError =>
    new ConfigError(option, `${JSON.stringify(path)} ${problem}`, cure);
  if (typeof path !== "string" || !path.startsWith("/")) {
    throw fault("is not a path", 'Start it with a slash: "/admin/**".');
  }
  if (/[?#]/.test(path)) {
    throw fault(
      "holds a query or a fragment, so the rule can never match",
      "Rules see the path alone.",
    );
  }
  const segments = decodePattern(path, fault).split("/").slice(1);
  // `/admin/` and `/admin` reach the same handler in every router, so they are one pattern.
  if (segments.at(-1) === "") segments.pop();
  for (const segment of segments) {
    if (segment === "" || segment === "." || segment === "..") {
      throw fault(
        "is never the form of a path, so the rule can never match",
        "Write it without empty or dot segments.",
      );
    }
    if (segment.includes("*") && segment !== "*" && segment !== "**") {
      throw fault("has a star within a segment", "A star stands for a whole segment: /files/*.");
    }
    if (/^:\w|^\{.*\}$/.test(segment)) {
      throw fault(`holds the parameter ${segment}`, "Write * for a segment that varies.");
    }
  }
  if (readTarget(`/${segments.map(encodeURIComponent).join("/")}`) === undefined) {
    throw fault(
      "is a path that is always refused as ambiguous, so the rule can never match",
      "Write it without control characters, double encoding and other forms of / . % ? # ; and :.",
    );
  }
  return segments;
}

function decodePattern(
  path: string,
  fault: (problem: string, cure: string) => ConfigError,
): string {
  if (/%2f/i.test(path)) {
    throw fault(
      "holds an encoded slash",
      "Allow it in the rule with `allowEncodedSlash`, and write ** for what it divides.",
    );
  }
  if (/%2a/i.test(path)) {
    throw fault("holds an encoded star", "A star always stands for a segment: write it plainly.");
  }
  try {
    const decoded = decodeURIComponent(path).normalize("NFC");
    // Half a character has no encoding, so that no request could ask for it.
    encodeURI(decoded);
    return decoded;
  } catch {
    throw fault(
      "is not percent-encoded correctly",
      "Write the characters themselves, or encode them as UTF-8.",
    );
  }
}

/** Whether every request that `inner` matches is matched by `outer` too. */
export function covers(outer: RoutePattern, inner: RoutePattern): boolean {
  return coversHost(outer.host, inner.host) && coversPath(outer.segments, inner.segments);
}

function coversHost(outer: string | undefined, inner: string | undefined): boolean {
  return (
    outer === undefined || outer === inner || (inner !== undefined && matchesHost(outer, inner))
  );
}

/** Whether a host name, in lower case, fits a rule's host. */
export function matchesHost(pattern: string, host: string): boolean {
  if (!pattern.startsWith("*.")) return pattern === host;
  const label = host.slice(0, 1 - pattern.length);
  return host.endsWith(pattern.slice(1)) && label !== "" && label !== "*" && !label.includes(".");
}

function coversPath(outer: readonly string[], inner: readonly string[]): boolean {
  const [head, ...rest] = outer;
  const [innerHead, ...innerRest] = inner;
  if (head === "**")
    return coversPath(rest, inner) || (innerHead !== undefined && coversPath(outer, innerRest));
  if (head === undefined || innerHead === undefined || innerHead === "**")
    return head === innerHead;
  return (head === "*" || head === innerHead) && coversPath(rest, innerRest);
}

/** The pattern as somebody would write it. */
export function printRoutePattern({ methods, host, segments }: RoutePattern): string {
  const names = methods === undefined ? "*" : [...methods].join(",");
  return `${names} ${host ?? ""}/${segments.join("/")}`;
}
