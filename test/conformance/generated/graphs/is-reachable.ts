import { signatureFaults } from "./edge-fault.ts";
import {
  isSame,
  isWeakKey,
  type Edge,
  type Entity,
  type Graph,
  type UsageChoice,
} from "./graph.ts";

/**
 * Whether a sound path leads from the leaf to an anchor, by walking over sound certificates from the leaf upwards. All that depends
 * on the way is how many intermediates lie below, which must not be too many: so for every entity the fewest are enough to know.
 */
export function isReachable(graph: Graph): boolean {
  if (!allowsPurpose(graph.leafUsage)) return false;
  const sound = graph.edges.filter(isSound);
  const reached: { readonly entity: Entity; below: number }[] = [
    { entity: graph.leafIssuer, below: 0 },
  ];
  for (const { entity, below } of untilNothingChanges(reached)) {
    for (const edge of sound) {
      if (!isSame(edge.subject, entity) || below > (edge.pathLength ?? Infinity)) continue;
      if (edge.trusted === true) return true;
      // RFC 5280 6.1.4 (l): a self-issued certificate is not counted.
      const above = edge.issuer.name === edge.subject.name ? below : below + 1;
      if (above > (graph.depth ?? Infinity)) continue;
      const known = reached.find((one) => isSame(one.entity, edge.issuer));
      if (known === undefined) reached.push({ entity: edge.issuer, below: above });
      else known.below = Math.min(known.below, above);
    }
  }
  return false;
}

/** Every place again and again, as long as one is added or comes nearer. */
function* untilNothingChanges<Place extends { readonly below: number }>(
  places: readonly Place[],
): Generator<Place, void, undefined> {
  let before: string;
  do {
    before = places.map(({ below }) => below).join();
    for (const place of places) yield place;
  } while (places.map(({ below }) => below).join() !== before);
}

function isSound({ subject, fault, trusted, usage }: Edge): boolean {
  if (!allowsPurpose(usage) || isWeakKey(subject.key)) return false;
  return fault === undefined || (trusted === true && signatureFaults.has(fault));
}

function allowsPurpose(usage: UsageChoice = "none"): boolean {
  return usage !== "another";
}
