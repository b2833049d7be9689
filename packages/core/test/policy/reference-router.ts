import { matchesHost, type RoutePattern } from "../../src/policy/route-pattern.ts";
import type { RouteQuery } from "../../src/policy/route-tree.ts";

/** Whether a pattern's segments match those of a path: as simple as it can be said, to compare the tree with. */
export function matchesSegments(pattern: readonly string[], path: readonly string[]): boolean {
  const [head, ...rest] = pattern;
  const [segment, ...others] = path;
  if (head === undefined) return segment === undefined;
  if (head === "**") {
    return (
      matchesSegments(rest, path) || (segment !== undefined && matchesSegments(pattern, others))
    );
  }
  if (segment === undefined) return false;
  return (head === "*" || head === segment) && matchesSegments(rest, others);
}

/** The position of the first pattern that matches a query, or -1, found by trying one after the other. */
export function firstMatch(patterns: readonly RoutePattern[], query: RouteQuery): number {
  const { path, method, host } = query;
  const segments = path.split("/").slice(1);
  return patterns.findIndex(
    (pattern) =>
      matchesSegments(pattern.segments, segments) &&
      (pattern.methods?.has(method) ?? true) &&
      (pattern.host === undefined || (host !== undefined && matchesHost(pattern.host, host))),
  );
}
