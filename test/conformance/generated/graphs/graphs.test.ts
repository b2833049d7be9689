import { expect } from "chai";
import { bestCpuMs } from "../../../../packages/core/test/cpu-time.ts";
import type { WrittenCase } from "../../conform.ts";
import { JsonObject } from "../../json-object.ts";
import { judgeCase } from "../../judge-case.ts";
import { readCase } from "../../read-case.ts";
import { expectAgreement } from "../expect-agreement.ts";
import { isWholeRun } from "../is-whole-run.ts";
import { SeededRandom } from "../seeded-random.ts";
import { edgeFaults } from "./edge-fault.ts";
import { graphCase } from "./graph-case.ts";
import { usageChoices, type Edge, type Entity, type Graph } from "./graph.ts";
import { bridge, figureSeven, mesh, type KnownGraph } from "./known-graphs.ts";
import { randomGraph } from "./random-graph.ts";

describe("npm run conformance, generated graphs of authorities", function () {
  this.timeout(isWholeRun ? 600_000 : 20_000);

  it("agrees on figure 7 of RFC 4158 with every set of faulty certificates", () => {
    const sets = 2 ** figureSeven.edges.length;
    expectAgreement(
      edgeFaults.flatMap((fault, index) =>
        Array.from({ length: sets }, (_, set) => {
          const edges = figureSeven.edges.map((edge, at): Edge =>
            (set & (1 << at)) === 0 ? edge : { ...edge, fault },
          );
          const random = new SeededRandom(index * sets + set);
          return graphCase(
            `figure7::${fault}-${set}`,
            graphOf({ ...figureSeven, edges }, "B", "Anchor"),
            random,
          );
        }).filter((_, set) => isWholeRun || set % 9 === index % 9),
      ),
    );
  });

  it("agrees on the bridge of RFC 4158, from each of its authorities to each", () => {
    const random = new SeededRandom(0);
    const pairs = bridge.entities.flatMap((leafIssuer) =>
      bridge.entities.map((anchor) => [leafIssuer.name, anchor.name] as const),
    );
    expectAgreement(
      pairs
        .filter(() => isWholeRun || random.chance(0.1))
        .map(([leafIssuer, anchor]) => {
          const edges = spoil(bridge.edges, random, 0.1);
          const graph = graphOf({ ...bridge, edges }, leafIssuer, anchor);
          return graphCase(`bridge::${leafIssuer}-${anchor}`, graph, random);
        }),
    );
  });

  it("agrees on usages nested in three authorities", () => {
    const random = new SeededRandom(0);
    const [leafIssuer, middle, upper, root] = [0, 1, 2, 3].map((key): Entity => ({
      name: `CA ${key}`,
      key,
    })) as [Entity, Entity, Entity, Entity];
    const all = usageChoices.flatMap((a) =>
      usageChoices.flatMap((b) =>
        usageChoices.flatMap((c) => usageChoices.map((leaf) => [a, b, c, leaf] as const)),
      ),
    );
    expectAgreement(
      (["SERVER", "CLIENT"] as const).flatMap((kind) =>
        all
          .filter(() => isWholeRun || random.chance(0.1))
          .map(([a, b, c, leafUsage]) => {
            const edges: Edge[] = [
              { subject: leafIssuer, issuer: middle, usage: a },
              { subject: middle, issuer: upper, usage: b },
              { subject: upper, issuer: root, usage: c },
              { subject: root, issuer: root, trusted: true },
            ];
            const graph: Graph = { kind, edges, leafIssuer, leafUsage, keyIdentifiers: "present" };
            return graphCase(`usages::${kind}-${a}-${b}-${c}-${leafUsage}`, graph, random);
          }),
      ),
    );
  });

  it("agrees on random graphs", () => {
    const seeds = Array.from({ length: isWholeRun ? 4_000 : 200 }, (_, seed) => seed);
    expectAgreement(
      seeds.map((seed) => {
        const random = new SeededRandom(seed);
        const entities = 3 + random.below(10);
        const edges = entities + random.below(31 - entities);
        const graph = randomGraph(random, { entities, edges, faulty: 0.4 });
        return graphCase(`graph::${seed}`, graph, random);
      }),
    );
  });

  for (const size of [4, 6, 8, 10]) {
    it(`finds the way out of a mesh of ${size} authorities in less than 100 ms`, () => {
      const random = new SeededRandom(size);
      const known = mesh(size);
      const wayOut: Entity = { name: "Anchor", key: size };
      const exit = known.entities[size - 1] as Entity;
      for (const faulty of [0, 0.3]) {
        const edges: Edge[] = [
          ...spoil(known.edges, random, faulty),
          { issuer: exit, subject: known.entities[0] as Entity },
          { issuer: wayOut, subject: exit },
          { issuer: wayOut, subject: wayOut, trusted: true },
        ];
        const graph = graphOf({ ...known, edges }, "Mesh 0");
        expectQuickAgreement(graphCase(`mesh::${size}-${faulty}`, graph, random), "SUCCESS");
        const closed = edges.filter(({ issuer, trusted }) => issuer !== wayOut || trusted);
        const prison = graphOf({ ...known, edges: closed }, "Mesh 0");
        expectQuickAgreement(graphCase(`mesh::${size}-${faulty}`, prison, random), "FAILURE");
      }
    });
  }
});

function graphOf({ entities, edges }: KnownGraph, leafIssuer: string, anchor?: string): Graph {
  const named = (name: string | undefined) => entities.find((entity) => entity.name === name);
  const trusted = named(anchor);
  return {
    edges:
      trusted === undefined
        ? edges
        : [...edges, { issuer: trusted, subject: trusted, trusted: true }],
    leafIssuer: named(leafIssuer) as Entity,
    keyIdentifiers: "present",
  };
}

function spoil(edges: readonly Edge[], random: SeededRandom, share: number): readonly Edge[] {
  return edges.map((edge) =>
    random.chance(share) ? { ...edge, fault: random.pick(edgeFaults) } : edge,
  );
}

function expectQuickAgreement(written: WrittenCase, expected: "SUCCESS" | "FAILURE"): void {
  const test = readCase(JsonObject.of(written, "a mesh"));
  expect(test.expected).to.equal(expected);
  expect(judgeCase(test, 0).actual).to.equal(expected);
  expect(bestCpuMs(() => judgeCase(test, 0))).to.be.below(100);
}
