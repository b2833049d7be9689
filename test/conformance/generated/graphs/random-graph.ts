import type { SeededRandom } from "../seeded-random.ts";
import { edgeFaults } from "./edge-fault.ts";
import { usageChoices, weakKeys, type Edge, type Entity, type Graph } from "./graph.ts";

export interface GraphSize {
  readonly entities: number;
  readonly edges: number;
  /** The share of certificates that have a fault. */
  readonly faulty: number;
}

/** Entities that have certified each other at random, and some certificates of them as anchors. */
export function randomGraph(random: SeededRandom, size: GraphSize): Graph {
  const entities = randomEntities(random, size.entities);
  const withUsages = random.chance(0.3);
  const withPathLengths = random.chance(0.3);
  const edges: Edge[] = Array.from({ length: size.edges }, () => {
    // Neighbours certify each other more often than strangers, which makes long ways.
    const at = random.below(entities.length);
    const offset = random.chance(0.6) ? 1 : 1 + random.below(entities.length - 1);
    const issuer = entities[(at + offset) % entities.length] as Entity;
    return {
      issuer,
      subject: random.chance(0.05) ? issuer : (entities[at] as Entity),
      ...(random.chance(size.faulty) ? { fault: random.pick(edgeFaults) } : {}),
      ...(withPathLengths && random.chance(0.3) ? { pathLength: random.below(4) } : {}),
      ...(withUsages && random.chance(0.5) ? { usage: random.pick(usageChoices) } : {}),
    };
  });
  const anchors = Array.from({ length: 1 + random.below(3) }, (): Edge => {
    const subject = random.pick(entities);
    const issuer = random.chance(0.7) ? subject : random.pick(entities);
    return {
      issuer,
      subject,
      trusted: true,
      ...(random.chance(size.faulty / 3) ? { fault: random.pick(edgeFaults) } : {}),
      ...(withPathLengths && random.chance(0.3) ? { pathLength: random.below(5) } : {}),
    };
  });
  return {
    edges: [...withRenewals(random, edges), ...anchors],
    leafIssuer: entities[0] as Entity,
    ...(withUsages ? { leafUsage: random.pick(usageChoices) } : {}),
    ...(random.chance(0.1) ? { depth: random.below(6) } : {}),
    keyIdentifiers: random.chance(0.7) ? "present" : "absent",
  };
}

/** Mostly with a name and a key of their own. */
function randomEntities(random: SeededRandom, count: number): readonly Entity[] {
  const entities: Entity[] = [];
  for (let index = 0; index < count; index++) {
    const other = index > 0 && random.chance(0.2) ? random.pick(entities) : undefined;
    const own: Entity = {
      name: `CA ${index}`,
      key: random.chance(0.04) ? random.pick(weakKeys) : index,
    };
    const sharesName = random.chance(0.5);
    if (other === undefined) entities.push(own);
    else if (sharesName) entities.push({ name: other.name, key: own.key });
    else entities.push({ name: own.name, key: other.key });
  }
  return entities;
}

/** Some certificates again, sound or with a fault of their own. */
function withRenewals(random: SeededRandom, edges: readonly Edge[]): readonly Edge[] {
  return edges.flatMap((edge) => {
    if (!random.chance(0.15)) return [edge];
    const { issuer, subject } = edge;
    return [
      edge,
      random.chance(0.5) ? { issuer, subject } : { ...edge, fault: random.pick(edgeFaults) },
    ];
  });
}
