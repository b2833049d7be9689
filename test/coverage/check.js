// Holds the coverage of the last `npm test` against a threshold for each folder; what decides about requests has to be whole.
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const thresholds = {
  "packages/core/src/asn1": 100,
  "packages/core/src/x509": 100,
  "packages/core/src/path": 100,
  "packages/core/src/revocation": 100,
  "packages/core/src/policy": 100,
  "packages/core/src/sources": 100,
  "packages/core/src": 95,
  "packages/node/src": 95,
  "packages/express/src": 95,
  "packages/koa/src": 95,
  "packages/pki/src": 95,
  "packages/stores/src": 95,
};

/** @returns {Record<string, Record<"lines" | "branches", { total: number, covered: number }>>} */
function readSummary() {
  try {
    return JSON.parse(readFileSync(new URL("coverage/coverage-summary.json", `file://${root}`), "utf8"));
  } catch (error) {
    throw new Error("There is no coverage to check: run npm test first.", { cause: error });
  }
}

const files = Object.entries(readSummary())
  .filter(([name]) => name !== "total")
  .map(([name, counts]) => ({ name: relative(root, name), counts }));

let missed = 0;
for (const [folder, threshold] of Object.entries(thresholds)) {
  const inside = files.filter(({ name }) => name.startsWith(`${folder}/`));
  const figures = ["lines", "branches"].map((kind) => {
    const total = inside.reduce((sum, { counts }) => sum + counts[kind].total, 0);
    const covered = inside.reduce((sum, { counts }) => sum + counts[kind].covered, 0);
    return { kind, percent: total === 0 ? 0 : Math.floor((10_000 * covered) / total) / 100 };
  });
  const isMissed = figures.some(({ percent }) => percent < threshold);
  if (isMissed) missed++;
  const text = figures.map(({ kind, percent }) => `${percent} % of ${kind}`).join(", ");
  console.log(`${isMissed ? "MISSED" : "ok    "} ${folder}: ${text} (at least ${threshold} %)`);
}
process.exitCode = missed === 0 ? 0 : 1;
