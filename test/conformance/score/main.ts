import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readSuite } from "../read-suite.ts";
import { UsageError } from "../usage-error.ts";
import { judgeInThread } from "./judge-in-thread.ts";
import { replaceBetweenMarkers } from "./replace-between-markers.ts";
import { scoreTable, type Score } from "./score-table.ts";
import { ways } from "./ways.ts";

const usage = "Usage: npm run score -- FILE [--seconds N] [--readme]";
const readme = fileURLToPath(new URL("../../../README.md", import.meta.url));

try {
  await printScore();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}

async function printScore(): Promise<void> {
  const { file, limitMs, rewrites } = readArguments();
  const { name, cases: all } = readSuite(file);
  // Where either verdict is tolerable, neither says anything.
  const cases = all.filter(({ isSoft }) => !isSoft);
  const now = Date.now();
  const scores: Score[] = [];
  for (const [way, { title }] of Object.entries(ways)) {
    scores.push({ title, answers: await judgeInThread(way, cases, { now, limitMs }) });
  }
  const table = scoreTable(cases, scores, limitMs);
  console.log(`${name}\n\n${table.join("\n")}`);
  if (rewrites) writeFileSync(readme, replaceBetweenMarkers(readFileSync(readme, "utf8"), table));
}

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { seconds: { type: "string", default: "8" }, readme: { type: "boolean" } },
    });
    const [file, ...rest] = positionals;
    const limitMs = Number(values.seconds) * 1_000;
    if (file === undefined || rest.length > 0) throw new UsageError(`Name one file.\n${usage}`);
    if (!(limitMs > 0)) throw new UsageError(`--seconds is not a number above 0.\n${usage}`);
    return { file, limitMs, rewrites: values.readme === true };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${(error as Error).message}\n${usage}`);
  }
}
