import { matchesHost, type RoutePattern } from "./route-pattern.ts";

/** What a request asks for, in one reading of its path. */
export interface RouteQuery {
  /** Starts with a slash and has none at the end; the root is empty. */
  readonly path: string;
  /** Upper case. */
  readonly method: string;
  /** Lower case, without port; undefined when no rule names a host. */
  readonly host: string | undefined;
}

/** Some rule's end in the tree. */
interface Leaf {
  readonly position: number;
  readonly pattern: RoutePattern;
}

interface Node {
  readonly literals: Map<string, Node>;
  star: Node | undefined;
  /** The node that a `**` leads to; it stays where it is, whatever segment comes. */
  globstar: Node | undefined;
  readonly isGlobstar: boolean;
  readonly leaves: Leaf[];
}

/** The patterns of all rules in one tree of segments, searched along every branch that fits at once. */
export class RouteTree {
  readonly #root = newNode(false);

  /** Adds a pattern; of those that match, the one with the lowest position counts. */
  add(
    position: number,
    pattern: RoutePattern,
    spellSegment: (segment: string) => readonly string[],
  ): void {
    let ends = [this.#root];
    for (const segment of pattern.segments) {
      ends = ends.flatMap((node) => {
        if (segment === "*") return [(node.star ??= newNode(false))];
        if (segment === "**") return [(node.globstar ??= newNode(true))];
        return spellSegment(segment).map((spelling) => literalChild(node, spelling));
      });
    }
    for (const node of ends) node.leaves.push({ position, pattern });
  }

  /** The position of the first rule that matches, or -1. */
  find(query: RouteQuery): number {
    const { path } = query;
    let active = [this.#root];
    enterGlobstars(active);
    for (let start = 1; start <= path.length;) {
      const slash = path.indexOf("/", start);
      const end = slash === -1 ? path.length : slash;
      active = step(active, path.slice(start, end));
      if (active.length === 0) return -1;
      start = end + 1;
    }
    return firstLeaf(active, query);
  }
}

function newNode(isGlobstar: boolean): Node {
  return { literals: new Map(), star: undefined, globstar: undefined, isGlobstar, leaves: [] };
}

function literalChild(node: Node, segment: string): Node {
  let child = node.literals.get(segment);
  if (child === undefined) node.literals.set(segment, (child = newNode(false)));
  return child;
}

/** Every node that one more segment leads to. */
function step(active: readonly Node[], segment: string): Node[] {
  const next: Node[] = [];
  for (const node of active) {
    if (node.isGlobstar) next.push(node);
    const literal = node.literals.get(segment);
    if (literal !== undefined) next.push(literal);
    // Also an empty one: find-my-way takes what lies between two slashes for a parameter.
    if (node.star !== undefined) next.push(node.star);
  }
  enterGlobstars(next);
  return next;
}

/** `**` also stands for no segment at all. */
function enterGlobstars(active: Node[]): void {
  // The list grows while it is walked: a `**` may follow a `**`.
  for (const node of active) {
    if (node.globstar !== undefined && !active.includes(node.globstar)) active.push(node.globstar);
  }
}

function firstLeaf(active: readonly Node[], query: RouteQuery): number {
  let first = -1;
  for (const node of active) {
    for (const leaf of node.leaves) {
      if (first !== -1 && leaf.position >= first) continue;
      if (fits(leaf.pattern, query)) first = leaf.position;
    }
  }
  return first;
}

function fits({ methods, host }: RoutePattern, query: RouteQuery): boolean {
  if (methods !== undefined && !methods.has(query.method)) return false;
  return host === undefined || (query.host !== undefined && matchesHost(host, query.host));
}
