// The demo itself; start.js runs it, and installs what it needs beforehand.
import { parseArgs } from "node:util";

import { startApis } from "./apis.ts";
import { judge } from "./judge.ts";
import { printCurlLines, untilStopped, writeClientFiles } from "./keep.ts";
import { createPainter } from "./painter.ts";
import { createDemoPki } from "./pki.ts";
import { runScenarios, type Row } from "./run-scenarios.ts";
import { printChapter, printHeading, printRow, printSummary } from "./table.ts";

const { keep } = readArguments();
const startedMs = performance.now();
const paint = createPainter(process.stdout, process.env);

console.log("\n  A throw-away certificate authority, two APIs on loopback, clients of every kind.");
const pki = await createDemoPki();
const apis = await startApis(pki);

const rows: Row[] = [];
for await (const row of runScenarios(apis, pki)) {
  const previous = rows.at(-1);
  if (previous?.api !== row.api) console.log(printHeading(row.api, paint));
  if (previous?.scenario.chapter !== row.scenario.chapter) {
    console.log(printChapter(row.scenario.chapter, paint));
  }
  console.log(printRow(row, paint));
  rows.push(row);
}
const judgement = judge(rows);
console.log(printSummary(judgement, performance.now() - startedMs, paint));

if (keep) {
  const stopped = untilStopped();
  const folder = writeClientFiles(pki);
  console.log("  Both APIs are still up. Paste any of these into another terminal:\n");
  console.log(printCurlLines(apis, folder));
  console.log(`  Ctrl-C stops them and removes ${folder}.`);
  await stopped;
}
for (const api of apis) api.close();
process.exit(judgement.passed ? 0 : 1);

function readArguments(): { readonly keep: boolean } {
  try {
    return parseArgs({ options: { keep: { type: "boolean", default: false } } }).values;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    console.error("Usage: npm run demo [-- --keep]\n  --keep  leaves both APIs up for curl");
    process.exit(2);
  }
}
