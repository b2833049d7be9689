import type { Edge, Entity } from "./graph.ts";

/** A graph that others have drawn, without faults and anchors. */
export interface KnownGraph {
  readonly entities: readonly Entity[];
  readonly edges: readonly Edge[];
}

/** RFC 4158 2.3, figure 7: two authorities below the anchor certify each other, and both certify a third. */
export const figureSeven = knownGraph([
  ["Anchor", "A", "C"],
  ["A", "B", "C"],
  ["C", "A", "B"],
]);

/** RFC 4158 2.4: four hierarchies around a bridge. */
export const bridge = knownGraph([
  ["Bridge", "W", "X", "Y", "Z"],
  ["W", "Bridge", "F", "G"],
  ["F", "G", "H"],
  ["G", "F", "I"],
  ["H", "I"],
  ["I", "H"],
  ["X", "Bridge", "J", "L"],
  ["J", "K"],
  ["L", "M", "N"],
  ["Y", "Bridge", "A", "C"],
  ["A", "B", "C"],
  ["C", "A", "B"],
  ["B", "D", "E"],
  ["Z", "Bridge", "O", "P"],
  ["O", "Q", "R"],
  ["P", "S"],
  ["R", "S", "T"],
]);

/** Everybody has certified everybody else. */
export function mesh(size: number): KnownGraph {
  const names = Array.from({ length: size }, (_, index) => `Mesh ${index}`);
  return knownGraph(names.map((name) => [name, ...names.filter((other) => other !== name)]));
}

/** Each row: an authority, and whom it has certified. */
function knownGraph(rows: readonly (readonly [string, ...string[]])[]): KnownGraph {
  const entities = [...new Set(rows.flat())].map((name, key): Entity => ({ name, key }));
  const named = (name: string) => entities.find((entity) => entity.name === name)!;
  const edges = rows.flatMap(([issuer, ...subjects]) =>
    subjects.map((subject): Edge => ({ issuer: named(issuer), subject: named(subject) })),
  );
  return { entities, edges };
}
