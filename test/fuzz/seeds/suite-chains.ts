import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parsePem } from "../../../packages/core/src/asn1/pem.ts";
import { defaultLimits } from "../../../packages/core/src/base/limits.ts";
import type { PathCase } from "../../conformance/path-case.ts";
import { readSuite } from "../../conformance/read-suite.ts";
import { moment, type SeedChain } from "./seed-chain.ts";
import { foreignSeed, type SignedSeed } from "./signed-seed.ts";

/** Lies beside the repository, if anywhere, and is never copied. */
const suitePath = fileURLToPath(
  new URL("../../../../shared/conformance/limbo.json", import.meta.url),
);

/**
 * The cases of the path suite as seeds; none where it is not there. Larger certificates than a client may send are left out:
 * reading takes time for every octet, and there are no limits but the caller's own to how many there are.
 */
export function suiteChains(): readonly SeedChain[] {
  if (!existsSync(suitePath)) return [];
  return readSuite(suitePath)
    .cases.flatMap(toChain)
    .filter(({ leaf, intermediates, anchors }) =>
      [leaf, ...intermediates, ...anchors].every(
        ({ der }) => der.length <= defaultLimits.certificateBytes,
      ),
    );
}

function toChain(test: PathCase): readonly SeedChain[] {
  const [leaf] = seedsIn([test.leaf]);
  if (leaf === undefined) return [];
  const { accepted, ...policies } = test.policies;
  return [
    {
      name: test.id,
      leaf,
      intermediates: seedsIn(test.intermediates),
      anchors: seedsIn(test.trusted),
      lists: seedsIn(test.lists),
      question: {
        time: test.time ?? moment,
        purpose: test.usages.includes("clientAuth") ? "client" : "server",
        names: test.names,
        policies: accepted === undefined ? policies : { ...policies, accepted },
      },
    },
  ];
}

/** Those that are PEM: some cases hold other things on purpose. */
function seedsIn(texts: readonly string[]): readonly SignedSeed[] {
  return texts.flatMap((text) => {
    const blocks = parsePem(text);
    return typeof blocks === "string" ? [] : blocks.map(({ bytes }) => foreignSeed(bytes));
  });
}
